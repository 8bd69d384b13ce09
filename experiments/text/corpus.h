// Parallel text: what a translation trial is trained, validated and tested on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/data_files.h"

namespace polysweep {

// Sentence i of `source` and sentence i of `target` mean the same. Lines hold
// no line end; they are UTF-8.
struct ParallelText {
  std::string name;  // "train", "valid", "test_2016_flickr", ...
  std::vector<std::string> source;
  std::vector<std::string> target;

  std::size_t size() const { return source.size(); }
};

struct Corpus {
  std::string name;
  ParallelText train;
  ParallelText valid;
  std::vector<ParallelText> tests;  // at least one
  // Training pairs left out because one side has no word. Pairs of the other
  // splits are never left out: their count is part of what a score means.
  std::int64_t empty_training_pairs = 0;
};

struct CorpusOptions {
  std::string name = "synthetic";  // a name of corpus_names()
  std::filesystem::path folder;    // data folder; corpora that are read from files
  // Sizes and seed of a corpus that is generated.
  std::uint64_t generator_seed = 1;
  std::int64_t train_pairs = 20000;
  std::int64_t valid_pairs = 500;
  std::int64_t test_pairs = 500;
};

// `synthetic` (synthetic_corpus.h), `multi30k_raw` and `multi30k_tok` (Elliott
// et al. 2016: Multi30k's English and German as written, and lower-cased,
// normalised and tokenised).
std::vector<std::string> corpus_names();

// English to German. Throws Error for an unknown name (the nearest is named), a
// missing file, a content that is not the pinned one, languages that differ in
// their number of lines, or a line that is not UTF-8 (file and line are named).
Corpus read_corpus(const CorpusOptions& options);

// The files each corpus reads, with pinned digests, each asked for where the
// experiment's parameter `parameter` is the corpus's name.
std::vector<DataSpec> corpus_data(std::string_view parameter);

// What read_corpus does with two files' content. Exposed for other corpora and
// for tests. `source_place` and `target_place` are named in messages.
ParallelText parallel_text(std::string name, std::string_view source, std::string_view target,
                           std::string_view source_place, std::string_view target_place);
// What it then does with training pairs: leaves out those of which one side has
// no word, and returns how many.
std::int64_t leave_out_empty_pairs(ParallelText& text);

}  // namespace polysweep
