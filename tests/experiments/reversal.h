// A language in which the translation of a sentence is its reversal: learned in
// seconds, and only by a model that knows positions.
#pragma once

#include <string>

#include "experiments/model/transformer.h"
#include "experiments/text/encoded_corpus.h"
#include "framework/core/random_stream.h"

namespace polysweep {

// `pairs` sentences of 2..6 words out of 8, drawn from `seed`.
inline EncodedText reversal_text(const std::string& name, std::size_t pairs, std::uint64_t seed) {
  RandomStream random(seed, "reversal");
  EncodedText text;
  text.name = name;
  for (std::size_t i = 0; i < pairs; ++i) {
    std::vector<std::int32_t> words(2 + random.below(5));
    for (std::int32_t& word : words) word = static_cast<std::int32_t>(4 + random.below(8));
    text.source.push_back(words);
    text.target.emplace_back(words.rbegin(), words.rend());
  }
  return text;
}

inline TransformerOptions reversal_model() {
  TransformerOptions options;
  options.vocabulary = 12;
  options.width = 32;
  options.feed_forward = 64;
  options.heads = 2;
  options.encoder_layers = 1;
  options.decoder_layers = 1;
  options.longest = 16;
  options.dropout = 0.1;
  options.encoding = "sinusoidal";
  return options;
}

}  // namespace polysweep
