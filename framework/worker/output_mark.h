// Where in a worker's output an attempt begins: a line that the worker prints
// itself, so that what its trials print can be told apart however late it is
// read. Not meant for people; the host takes it out.
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
// The mark that `bytes` begins with; empty where it begins with none, or not yet
// with a whole one.
std::optional<OutputMark> read_output_mark(std::string_view bytes);

}  // namespace polysweep
