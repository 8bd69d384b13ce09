// What the experiment `translation` can be given, and what that means for its
// parts. No LibTorch work is done here.
#pragma once

#include <cstdint>
#include <filesystem>

#include "experiments/decoding.h"
#include "experiments/encoded_corpus.h"
#include "experiments/training.h"
#include "experiments/transformer.h"
#include "framework/parameters.h"

namespace polysweep {

// Each reads its part of the complete parameters of a trial.
EncodedCorpusOptions corpus_options(const Parameters& parameters,
                                    const std::filesystem::path& data_folder);
// `device`: index of the CUDA device, -1: CPU.
TransformerOptions transformer_options(const Parameters& parameters, std::int64_t vocabulary,
                                       int device);
TrainingOptions training_options(const Parameters& parameters);
DecodingOptions decoding_options(const Parameters& parameters);

}  // namespace polysweep
