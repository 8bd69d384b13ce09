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

}  // namespace polysweep
