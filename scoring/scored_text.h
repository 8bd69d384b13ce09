// What every score requires of the texts it compares, and how it is rounded.
#pragma once

#include <span>
#include <string>

namespace polysweep {

// kDouble: a score. kSingle: the score of a bootstrap sample; sacreBLEU adds and
// (with numpy 2) divides counts there in float32, and equal p-values need equal
// roundings. Counts are exact below 2^24.
enum class ScoreArithmetic { kDouble, kSingle };

// Throws Error where there are no sentences, where the numbers differ, and for
// a sentence that is not UTF-8 (which one is named, the first is 1).
void check_scored_texts(std::span<const std::string> hypotheses,
                        std::span<const std::string> references);

}  // namespace polysweep
