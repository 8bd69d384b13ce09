#include "experiments/vocabulary.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "experiments/piece_model.h"
#include "framework/digest.h"
#include "framework/error.h"
#include "framework/suggestion.h"
#include "scoring/unicode_text.h"

namespace polysweep {

namespace {

constexpr std::int64_t kSpecial = 4;
constexpr std::int64_t kLargest = 1'000'000;
constexpr const char* kSpecialPieces[] = {"<pad>", "<s>", "</s>", "<unk>"};
constexpr std::string_view kShownUnknown = "\u2047";
constexpr std::uint32_t kWordMark = 0x2581;

void check_token(std::int32_t token, std::int64_t size) {
  if (token < 0 || token >= size) {
    fail("token {} is not in the vocabulary of {} tokens", token, size);
  }
}

class WordVocabulary : public Vocabulary {
 public:
  explicit WordVocabulary(std::vector<std::string> words) : pieces_(std::move(words)) {
    pieces_.insert(pieces_.begin(), std::begin(kSpecialPieces), std::end(kSpecialPieces));
    for (std::size_t i = kSpecial; i < pieces_.size(); ++i) {
      numbers_.emplace(pieces_[i], static_cast<std::int32_t>(i));
    }
  }

  std::int64_t size() const override { return static_cast<std::int64_t>(pieces_.size()); }

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> tokens;
    for (const std::string_view word : split_words(text)) {
      const auto found = numbers_.find(std::string(word));
      tokens.push_back(found == numbers_.end() ? kUnknown : found->second);
    }
    return tokens;
  }

  std::string decode(std::span<const std::int32_t> tokens) const override {
    std::string text;
    for (const std::int32_t token : tokens) {
      check_token(token, size());
      if (token < kUnknown) continue;
      if (!text.empty()) text += ' ';
      if (token == kUnknown) {
        text += kShownUnknown;
      } else {
        text += pieces_[static_cast<std::size_t>(token)];
      }
    }
    return text;
  }

  std::string piece(std::int32_t token) const override {
    check_token(token, size());
    return pieces_[static_cast<std::size_t>(token)];
  }

  std::string digest() const override {
    std::string all = "words\n";
    for (const std::string& one : pieces_) all += one + '\n';
    return sha256_hex(all);
  }

 private:
  std::vector<std::string> pieces_;
  std::unordered_map<std::string, std::int32_t> numbers_;
};

class PieceVocabulary : public Vocabulary {
 public:
  explicit PieceVocabulary(const std::string& model) : digest_(sha256_hex("pieces\n" + model)) {
    const std::string problem = piece_library().load(model, model_);
    if (!problem.empty()) fail("SentencePiece refuses its own model: {}", problem);
  }

  std::int64_t size() const override { return model_->size(); }

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<int> tokens;
    const std::string problem = model_->encode(text, tokens);
    if (!problem.empty()) fail("SentencePiece cannot encode: {}", problem);
    return {tokens.begin(), tokens.end()};
  }

  std::string decode(std::span<const std::int32_t> tokens) const override {
    std::vector<int> written;
    for (const std::int32_t token : tokens) {
      check_token(token, size());
      if (token >= kUnknown) written.push_back(token);
    }
    std::string text;
    const std::string problem = model_->decode(written, text);
    if (!problem.empty()) fail("SentencePiece cannot decode: {}", problem);
    return text;
  }

  std::string piece(std::int32_t token) const override {
    check_token(token, size());
    return model_->piece(token);
  }

  std::string digest() const override { return digest_; }

 private:
  std::unique_ptr<PieceModel> model_;
  std::string digest_;
};

std::shared_ptr<const Vocabulary> learn_words(std::int64_t size, const ParallelText& text) {
  std::unordered_map<std::string, std::int64_t> counts;
  for (const auto* side : {&text.source, &text.target}) {
    for (const std::string& line : *side) {
      for (const std::string_view word : split_words(line)) ++counts[std::string(word)];
    }
  }
  const std::int64_t largest = static_cast<std::int64_t>(counts.size()) + kSpecial;
  if (size > largest) {
    fail("a vocabulary of {} words is more than the text has: at most {}, special tokens included",
         size, largest);
  }
  std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (size > 0) sorted.resize(static_cast<std::size_t>(size - kSpecial));
  std::vector<std::string> words;
  for (auto& [word, count] : sorted) words.push_back(std::move(word));
  return std::make_shared<WordVocabulary>(std::move(words));
}

// Characters that become pieces of their own, the mark of a word's begin too.
std::int64_t characters_in(const ParallelText& text) {
  std::set<std::uint32_t> all = {kWordMark};
  for (const auto* side : {&text.source, &text.target}) {
    for (const std::string& line : *side) {
      for (const std::uint32_t point : code_points(line)) {
        if (point != ' ') all.insert(point);
      }
    }
  }
  return static_cast<std::int64_t>(all.size());
}

std::string trained_model(std::int64_t size, const ParallelText& text) {
  const SpecialPieces special = {Vocabulary::kPad, Vocabulary::kBegin, Vocabulary::kEnd,
                                 Vocabulary::kUnknown};
  std::string model;
  const std::string problem =
      piece_library().learn(static_cast<int>(size), special, text.source, text.target, model);
  if (!problem.empty()) fail("SentencePiece cannot learn {} pieces: {}", size, problem);
  return model;
}

std::shared_ptr<const Vocabulary> learn_bpe(std::int64_t size, const ParallelText& text) {
  const std::int64_t smallest = characters_in(text) + kSpecial;
  if (size < smallest) {
    fail(
        "a vocabulary of {} pieces cannot hold the text's {} characters and {} special tokens: "
        "at least {}",
        size, smallest - kSpecial, kSpecial, smallest);
  }
  return std::make_shared<PieceVocabulary>(trained_model(size, text));
}

std::shared_ptr<const Vocabulary> learn_merges(std::int64_t size, const ParallelText& text) {
  return learn_bpe(size + characters_in(text) + kSpecial, text);
}

struct KindRow {
  const char* name;
  std::int64_t smallest;
  std::shared_ptr<const Vocabulary> (*learn)(std::int64_t size, const ParallelText& text);
};

constexpr KindRow kKinds[] = {
    {"words", 0, learn_words}, {"bpe", kSpecial + 1, learn_bpe}, {"merges", 1, learn_merges}};

bool has_words(const ParallelText& text) {
  const auto has = [](const std::string& line) { return !split_words(line).empty(); };
  return std::any_of(text.source.begin(), text.source.end(), has) ||
         std::any_of(text.target.begin(), text.target.end(), has);
}

}  // namespace

std::vector<std::string> vocabulary_kinds() {
  std::vector<std::string> names;
  for (const KindRow& row : kKinds) names.emplace_back(row.name);
  return names;
}

std::shared_ptr<const Vocabulary> learn_vocabulary(const VocabularyOptions& options,
                                                   const ParallelText& text) {
  const auto* row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                 [&](const KindRow& r) { return r.name == options.kind; });
  if (row == std::end(kKinds)) {
    throw Error(unknown_name("vocabulary", options.kind, vocabulary_kinds()));
  }
  if (options.size < row->smallest || options.size > kLargest ||
      (options.size > 0 && options.size <= kSpecial && row->smallest == 0)) {
    fail("a vocabulary of kind '{}' has size {} to {}, not {}", row->name, row->smallest, kLargest,
         options.size);
  }
  if (!has_words(text)) fail("{}: no words to learn a vocabulary from", text.name);
  return row->learn(options.size, text);
}

}  // namespace polysweep
