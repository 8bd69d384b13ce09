#include "experiments/experiments.h"

namespace polysweep {

namespace {

constexpr ExperimentRow kRows[] = {
    {toy_spec, make_toy, false},
#ifdef POLYSWEEP_HAS_TORCH
    {translation_spec, make_translation, true},
    {length_spec, make_length, true},
#endif
};

}  // namespace

std::span<const ExperimentRow> experiment_rows() { return kRows; }

Catalogue catalogue() {
  Catalogue result;
  result.build = build_digest();
  for (const ExperimentRow& row : kRows) result.experiments.push_back(row.spec());
  return result;
}

}  // namespace polysweep
