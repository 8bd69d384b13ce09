// BLEU (Papineni 2002) as sacreBLEU 2.6.0 computes it (Post 2018), one reference.
//
// Scores agree with it to 1e-9. Texts are UTF-8; what is not throws Error.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scoring/scored_text.h"

namespace polysweep {

inline constexpr int kBleuOrders = 4;

enum class BleuTokenizer { k13a, kNone };
enum class BleuSmoothing { kExp, kNone, kFloor, kAddK };

struct BleuOptions {
  BleuTokenizer tokenizer = BleuTokenizer::k13a;
  bool lower_case = false;
  BleuSmoothing smoothing = BleuSmoothing::kExp;
  // kFloor (default 0.1) and kAddK (default 1).
  std::optional<double> smoothing_value;
  // Leave out orders that the hypothesis is too short for; for sentences.
  bool effective_order = false;
};

// What a text's score is made of; sums of sentences' are the corpus's.
struct BleuStatistics {
  std::int64_t hypothesis_tokens = 0;
  std::int64_t reference_tokens = 0;
  std::array<std::int64_t, kBleuOrders> matches{};
  std::array<std::int64_t, kBleuOrders> totals{};

  BleuStatistics& operator+=(const BleuStatistics& other);
  friend bool operator==(const BleuStatistics&, const BleuStatistics&) = default;
};

struct BleuScore {
  double score = 0;                              // 0..100
  std::array<double, kBleuOrders> precisions{};  // smoothed, 0..100
  double brevity_penalty = 0;
  BleuStatistics statistics;
};

BleuScore bleu_of(const BleuStatistics& statistics, const BleuOptions& options,
                  ScoreArithmetic arithmetic = ScoreArithmetic::kDouble);

// One for each sentence. Throws Error as check_scored_texts() does.
std::vector<BleuStatistics> bleu_statistics(std::span<const std::string> hypotheses,
                                            std::span<const std::string> references,
                                            const BleuOptions& options);

// Throws Error as check_scored_texts() does.
BleuScore corpus_bleu(std::span<const std::string> hypotheses,
                      std::span<const std::string> references, const BleuOptions& options = {});

BleuScore sentence_bleu(const std::string& hypothesis, const std::string& reference,
                        const BleuOptions& options = {});

// "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"
std::string bleu_signature(const BleuOptions& options);

// The sentences that end in a tokenized period: " .", white space after it aside.
// sacreBLEU warns of an output with kManyTokenizedPeriods of them: BLEU of text that
// is already tokenized cannot be compared with BLEU of text that is not.
std::int64_t tokenized_periods(std::span<const std::string> hypotheses);
inline constexpr std::int64_t kManyTokenizedPeriods = 100;

// mteval-v13a's tokens, joined by single spaces.
std::string tokenize_13a(std::string_view text);

}  // namespace polysweep
