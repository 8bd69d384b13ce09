// A pattern for [capture] that fits lines which a program printed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace polysweep {

struct SuggestedPattern {
  std::string pattern;    // in RE2's syntax, without single quotes
  std::string line;       // the first line that it matches
  std::size_t lines = 0;  // how many lines have this form
};

// True for epoch, step, iter and their like, in any case.
bool counts_steps(std::string_view word);

// Numbers behind a word become its group, as "loss 0.25", "loss: 0.25" and "loss=0.25";
// an integer behind epoch, step, iter, ... is the step. Of several forms of lines the one
// with a group `metric`, else the most frequent one. Empty if no line has such a number.
std::optional<SuggestedPattern> suggest_pattern(std::string_view output, std::string_view metric);

}  // namespace polysweep
