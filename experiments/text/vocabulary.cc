#include "experiments/text/vocabulary.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "experiments/text/byte_pair_merges.h"
#include "experiments/text/sentencepiece_model.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"
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

// Tokens of which there is a list.
class ListedVocabulary : public Vocabulary {
 public:
  ListedVocabulary(std::string_view kind, std::vector<std::string> pieces)
      : pieces_(std::move(pieces)) {
    pieces_.insert(pieces_.begin(), std::begin(kSpecialPieces), std::end(kSpecialPieces));
    for (std::size_t i = kSpecial; i < pieces_.size(); ++i) {
      numbers_.emplace(pieces_[i], static_cast<std::int32_t>(i));
    }
    std::string all = fmt::format("{}\n", kind);
    for (const std::string& one : pieces_) all += one + '\n';
    digest_ = sha256_hex(all);
  }

  std::int64_t size() const override { return static_cast<std::int64_t>(pieces_.size()); }

  // A piece is followed by a space unless it ends in `joiner`.
  std::string joined(std::span<const std::int32_t> tokens, std::string_view joiner) const {
    std::string text;
    for (const std::int32_t token : tokens) {
      std::string_view piece = piece_at(token);
      if (token < kUnknown) continue;
      if (token == kUnknown) piece = kShownUnknown;
      const bool joins = !joiner.empty() && piece.ends_with(joiner);
      if (joins) piece.remove_suffix(joiner.size());
      text += piece;
      if (!joins) text += ' ';
    }
    if (text.ends_with(' ')) text.pop_back();
    return text;
  }

  std::string piece(std::int32_t token) const override { return piece_at(token); }
  std::string digest() const override { return digest_; }

 protected:
  std::int32_t number_of(const std::string& piece) const {
    const auto found = numbers_.find(piece);
    return found == numbers_.end() ? kUnknown : found->second;
  }

 private:
  const std::string& piece_at(std::int32_t token) const {
    check_token(token, size());
    return pieces_[static_cast<std::size_t>(token)];
  }

  std::vector<std::string> pieces_;
  std::unordered_map<std::string, std::int32_t> numbers_;
  std::string digest_;
};

class WordVocabulary : public ListedVocabulary {
 public:
  explicit WordVocabulary(std::vector<std::string> words)
      : ListedVocabulary("words", std::move(words)) {}

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> tokens;
    for (const std::string_view word : split_words(text)) {
      tokens.push_back(number_of(std::string(word)));
    }
    return tokens;
  }
  std::string decode(std::span<const std::int32_t> tokens) const override {
    return joined(tokens, "");
  }
};

class MergeVocabulary : public ListedVocabulary {
 public:
  MergeVocabulary(MergeRules rules, std::vector<std::string> pieces)
      : ListedVocabulary("merges", std::move(pieces)), rules_(std::move(rules)) {}

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> tokens;
    for (const std::string_view word : split_words(text)) {
      for (const std::string& part : rules_.parts_of(word)) tokens.push_back(number_of(part));
    }
    return tokens;
  }
  std::string decode(std::span<const std::int32_t> tokens) const override {
    return joined(tokens, kPartJoin);
  }

 private:
  MergeRules rules_;
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

using Counts = std::map<std::string, std::int64_t>;

Counts word_counts(const ParallelText& text) {
  Counts counts;
  for (const auto* side : {&text.source, &text.target}) {
    for (const std::string& line : *side) {
      for (const std::string_view word : split_words(line)) ++counts[std::string(word)];
    }
  }
  return counts;
}

// Most frequent first, equally frequent ones by code points.
std::vector<std::string> by_frequency(const Counts& counts) {
  std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> names;
  for (auto& [name, count] : sorted) names.push_back(std::move(name));
  return names;
}

std::shared_ptr<const Vocabulary> learn_words(std::int64_t size, const ParallelText& text) {
  std::vector<std::string> words = by_frequency(word_counts(text));
  const std::int64_t largest = static_cast<std::int64_t>(words.size()) + kSpecial;
  if (size > largest) {
    fail("a vocabulary of {} words is more than the text has: at most {}, special tokens included",
         size, largest);
  }
  if (size > 0) words.resize(static_cast<std::size_t>(size - kSpecial));
  return std::make_shared<WordVocabulary>(std::move(words));
}

std::shared_ptr<const Vocabulary> learn_merges(std::int64_t size, const ParallelText& text) {
  const Counts words = word_counts(text);
  const std::vector<MergeRule> rules = learn_merge_rules(words, size);
  if (static_cast<std::int64_t>(rules.size()) < size) {
    fail("{} merges are more than the text has: at most {}", size, rules.size());
  }
  MergeRules at_work(rules);
  Counts parts;
  for (const auto& [word, count] : words) {
    for (const std::string& part : at_work.parts_of(word)) parts[part] += count;
  }
  return std::make_shared<MergeVocabulary>(std::move(at_work), by_frequency(parts));
}

// Characters that become separate pieces, including the mark of a word's start.
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
  if (!has_words(text))
    fail("{}: the text has no words; a vocabulary needs at least one", text.name);
  return row->learn(options.size, text);
}

}  // namespace polysweep
