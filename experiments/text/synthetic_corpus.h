// Generated English captions with their German translations: a corpus in which word
// order determines the translation.
//
// The grammar (synthetic_grammar.h) has one translation for every sentence.
// Most sentences share their bag of words with another sentence of the corpus
// that means something else ("the dog chases the cat"), and German puts words
// elsewhere than English does: verbs at the end of subordinate clauses,
// separable verbs, case and gender on articles and adjectives, adverbials that
// move. A model that does not know positions cannot tell which one is meant.
#pragma once

#include <cstdint>

#include "experiments/text/parallel_text.h"

namespace polysweep {

struct SyntheticCorpusOptions {
  std::uint64_t seed = 1;
  std::int64_t train_pairs = 20000;
  std::int64_t valid_pairs = 500;
  std::int64_t test_pairs = 500;
};

// Splits "train", "valid" and "test" of the sizes in `options`. No sentence of
// either language occurs twice, in one split or in two, and captions of one bag
// of words are all in one split. A pure function of `options`; "valid" and
// "test" do not depend on the number of training pairs.
// Throws Error for sizes below 1 or beyond 2,000,000.
Corpus synthetic_corpus(const SyntheticCorpusOptions& options);

}  // namespace polysweep
