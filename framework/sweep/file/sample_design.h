// [sample] of a sweep file: factors that are drawn together (docs/sweep_file.md, "Drawn
// values").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/sweep/file/factor_levels.h"
#include "framework/sweep/file/toml_document.h"
#include "framework/sweep/sampling.h"

namespace polysweep {

struct SampledFactor {
  std::string name;
  std::string place;  // of its name
  Sampling sampling = Sampling::kNone;
  std::vector<PlacedValue> levels;  // each once, in the order in which points have them
  std::vector<std::uint16_t> at;    // per point: index of its level
  const TomlEntry* when = nullptr;  // not read yet
};

struct SampledFactors {
  SampleDesign design = SampleDesign::kSobol;
  std::string place;
  std::vector<SampledFactor> factors;  // in the file's order
};

// Draws the points: n of them that differ; of a Latin hypercube n, of which equal ones are
// one. The values of a factor depend on its name, on `stream` and, in a Sobol design, on how
// many factors come before it. Throws Error with the place.
SampledFactors read_sample(const TomlEntry& entry);

}  // namespace polysweep
