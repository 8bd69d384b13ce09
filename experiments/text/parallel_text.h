// Parallel text: sentences of two languages, and the corpora that are made of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

// The lines of two files. Throws Error for languages that differ in their number
// of lines, for no lines, and for a line that is not UTF-8. `source_place` and
// `target_place` are named in messages.
ParallelText parallel_text(std::string name, std::string_view source, std::string_view target,
                           std::string_view source_place, std::string_view target_place);

// Leaves out the pairs of which one side has no word, and returns how many.
std::int64_t leave_out_empty_pairs(ParallelText& text);

}  // namespace polysweep
