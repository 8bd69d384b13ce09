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
constexpr std::size_t kMostBars = 16;

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

// Leaves out Python's tracebacks, up to the line that names the exception.
class TracebackFilter {
 public:
  // `line` is one of a traceback; lines come in order.
  bool takes(std::string_view line) {
    const std::size_t begin = line.find("Traceback (most recent call last)");
    if (begin != std::string_view::npos) {
      is_inside_ = true;
      prefix_ = line.substr(0, begin);  // "[rank0]: "
      return true;
    }
    if (!is_inside_) return false;
    if (line.starts_with(prefix_)) line.remove_prefix(prefix_.size());
    is_inside_ = line.empty() || line[0] == ' ' || line[0] == '\t';
    return true;
  }

 private:
  bool is_inside_ = false;
  std::string prefix_;
};

// " 45%|####  | 45/100 [00:01<00:02, 30.1it/s, loss=0.5]"
bool is_bar(std::string_view line) {
  for (std::size_t at = line.find("%|"); at != std::string_view::npos;
       at = line.find("%|", at + 1)) {
    if (at > 0 && is_digit(line[at - 1]) && line.find('|', at + 2) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

bool has_step(std::string_view pattern) {
  return pattern.find("(?P<step>") != std::string_view::npos;
}

// A form of lines: what is in them, whatever the numbers.
struct LineForm {
  SuggestedPattern suggested;
  bool has_metric = false;
  bool bar = false;
};

// What of an output may hold metrics.
struct LineForms {
  std::vector<LineForm> all;
  std::vector<std::string_view> bars;  // a few lines
};

template <typename Skips>
LineForms forms_of(std::string_view output, std::string_view metric, Skips skips) {
  LineForms out;
  TracebackFilter traceback;
  std::size_t lines = 0;
  while (!output.empty() && lines++ < kMostLines) {
    const std::size_t end = std::min(output.find_first_of("\r\n"), output.size());
    const std::string_view line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    if (traceback.takes(line) || line.size() > kMostLine) continue;
    const bool bar = is_bar(line);
    if (bar && out.bars.size() < kMostBars) out.bars.push_back(line);
    bool has_metric = false;
    const std::string pattern = pattern_of(line, metric, has_metric);
    if (pattern.empty() || skips(line)) continue;
    const auto same = std::find_if(out.all.begin(), out.all.end(), [&](const LineForm& form) {
      return form.suggested.pattern == pattern && form.bar == bar;
    });
    if (same != out.all.end()) {
      ++same->suggested.lines;
    } else {
      out.all.push_back({{pattern, std::string(line), 1}, has_metric, bar});
    }
  }
  return out;
}

bool matches_line(const std::string& pattern, std::string_view line) {
  std::vector<OutputPattern::Group> groups;
  return OutputPattern(pattern).match(line, groups);
}

// Bars have a '|' before their numbers: a pattern of other lines that finds one does not pass it.
void leave_out_bars(SuggestedPattern& suggested, const std::vector<std::string_view>& bars) {
  const auto finds = [&](const std::string& pattern) {
    return std::any_of(bars.begin(), bars.end(),
                       [&](std::string_view bar) { return matches_line(pattern, bar); });
  };
  if (is_bar(suggested.line) || !finds(suggested.pattern)) return;
  std::string pattern = suggested.pattern.starts_with('^') ? "" : "^[^|]*?";
  for (std::size_t at = 0; at < suggested.pattern.size();) {
    const bool any = std::string_view(suggested.pattern).substr(at).starts_with(".*?");
    pattern += any ? "[^|]*?" : suggested.pattern.substr(at, 1);
    at += any ? 3 : 1;
  }
  if (matches_line(pattern, suggested.line) && !finds(pattern)) suggested.pattern = pattern;
}

bool has_part(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

bool looks_like_metrics(const std::string& pattern) {
  const std::vector<std::string> names = metrics_of_pattern(pattern);
  return has_step(pattern) || std::any_of(names.begin(), names.end(), [](const std::string& name) {
           const std::string lower = ascii_lower_case(name);
           return is_score_name(lower) || is_loss_name(lower);
         });
}

}  // namespace

bool is_score_name(std::string_view name) {
  return has_part(name, {"acc",       "top",    "bleu", "f1",   "auc",   "reward", "return",
                         "precision", "recall", "iou",  "chrf", "rouge", "psnr",   "ssim",
                         "r2",        "score",  "elbo", "mrr",  "ndcg",  "meteor", "correct"});
}

bool is_loss_name(std::string_view name) {
  return has_part(name, {"loss", "err", "mse", "mae", "nll", "ppl", "perplexity", "cost", "rmse",
                         "wer", "cer", "fid", "energy", "entropy", "kl", "bpc"});
}

std::vector<std::string> metrics_of_pattern(std::string_view pattern) {
  std::vector<std::string> names;
  for (std::size_t at = pattern.find("(?P<"); at != std::string_view::npos;
       at = pattern.find("(?P<", at + 1)) {
    const std::string_view name = pattern.substr(at + 4, pattern.find('>', at) - at - 4);
    if (name != "step" && name != "resumed") names.emplace_back(name);
  }
  return names;
}

bool counts_steps(std::string_view word) {
  static const std::set<std::string> known = {"step", "epoch", "iter", "iteration", "ep", "it"};
  return known.contains(ascii_lower_case(word));
}

std::optional<SuggestedPattern> suggest_pattern(std::string_view output, std::string_view metric) {
  LineForms forms = forms_of(output, metric, [](std::string_view) { return false; });
  const bool steps = std::any_of(forms.all.begin(), forms.all.end(), [](const LineForm& form) {
    return !form.bar && has_step(form.suggested.pattern);
  });
  if (steps) std::erase_if(forms.all, [](const LineForm& form) { return form.bar; });
  const auto best = std::max_element(forms.all.begin(), forms.all.end(),
                                     [](const LineForm& a, const LineForm& b) {
                                       if (a.has_metric != b.has_metric) return b.has_metric;
                                       return a.suggested.lines < b.suggested.lines;
                                     });
  // A line that is not UTF-8 has no match.
  if (best == forms.all.end() || !matches_line(best->suggested.pattern, best->suggested.line)) {
    return std::nullopt;
  }
  leave_out_bars(best->suggested, forms.bars);
  return best->suggested;
}

std::vector<SuggestedPattern> uncaptured_lines(std::string_view output,
                                               const std::vector<std::string>& patterns) {
  std::vector<OutputPattern> known;
  for (const std::string& pattern : patterns) known.emplace_back(pattern);
  std::vector<OutputPattern::Group> groups;
  const LineForms forms = forms_of(output, "", [&](std::string_view line) {
    const std::size_t begin = line.find_first_not_of(' ');
    return is_bar(line) || (begin != std::string_view::npos && line[begin] == '{') ||
           std::any_of(known.begin(), known.end(), [&](const OutputPattern& one) {
             groups.clear();
             return one.match(line, groups);
           });
  });
  std::vector<SuggestedPattern> out;
  for (const LineForm& form : forms.all) {
    const std::string& pattern = form.suggested.pattern;
    if (!looks_like_metrics(pattern) || !matches_line(pattern, form.suggested.line)) continue;
    out.push_back(form.suggested);
    leave_out_bars(out.back(), forms.bars);
  }
  std::stable_sort(
      out.begin(), out.end(),
      [](const SuggestedPattern& a, const SuggestedPattern& b) { return a.lines > b.lines; });
  return out;
}

}  // namespace polysweep
