#include "experiments/text/encoded_corpus.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr std::size_t kKept = 2;

struct KeptCorpus {
  std::string key;
  std::shared_ptr<const EncodedCorpus> corpus;
};

std::string key_of(const EncodedCorpusOptions& options) {
  const CorpusOptions& corpus = options.corpus;
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", corpus.name, corpus.folder.string(),
                     corpus.synthetic.seed, corpus.synthetic.train_pairs,
                     corpus.synthetic.valid_pairs, corpus.synthetic.test_pairs,
                     options.vocabulary.kind, options.vocabulary.size, options.longest);
}

// Tokens with the end token.
std::int64_t length_of(const std::vector<std::int32_t>& tokens) {
  return static_cast<std::int64_t>(tokens.size()) + 1;
}

EncodedText encoded(const Vocabulary& vocabulary, const ParallelText& text) {
  EncodedText out;
  out.name = text.name;
  out.source.reserve(text.size());
  out.target.reserve(text.size());
  for (const std::string& line : text.source) out.source.push_back(vocabulary.encode(line));
  for (const std::string& line : text.target) out.target.push_back(vocabulary.encode(line));
  return out;
}

// Keeps text and tokens in step. Returns how many pairs were left out.
std::int64_t leave_out_long_pairs(std::int64_t longest, ParallelText& text, EncodedText& tokens) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (std::max(length_of(tokens.source[i]), length_of(tokens.target[i])) > longest) continue;
    if (kept != i) {
      tokens.source[kept] = std::move(tokens.source[i]);
      tokens.target[kept] = std::move(tokens.target[i]);
      text.source[kept] = std::move(text.source[i]);
      text.target[kept] = std::move(text.target[i]);
    }
    ++kept;
  }
  const auto left_out = static_cast<std::int64_t>(tokens.size() - kept);
  for (auto* side : {&tokens.source, &tokens.target}) side->resize(kept);
  for (auto* side : {&text.source, &text.target}) side->resize(kept);
  return left_out;
}

void check_lengths(const EncodedText& text, std::int64_t longest) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const auto* side : {&text.source, &text.target}) {
      const std::int64_t length = length_of((*side)[i]);
      if (length <= longest) continue;
      fail(
          "{}, line {}: {} tokens on the {} side are more than the limit of {}; held-out sentences "
          "are never left out, so raise the limit",
          text.name, i + 1, length, side == &text.source ? "source" : "target", longest);
    }
  }
}

struct TokenCounts {
  std::int64_t all = 0;
  std::int64_t unknown = 0;
};

void count(const EncodedText& text, TokenCounts& counts) {
  for (const auto* side : {&text.source, &text.target}) {
    for (const std::vector<std::int32_t>& tokens : *side) {
      counts.all += static_cast<std::int64_t>(tokens.size());
      counts.unknown += std::count(tokens.begin(), tokens.end(), Vocabulary::kUnknown);
    }
  }
}

std::shared_ptr<const EncodedCorpus> prepared(const EncodedCorpusOptions& options) {
  auto corpus = std::make_shared<EncodedCorpus>();
  corpus->text = read_corpus(options.corpus);
  corpus->vocabulary = learn_vocabulary(options.vocabulary, corpus->text.train);
  corpus->train = encoded(*corpus->vocabulary, corpus->text.train);
  corpus->long_training_pairs =
      leave_out_long_pairs(options.longest, corpus->text.train, corpus->train);
  if (corpus->train.size() == 0) {
    fail("no training pair of '{}' has at most {} tokens on both sides: raise the limit",
         options.corpus.name, options.longest);
  }
  TokenCounts counts;
  corpus->valid = encoded(*corpus->vocabulary, corpus->text.valid);
  check_lengths(corpus->valid, options.longest);
  count(corpus->valid, counts);
  for (const ParallelText& test : corpus->text.tests) {
    corpus->tests.push_back(encoded(*corpus->vocabulary, test));
    check_lengths(corpus->tests.back(), options.longest);
    count(corpus->tests.back(), counts);
  }
  if (counts.all > 0) {
    corpus->held_out_unknown_fraction =
        static_cast<double>(counts.unknown) / static_cast<double>(counts.all);
  }
  return corpus;
}

}  // namespace

std::shared_ptr<const EncodedCorpus> encoded_corpus(const EncodedCorpusOptions& options) {
  static std::mutex mutex;
  static std::deque<KeptCorpus> kept;
  const std::lock_guard lock(mutex);
  const std::string key = key_of(options);
  for (const KeptCorpus& one : kept) {
    if (one.key == key) return one.corpus;
  }
  kept.push_back({key, prepared(options)});
  if (kept.size() > kKept) kept.pop_front();
  return kept.back().corpus;
}

}  // namespace polysweep
