#include "scoring/bleu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>

#include "framework/core/error.h"
#include "scoring/ngrams.h"
#include "scoring/unicode_text.h"

namespace polysweep {

namespace {

constexpr double kLogOfZero = -9999999999.0;

struct SmoothingRow {
  BleuSmoothing smoothing;
  const char* name;
  std::optional<double> default_value;
};

const SmoothingRow kSmoothings[] = {{BleuSmoothing::kExp, "exp", {}},
                                    {BleuSmoothing::kNone, "none", {}},
                                    {BleuSmoothing::kFloor, "floor", 0.1},
                                    {BleuSmoothing::kAddK, "add-k", 1.0}};

const SmoothingRow& row_of(BleuSmoothing smoothing) {
  const auto* row = std::find_if(std::begin(kSmoothings), std::end(kSmoothings),
                                 [&](const SmoothingRow& r) { return r.smoothing == smoothing; });
  check(row != std::end(kSmoothings), "every smoothing has a row");
  return *row;
}

double value_of(const BleuOptions& options) {
  return options.smoothing_value.value_or(row_of(options.smoothing).default_value.value_or(0));
}

// Numbers for words, the same word the same number.
class WordNumbers {
 public:
  void number(std::string_view text, std::vector<std::uint32_t>& out) {
    out.clear();
    for (const std::string_view word : split_words(text)) {
      const auto found = numbers_.find(word);
      if (found != numbers_.end()) {
        out.push_back(found->second);
        continue;
      }
      const auto next = static_cast<std::uint32_t>(numbers_.size());
      numbers_.emplace(word, next);
      out.push_back(next);
    }
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
};

std::string prepared(const std::string& text, const BleuOptions& options) {
  const std::string cased = options.lower_case ? lower_case(text) : text;
  const std::string_view stripped = strip_right(cased);
  switch (options.tokenizer) {
    case BleuTokenizer::k13a:
      return tokenize_13a(stripped);
    case BleuTokenizer::kNone:
      return std::string(stripped);
  }
  fail("no such tokenizer");
}

// Post 2018; smoothing as in Chen and Cherry 2014. Number is the type in which
// counts are multiplied and divided.
template <typename Number>
BleuScore score_of(const BleuStatistics& statistics, const BleuOptions& options) {
  BleuScore score;
  score.statistics = statistics;
  const auto system = static_cast<double>(statistics.hypothesis_tokens);
  const auto reference = static_cast<double>(statistics.reference_tokens);
  score.brevity_penalty = 1;
  if (system < reference) {
    score.brevity_penalty = system > 0 ? std::exp(1 - reference / system) : 0;
  }
  if (std::all_of(statistics.matches.begin(), statistics.matches.end(),
                  [](std::int64_t matches) { return matches == 0; })) {
    return score;
  }

  const auto value = static_cast<Number>(value_of(options));
  double halvings = 1;
  int orders = kBleuOrders;
  for (int n = 0; n < kBleuOrders; ++n) {
    auto matches = static_cast<Number>(statistics.matches[n]);
    auto total = static_cast<Number>(statistics.totals[n]);
    if (options.smoothing == BleuSmoothing::kAddK && n > 0) {
      matches += value;
      total += value;
    }
    if (total == 0) break;
    if (options.effective_order) orders = n + 1;
    if (matches != 0) {
      score.precisions[n] = Number{100} * matches / total;
    } else if (options.smoothing == BleuSmoothing::kExp) {
      halvings *= 2;
      score.precisions[n] = Number{100} / (static_cast<Number>(halvings) * total);
    } else if (options.smoothing == BleuSmoothing::kFloor) {
      score.precisions[n] = static_cast<Number>(100 * value_of(options)) / total;
    }
  }
  double logs = 0;
  for (int n = 0; n < orders; ++n) {
    logs += score.precisions[n] == 0 ? kLogOfZero : std::log(score.precisions[n]);
  }
  score.score = score.brevity_penalty * std::exp(logs / orders);
  return score;
}

}  // namespace

BleuStatistics& BleuStatistics::operator+=(const BleuStatistics& other) {
  hypothesis_tokens += other.hypothesis_tokens;
  reference_tokens += other.reference_tokens;
  for (int n = 0; n < kBleuOrders; ++n) {
    matches[n] += other.matches[n];
    totals[n] += other.totals[n];
  }
  return *this;
}

BleuScore bleu_of(const BleuStatistics& statistics, const BleuOptions& options,
                  ScoreArithmetic arithmetic) {
  return arithmetic == ScoreArithmetic::kSingle ? score_of<float>(statistics, options)
                                                : score_of<double>(statistics, options);
}

std::vector<BleuStatistics> bleu_statistics(std::span<const std::string> hypotheses,
                                            std::span<const std::string> references,
                                            const BleuOptions& options) {
  check_scored_texts(hypotheses, references);
  WordNumbers numbers;
  NgramMatcher matcher;
  std::vector<std::uint32_t> hypothesis;
  std::vector<std::uint32_t> reference;
  std::vector<BleuStatistics> all(hypotheses.size());
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    numbers.number(prepared(hypotheses[i], options), hypothesis);
    numbers.number(prepared(references[i], options), reference);
    all[i].hypothesis_tokens = static_cast<std::int64_t>(hypothesis.size());
    all[i].reference_tokens = static_cast<std::int64_t>(reference.size());
    const std::vector<NgramMatches> found = matcher.match(hypothesis, reference, kBleuOrders);
    for (int n = 0; n < kBleuOrders; ++n) {
      all[i].matches[n] = found[n].matches;
      all[i].totals[n] = found[n].hypothesis;
    }
  }
  return all;
}

BleuScore corpus_bleu(std::span<const std::string> hypotheses,
                      std::span<const std::string> references, const BleuOptions& options) {
  BleuStatistics sum;
  for (const BleuStatistics& one : bleu_statistics(hypotheses, references, options)) sum += one;
  return bleu_of(sum, options);
}

BleuScore sentence_bleu(const std::string& hypothesis, const std::string& reference,
                        const BleuOptions& options) {
  return corpus_bleu({&hypothesis, 1}, {&reference, 1}, options);
}

std::int64_t tokenized_periods(std::span<const std::string> hypotheses) {
  return std::count_if(hypotheses.begin(), hypotheses.end(),
                       [](const std::string& text) { return strip_right(text).ends_with(" ."); });
}

std::string bleu_signature(const BleuOptions& options) {
  const SmoothingRow& row = row_of(options.smoothing);
  const std::string value = row.default_value ? fmt::format("[{:.2f}]", value_of(options)) : "";
  return fmt::format("nrefs:1|case:{}|eff:{}|tok:{}|smooth:{}{}|version:2.6.0",
                     options.lower_case ? "lc" : "mixed", options.effective_order ? "yes" : "no",
                     options.tokenizer == BleuTokenizer::k13a ? "13a" : "none", row.name, value);
}

}  // namespace polysweep
