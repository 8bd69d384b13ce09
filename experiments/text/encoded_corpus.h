// A corpus as token numbers, ready for training and decoding.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "experiments/text/corpus.h"
#include "experiments/text/vocabulary.h"

namespace polysweep {

struct EncodedText {
  std::string name;
  // Without begin and end tokens; batch.h adds them. source[i] belongs to
  // target[i].
  std::vector<std::vector<std::int32_t>> source;
  std::vector<std::vector<std::int32_t>> target;

  std::size_t size() const { return source.size(); }
};

struct EncodedCorpusOptions {
  CorpusOptions corpus;
  VocabularyOptions vocabulary;
  // Largest number of tokens of a side, its end token included.
  std::int64_t longest = 256;
};

struct EncodedCorpus {
  Corpus text;
  std::shared_ptr<const Vocabulary> vocabulary;
  EncodedText train;
  EncodedText valid;
  std::vector<EncodedText> tests;  // as text.tests
  // Training pairs left out because a side is longer than `longest`.
  std::int64_t long_training_pairs = 0;
  // Unknown tokens among all tokens of validation and test sources and targets.
  double held_out_unknown_fraction = 0;
};

// Reads, learns and encodes. The last two different results are kept in
// memory, so that a worker prepares a corpus once for many trials.
// Thread-safe. Throws Error as read_corpus and learn_vocabulary do, and for a
// validation or test sentence longer than `longest` (the line is named).
std::shared_ptr<const EncodedCorpus> encoded_corpus(const EncodedCorpusOptions& options);

}  // namespace polysweep
