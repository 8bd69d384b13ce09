// The parameters that every experiment with a Transformer publishes.
#pragma once

#include <cstdint>
#include <vector>

#include "experiments/model/transformer.h"
#include "framework/sweep/parameters.h"

namespace polysweep {

// Encoding and its options, sizes, layer norm, dropout.
std::vector<ParameterSpec> model_parameters();

// Sizes that the data determines.
struct ModelSize {
  std::int64_t vocabulary = 0;
  std::int64_t longest = 0;  // tokens a sentence may have
};

// Reads those parameters from a trial's. `device`: index of the CUDA device, -1: CPU.
TransformerOptions transformer_options(const Parameters& parameters, const ModelSize& size,
                                       int device);

}  // namespace polysweep
