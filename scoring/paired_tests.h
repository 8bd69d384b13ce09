// Do two systems' translations of the same sentences differ by more than
// chance? Approximate randomization and paired bootstrap as in sacreBLEU 2.6.0.
//
// The answer is about these two outputs, never about the methods that made
// them. With the same seed the p-values are those of sacreBLEU with numpy 2.
//
// Approximate randomization keeps its level. The bootstrap's p does not: it is about
// the tail on one side, and at 0.05 rejects some 12% of pairs that differ by chance.
// tests/scoring/paired_tests_test.cc measures both.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "scoring/bleu.h"
#include "scoring/chrf.h"

namespace polysweep {

// A score as paired tests see it: sentences' counts, and a score of their sums.
class SentenceCounts {
 public:
  static SentenceCounts bleu(std::span<const std::string> hypotheses,
                             std::span<const std::string> references,
                             const BleuOptions& options = {});
  static SentenceCounts chrf(std::span<const std::string> hypotheses,
                             std::span<const std::string> references,
                             const ChrfOptions& options = {});

  std::size_t sentences() const { return counts_.size() / width_; }
  std::size_t width() const { return width_; }
  // The width() counts of a sentence.
  std::span<const std::int64_t> of(std::size_t sentence) const {
    return {counts_.data() + sentence * width_, width_};
  }
  double score(std::span<const std::int64_t> sums, ScoreArithmetic arithmetic) const {
    return score_(sums, arithmetic);
  }
  // Of all sentences together.
  double score() const;
  // Whether sacreBLEU keeps samples' scores in float32 as long as none is 0.
  bool scores_in_single() const { return scores_in_single_; }

 private:
  std::size_t width_ = 1;
  std::vector<std::int64_t> counts_;
  std::function<double(std::span<const std::int64_t>, ScoreArithmetic)> score_;
  bool scores_in_single_ = false;
};

struct PairedTestOptions {
  std::int64_t samples = 0;  // 0: 1000 of the bootstrap, 10000 of randomization
  std::uint32_t seed = 12345;
};

// mean and half_width: of the bootstrap's samples (95 %); 0 for randomization.
struct SystemScore {
  double score = 0;
  double mean = 0;
  double half_width = 0;
};

struct PairedTestResult {
  SystemScore baseline;
  SystemScore system;
  double p_value = 1;
  std::int64_t samples = 0;
};

// Koehn 2004 as sacreBLEU has it: p = (c + 1) / (samples + 1), where c counts the
// samples with |D*| - mean(|D*|) > |D|. As D* has mean D, this asks for D* > 2 |D|
// alone, not for D* < 0 as well. Throws Error where the two have not the same number
// of sentences.
PairedTestResult paired_bootstrap(const SentenceCounts& baseline, const SentenceCounts& system,
                                  const PairedTestOptions& options = {});

// Riezler and Maxwell 2005: each sample swaps the two outputs sentence by
// sentence; c counts |D*| > |D|, strictly, so that a system tested against itself has
// the smallest p. Throws Error as above.
PairedTestResult approximate_randomization(const SentenceCounts& baseline,
                                           const SentenceCounts& system,
                                           const PairedTestOptions& options = {});

}  // namespace polysweep
