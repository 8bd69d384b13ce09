// What the experiment `translation` can be given, and what that means for its
// parts. No LibTorch work is done here.
#pragma once

#include <cstdint>
#include <filesystem>

#include "experiments/decoding/decoding.h"
#include "experiments/text/encoded_corpus.h"
#include "experiments/training/training.h"
#include "framework/sweep/parameters.h"

namespace polysweep {

// Each reads its part of the complete parameters of a trial.
EncodedCorpusOptions corpus_options(const Parameters& parameters,
                                    const std::filesystem::path& data_folder);
TrainingOptions training_options(const Parameters& parameters);
DecodingOptions decoding_options(const Parameters& parameters);

}  // namespace polysweep
