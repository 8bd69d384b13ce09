// A pattern for [capture] that fits lines which a program printed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
// with a group `metric`, else the most frequent one; the bars of tqdm only where no other
// line has a step. Tracebacks are left out. Empty if no line has such a number.
std::optional<SuggestedPattern> suggest_pattern(std::string_view output, std::string_view metric);

// The forms of lines with a step and a metric, or with a metric named like a loss or a score,
// that none of `patterns` matches, the most frequent first; neither bars nor JSON.
std::vector<SuggestedPattern> uncaptured_lines(std::string_view output,
                                               const std::vector<std::string>& patterns);

// The metrics of a pattern, in its order.
std::vector<std::string> metrics_of_pattern(std::string_view pattern);

// True where lower-case `name` has a part that names of scores ("acc", "bleu") or of losses have.
bool is_score_name(std::string_view name);
bool is_loss_name(std::string_view name);

}  // namespace polysweep
