// A regular expression that finds metrics in the lines that a program prints.
//
// RE2's syntax, so that matching takes linear time. Each named group is a metric with the
// group's name, except `step`, the step of the line's points, and `resumed`, the step that
// the attempt says it resumes after.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace polysweep {

class OutputPattern {
 public:
  // A named group of a match; one that took no part in it is left out.
  struct Group {
    std::string_view name;   // of the pattern
    std::string_view value;  // of the line
  };

  // Throws Error, with the column in the pattern, if it does not compile, or has no group
  // that is a metric or `resumed`.
  explicit OutputPattern(std::string text);
  OutputPattern(OutputPattern&& other) noexcept;
  ~OutputPattern();

  const std::string& text() const { return text_; }
  // The groups of the first match in `line`, in the order of the pattern; false if there
  // is none.
  bool match(std::string_view line, std::vector<Group>& groups) const;
  // Where in `text`, lines that end with '\n', a line that may match can begin or lie; npos
  // if none of its lines matches. Takes a fraction of the time of match() on each line.
  std::size_t find_candidate(std::string_view text) const;

 private:
  std::string text_;
  std::unique_ptr<re2::RE2> line_;
  std::unique_ptr<re2::RE2> any_;                    // for find_candidate; null: it cannot tell
  std::vector<std::pair<int, std::string>> groups_;  // number and name, by number
};

}  // namespace polysweep
