// Translations from a trained model: greedy search and beam search.
//
// Sentences are decoded in batches of like length with cached keys and values;
// a sentence that is finished leaves its batch. No gradients are kept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "experiments/model/transformer.h"

namespace polysweep {

using Tokens = std::vector<std::int32_t>;

struct DecodingOptions {
  // Hypotheses kept for each sentence; 1: greedy.
  std::int64_t beam = 1;
  // A finished hypothesis of log probability s and n tokens (the end counts)
  // is worth s / n^length_penalty.
  double length_penalty = 1;
  std::int32_t begin = 0;  // token the decoder starts from
  std::int32_t end = 0;    // token that ends a sentence
  // A hypothesis has at most 2 * source + spare_length tokens, the end not
  // counted, and never more than the model's longest - 1.
  std::int64_t spare_length = 10;
  // Source tokens in a batch (times the beam), at least one sentence.
  std::int64_t batch_tokens = 16384;
};

// The best translation of each source, in the order given, without begin and
// end. Sources are as the encoder sees them. As fairseq's search: of the 2 *
// beam best continuations of a sentence those that end it count if they are
// among the first `beam`; the sentence is finished with its `beam`-th end, or
// at the longest length. Ties go to the better-ranked hypothesis.
//
// `keep_going(done)` is called after each batch with the number of sentences
// done; where it returns false the rest is given up and the result is empty.
std::optional<std::vector<Tokens>> translate(const Transformer& model,
                                             const std::vector<Tokens>& sources,
                                             const DecodingOptions& options,
                                             const std::function<bool(std::int64_t)>& keep_going);

}  // namespace polysweep
