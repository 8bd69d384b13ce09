#include "framework/sweep/sampling.h"

#include <string>
#include <vector>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

// In the order of the enumeration.
constexpr std::string_view kNames[] = {"", "uniform", "log_uniform", "integer"};

}  // namespace

std::string_view sampling_name(Sampling sampling) {
  return kNames[static_cast<std::size_t>(sampling)];
}

Sampling sampling_from_name(std::string_view name) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<Sampling>(i);
    if (!kNames[i].empty()) known.emplace_back(kNames[i]);
  }
  fail("{}", unknown_name("distribution", name, known));
}

}  // namespace polysweep
