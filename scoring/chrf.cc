#include "scoring/chrf.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "framework/core/error.h"
#include "scoring/unicode_text.h"

namespace polysweep {

namespace {

using Symbols = std::vector<std::uint32_t>;

void check_orders(const ChrfOptions& options) {
  check(options.character_order >= 1 && options.word_order >= 0 && options.beta >= 1,
        "chrF has at least one character order and a beta of at least 1");
}

std::string cased(const std::string& text, const ChrfOptions& options) {
  return options.lower_case ? lower_case(text) : text;
}

void characters_of(std::string_view text, Symbols& out) {
  out.clear();
  append_code_points(out, text);
  std::erase_if(out, is_white_space);
}

// As Python's string.punctuation.
bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

// Punctuation at the end of a word, else at its beginning, is a word of its own.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string_view word : split_words(text)) {
    const bool single = code_points(word).size() == 1;
    if (!single && is_punctuation(word.back())) {
      words.emplace_back(word.substr(0, word.size() - 1));
      words.emplace_back(word.substr(word.size() - 1));
    } else if (!single && is_punctuation(word.front())) {
      words.emplace_back(word.substr(0, 1));
      words.emplace_back(word.substr(1));
    } else {
      words.emplace_back(word);
    }
  }
  return words;
}

class SentenceMatcher {
 public:
  explicit SentenceMatcher(const ChrfOptions& options) : options_(options) {}

  ChrfStatistics match(const std::string& hypothesis, const std::string& reference) {
    characters_of(hypothesis, hypothesis_);
    characters_of(reference, reference_);
    ChrfStatistics all = matcher_.match(hypothesis_, reference_, options_.character_order);
    if (options_.word_order > 0) {
      number_words(hypothesis, hypothesis_);
      number_words(reference, reference_);
      const auto words = matcher_.match(hypothesis_, reference_, options_.word_order);
      all.insert(all.end(), words.begin(), words.end());
    }
    for (NgramMatches& order : all) {
      if (order.reference == 0) order.hypothesis = 0;
    }
    return all;
  }

 private:
  void number_words(const std::string& text, Symbols& out) {
    out.clear();
    for (const std::string& word : words_of(text)) {
      out.push_back(words_.emplace(word, static_cast<std::uint32_t>(words_.size())).first->second);
    }
  }

  const ChrfOptions& options_;
  NgramMatcher matcher_;
  Symbols hypothesis_;
  Symbols reference_;
  std::unordered_map<std::string, std::uint32_t> words_;
};

template <typename Number>
double score_of(const ChrfStatistics& statistics, const ChrfOptions& options) {
  Number precision = 0;
  Number recall = 0;
  int orders = 0;
  for (const NgramMatches& order : statistics) {
    if (order.hypothesis == 0 || order.reference == 0) continue;
    precision += static_cast<Number>(order.matches) / static_cast<Number>(order.hypothesis);
    recall += static_cast<Number>(order.matches) / static_cast<Number>(order.reference);
    ++orders;
  }
  if (orders == 0) return 0;
  precision /= static_cast<Number>(orders);
  recall /= static_cast<Number>(orders);
  if (precision + recall == 0) return 0;
  const auto factor = static_cast<Number>(options.beta * options.beta);
  Number score = (1 + factor) * precision * recall;
  score /= factor * precision + recall;
  return Number{100} * score;
}

}  // namespace

double chrf_of(const ChrfStatistics& statistics, const ChrfOptions& options,
               ScoreArithmetic arithmetic) {
  return arithmetic == ScoreArithmetic::kSingle ? score_of<float>(statistics, options)
                                                : score_of<double>(statistics, options);
}

std::vector<ChrfStatistics> chrf_statistics(std::span<const std::string> hypotheses,
                                            std::span<const std::string> references,
                                            const ChrfOptions& options) {
  check_orders(options);
  check_scored_texts(hypotheses, references);
  SentenceMatcher matcher(options);
  std::vector<ChrfStatistics> all;
  all.reserve(hypotheses.size());
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    all.push_back(matcher.match(cased(hypotheses[i], options), cased(references[i], options)));
  }
  return all;
}

ChrfStatistics& add(ChrfStatistics& sum, const ChrfStatistics& one) {
  if (sum.empty()) return sum = one;
  for (std::size_t n = 0; n < sum.size(); ++n) {
    sum[n].hypothesis += one[n].hypothesis;
    sum[n].reference += one[n].reference;
    sum[n].matches += one[n].matches;
  }
  return sum;
}

double corpus_chrf(std::span<const std::string> hypotheses, std::span<const std::string> references,
                   const ChrfOptions& options) {
  ChrfStatistics sum;
  for (const ChrfStatistics& one : chrf_statistics(hypotheses, references, options)) {
    add(sum, one);
  }
  return chrf_of(sum, options);
}

double sentence_chrf(const std::string& hypothesis, const std::string& reference,
                     const ChrfOptions& options) {
  return corpus_chrf({&hypothesis, 1}, {&reference, 1}, options);
}

std::string chrf_signature(const ChrfOptions& options) {
  return fmt::format("nrefs:1|case:{}|eff:yes|nc:{}|nw:{}|space:no|version:2.6.0",
                     options.lower_case ? "lc" : "mixed", options.character_order,
                     options.word_order);
}

}  // namespace polysweep
