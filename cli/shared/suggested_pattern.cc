#include "cli/shared/suggested_pattern.h"

#include <algorithm>
#include <set>
#include <vector>

#include "cli/shared/help_value.h"
#include "framework/core/error.h"
#include "framework/core/name_rule.h"
#include "framework/sweep/output_pattern.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostLine = 1000;
constexpr std::size_t kMostLines = 10'000;
constexpr std::size_t kMostGroups = 12;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_letter_or_digit(c) && !is_digit(c); }
bool is_separator(char c) {
  return c == ' ' || c == '\t' || c == ':' || c == '=' || c == '[' || c == '(';
}

// A word and the number behind it.
struct Pair {
  std::string word;
  std::string set;  // "train" of "train loss 0.5"; "" for none
  std::string separators;
  bool integer = true;
  bool of_total = false;  // 93 of "93/100"

  std::string name() const { return set.empty() ? word : set + "_" + word; }
};

// The word before position `at`, if it names a set of data.
std::string set_before(std::string_view line, std::size_t at) {
  std::size_t end = at;
  while (end > 0 && line[end - 1] == ' ') --end;
  std::size_t begin = end;
  while (begin > 0 && is_letter(line[begin - 1])) --begin;
  static const std::set<std::string> known = {"train", "training", "valid", "validation",
                                              "val",   "test",     "eval",  "dev"};
  const std::string word(line.substr(begin, end - begin));
  const bool inside = begin > 0 && (is_letter_or_digit(line[begin - 1]) || line[begin - 1] == '_');
  return end < at && !inside && known.contains(ascii_lower_case(word)) ? word : "";
}

// "[3/10]" at the start of a line, as a pattern of the step; "" for none.
std::string leading_step(std::string_view line) {
  std::size_t at = line.find_first_not_of(' ');
  if (at == std::string_view::npos || line[at] != '[') return "";
  const std::size_t first = ++at;
  while (at < line.size() && is_digit(line[at])) ++at;
  if (at == first || at >= line.size() || line[at] != '/') return "";
  const std::size_t second = ++at;
  while (at < line.size() && is_digit(line[at])) ++at;
  const bool ends = at > second && at < line.size() && line[at] == ']';
  return ends ? "^\\s*\\[(?P<step>\\d+)/\\d+\\]" : "";
}

// The length of the number at the start of `text`; 0: none.
std::size_t number_length(std::string_view text, bool& integer) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at > begin;
  };
  integer = true;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  bool any = digits();
  if (at < text.size() && text[at] == '.') {
    const std::size_t point = at++;
    const bool fraction = digits();
    if (!fraction && !any) return 0;
    if (fraction) integer = false;
    if (!fraction) at = point;
    any = true;
  }
  if (!any) return 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const std::size_t exponent = at++;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits()) {
      integer = false;
    } else {
      at = exponent;
    }
  }
  return at < text.size() && is_letter(text[at]) ? 0 : at;
}

std::vector<Pair> pairs_of(std::string_view line) {
  std::vector<Pair> pairs;
  std::size_t at = 0;
  while (at < line.size()) {
    if (!is_letter(line[at])) {
      ++at;
      continue;
    }
    const std::size_t word = at;
    while (at < line.size() && (is_letter_or_digit(line[at]) || line[at] == '_')) ++at;
    const std::size_t word_end = at;
    while (at < line.size() && is_separator(line[at])) ++at;
    bool integer = false;
    const std::size_t length = at > word_end ? number_length(line.substr(at), integer) : 0;
    // A pattern finds a word at its beginning only.
    const bool inside = word > 0 && (is_letter_or_digit(line[word - 1]) || line[word - 1] == '_' ||
                                     static_cast<unsigned char>(line[word - 1]) >= 0x80);
    if (length == 0 || inside) continue;
    pairs.push_back({std::string(line.substr(word, word_end - word)), set_before(line, word),
                     std::string(line.substr(word_end, at - word_end)), integer});
    at += length;
    pairs.back().of_total = at < line.size() && line[at] == '/';
  }
  return pairs;
}

std::string escaped_separators(const std::string& separators) {
  std::string out;
  for (const char c : separators) {
    if (c == ' ' || c == '\t') {
      if (!out.ends_with("\\s+")) out += "\\s+";
    } else {
      out += c == '[' || c == '(' ? std::string("\\") + c : std::string(1, c);
    }
  }
  return out;
}

// "" where the line has no metric. `has_metric`: one of its groups is `metric`.
std::string pattern_of(std::string_view line, std::string_view metric, bool& has_metric) {
  std::string pattern = leading_step(line);
  bool has_step = !pattern.empty();
  std::set<std::string> names;
  has_metric = false;
  for (const Pair& pair : pairs_of(line)) {
    const bool step = pair.integer && counts_steps(pair.word);
    if (step && has_step) continue;
    if (pair.word == "resumed" || (!step && (pair.word == "step" || pair.of_total))) continue;
    if (!step && (!names.insert(pair.name()).second || names.size() > kMostGroups)) continue;
    has_step = has_step || step;
    has_metric = has_metric || pair.name() == metric;
    pattern += (pattern.empty() ? "\\b" : ".*?\\b") + (pair.set.empty() ? "" : pair.set + "\\s+") +
               pair.word + escaped_separators(pair.separators) + "(?P<" +
               (step ? "step" : pair.name()) + (step ? ">\\d+)" : ">\\S+)");
  }
  return names.empty() ? "" : pattern;
}

}  // namespace

bool counts_steps(std::string_view word) {
  static const std::set<std::string> known = {"step", "epoch", "iter", "iteration", "ep", "it"};
  return known.contains(ascii_lower_case(word));
}

std::optional<SuggestedPattern> suggest_pattern(std::string_view output, std::string_view metric) {
  struct Form {
    SuggestedPattern suggested;
    bool has_metric = false;
  };
  std::vector<Form> forms;
  std::size_t lines = 0;
  while (!output.empty() && lines++ < kMostLines) {
    const std::size_t end = std::min(output.find_first_of("\r\n"), output.size());
    const std::string_view line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    if (line.size() > kMostLine) continue;
    bool has_metric = false;
    const std::string pattern = pattern_of(line, metric, has_metric);
    if (pattern.empty()) continue;
    const auto same = std::find_if(forms.begin(), forms.end(), [&](const Form& form) {
      return form.suggested.pattern == pattern;
    });
    if (same != forms.end()) {
      ++same->suggested.lines;
    } else {
      forms.push_back({{pattern, std::string(line), 1}, has_metric});
    }
  }
  const auto best = std::max_element(forms.begin(), forms.end(), [](const Form& a, const Form& b) {
    if (a.has_metric != b.has_metric) return b.has_metric;
    return a.suggested.lines < b.suggested.lines;
  });
  if (best == forms.end()) return std::nullopt;
  std::vector<OutputPattern::Group> groups;
  // A line that is not UTF-8 has no match.
  if (!OutputPattern(best->suggested.pattern).match(best->suggested.line, groups)) {
    return std::nullopt;
  }
  return best->suggested;
}

}  // namespace polysweep
