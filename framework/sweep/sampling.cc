#include "framework/sweep/sampling.h"

#include <span>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

// In the order of the enumerations.
constexpr std::string_view kNames[] = {"",       "uniform", "log_uniform", "integer",
                                       "choice", "normal",  "log_normal"};
constexpr std::string_view kDesigns[] = {"sobol", "latin_hypercube", "independent"};

std::size_t index_of(std::string_view kind, std::string_view name,
                     std::span<const std::string_view> names) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
    if (!names[i].empty()) known.emplace_back(names[i]);
  }
  fail("{}", unknown_name(kind, name, known));
}

}  // namespace

std::string_view sampling_name(Sampling sampling) {
  return kNames[static_cast<std::size_t>(sampling)];
}

Sampling sampling_from_name(std::string_view name) {
  return static_cast<Sampling>(index_of("distribution", name, kNames));
}

std::string_view sample_design_name(SampleDesign design) {
  return kDesigns[static_cast<std::size_t>(design)];
}

SampleDesign sample_design_from_name(std::string_view name) {
  return static_cast<SampleDesign>(index_of("design", name, kDesigns));
}

std::string sample_text(const SampleInfo& sample) {
  const char* noun = sample.points == 1 ? "point" : "points";
  switch (sample.design) {
    case SampleDesign::kSobol:
      return fmt::format("{} {} of a scrambled Sobol design", sample.points, noun);
    case SampleDesign::kLatinHypercube:
      return fmt::format("{} {} of a Latin hypercube design", sample.points, noun);
    case SampleDesign::kIndependent:
      break;
  }
  return fmt::format("{} {} that were drawn independently", sample.points, noun);
}

}  // namespace polysweep
