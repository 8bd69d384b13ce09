// The corpora that a translation trial can be trained, validated and tested on.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/text/parallel_text.h"
#include "experiments/text/synthetic_corpus.h"
#include "framework/sweep/data_files.h"

namespace polysweep {

struct CorpusOptions {
  std::string name = "synthetic";    // a name of corpus_names()
  std::filesystem::path folder;      // data folder, for corpora that are read from files
  SyntheticCorpusOptions synthetic;  // for the corpus that is generated
};

// `synthetic` (synthetic_corpus.h), `multi30k_raw` and `multi30k_tok` (Elliott
// et al. 2016: Multi30k's English and German as written, and lower-cased,
// normalised and tokenised).
std::vector<std::string> corpus_names();

// English to German. Throws Error for an unknown name (the nearest is named), a
// missing file, a content whose digest is not the pinned one, and what
// parallel_text() refuses.
Corpus read_corpus(const CorpusOptions& options);

// The files that each corpus reads, with pinned digests, each required where the
// experiment's parameter `parameter` is the corpus's name.
std::vector<DataSpec> corpus_data(std::string_view parameter);

}  // namespace polysweep
