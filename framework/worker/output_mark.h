// A line that a worker prints where the output of an attempt begins, so that the
// outputs of its trials can be separated however late they are read. The host
// removes it from what it shows.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "framework/sweep/trial.h"

namespace polysweep {

inline constexpr char kOutputMark = '\x1E';  // begins and ends one
inline constexpr std::size_t kLongestOutputMark = 1 + 32 + 1 + 10 + 2;

// "<1E>0123...ef 12<1E>\n"
std::string output_mark(const TrialId& trial, std::uint32_t attempt);

struct OutputMark {
  TrialId trial;
  std::uint32_t attempt = 0;
  std::size_t size = 0;  // bytes
};
// The mark that `bytes` begins with; empty if it begins with none, or with an
// incomplete one.
std::optional<OutputMark> read_output_mark(std::string_view bytes);

}  // namespace polysweep
