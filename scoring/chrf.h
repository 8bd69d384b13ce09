// chrF (Popovic 2015) and chrF++ (2017) as sacreBLEU 2.6.0 computes them, one
// reference.
//
// Scores agree with it to 1e-9. Texts are UTF-8; what is not throws Error.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scoring/ngrams.h"
#include "scoring/scored_text.h"

namespace polysweep {

struct ChrfOptions {
  int character_order = 6;
  int word_order = 0;  // 2: chrF++
  int beta = 2;
  bool lower_case = false;
};

// One entry per order: characters 1.., then words 1... An order that the
// reference has no n-gram of counts none of the hypothesis either.
using ChrfStatistics = std::vector<NgramMatches>;

// Adds `one` to `sum`; an empty `sum` becomes `one`.
ChrfStatistics& add(ChrfStatistics& sum, const ChrfStatistics& one);

// 0..100
double chrf_of(const ChrfStatistics& statistics, const ChrfOptions& options,
               ScoreArithmetic arithmetic = ScoreArithmetic::kDouble);

// One for each sentence. Throws Error as check_scored_texts() does.
std::vector<ChrfStatistics> chrf_statistics(std::span<const std::string> hypotheses,
                                            std::span<const std::string> references,
                                            const ChrfOptions& options);

// Throws Error as check_scored_texts() does.
double corpus_chrf(std::span<const std::string> hypotheses, std::span<const std::string> references,
                   const ChrfOptions& options = {});

double sentence_chrf(const std::string& hypothesis, const std::string& reference,
                     const ChrfOptions& options = {});

// "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0"
std::string chrf_signature(const ChrfOptions& options);

}  // namespace polysweep
