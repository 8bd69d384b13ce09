#include "cli/shared/script_metrics.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/shared/help_value.h"
#include "cli/shared/python_text.h"
#include "cli/shared/suggested_pattern.h"

namespace polysweep {
namespace {

constexpr std::size_t kNone = std::string::npos;
constexpr std::size_t kMostPatterns = 4;

// In sample lines a value is one of these.
constexpr std::string_view kSampleReal = "0.5";
constexpr std::string_view kSampleInteger = "3";

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != kNone; });
}

bool is_held_out(std::string_view lower) {
  return contains_any(lower, {"val", "test", "eval", "dev"});
}

// What stands for a value behind `before`: an integer if that is how it is formatted, or
// if it counts steps.
std::string_view sample_value(std::string_view before, std::string_view format) {
  if (format.ends_with('d')) return kSampleInteger;
  if (!format.empty()) return kSampleReal;
  std::size_t end = before.size();
  while (end > 0 && !is_python_word(before[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_python_word(before[begin - 1])) --begin;
  const std::string word = ascii_lower_case(before.substr(begin, end - begin));
  const bool counts = contains_any(word, {"step", "epoch", "iter"}) || word == "ep" || word == "it";
  return counts || before.ends_with('/') ? kSampleInteger : kSampleReal;
}

// Appends the text with a sample value in every place, as of f"...", "...".format() and,
// where `percent`, "..." % values.
void append_sample(std::string_view text, bool braces, bool percent, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      const char escaped = text[++i];
      out += escaped == 'n' || escaped == 'r' ? '\n' : escaped == 't' ? '\t' : escaped;
    } else if (braces && (c == '{' || c == '}')) {
      if (text.substr(i + 1).starts_with(c)) {
        out += text[i++];
        continue;
      }
      const std::size_t end = text.find('}', i);
      if (c == '}' || end == kNone) return;
      std::string_view place = text.substr(i + 1, end - i - 1);
      const std::size_t colon = place.rfind(':');
      const std::string format(colon == kNone ? "" : place.substr(colon + 1));
      if (colon != kNone) place = place.substr(0, colon);
      if (place.ends_with('=')) out += place;
      const bool of_total = format.empty() && text.substr(end + 1).starts_with('/');
      out += of_total ? kSampleInteger : sample_value(out, format);
      if (format.ends_with('%')) out += '%';
      i = end;
    } else if (percent && c == '%') {
      const std::size_t end = text.find_first_of("difFeEgGsr%", i + 1);
      if (end == kNone) return;
      if (text[end] == '%') {
        out += '%';
      } else {
        const char kind = text[end];
        out += sample_value(out, kind == 's' || kind == 'r' ? ""
                                 : kind == 'i'              ? "d"
                                                            : std::string(1, kind));
      }
      i = end;
    } else {
      out += c;
    }
  }
}

// What the argument of a print() would print.
void append_argument(std::string_view argument, std::string& out) {
  std::size_t at = 0;
  bool any = false;
  const bool formatted = argument.find(".format(") != kNone;
  std::vector<PythonLiteral> literals;
  while (at < argument.size()) {
    const PythonLiteral literal = python_literal(argument, at);
    if (literal.end == kNone) break;
    literals.push_back(literal);
    at = literal.end;
    while (at < argument.size() && argument[at] == ' ') ++at;
  }
  const bool percent = at < argument.size() && argument[at] == '%';
  for (const PythonLiteral& literal : literals) {
    append_sample(literal.text, literal.formatted || formatted, percent, out);
    any = true;
  }
  if (!any) out += sample_value(out, "");
}

class ScriptReader {
 public:
  explicit ScriptReader(std::string_view script) : script_(without_comments(script)) {}

  ScriptMetrics read() {
    read_printed();
    read_trainer();
    read_tensorboard();
    read_csv();
    return std::move(found_);
  }

 private:
  template <typename Take>
  void for_calls(std::string_view function, Take take) const {
    for (const PythonCall& call : python_calls(script_, function)) take(call.at, call.arguments);
  }

  bool imports(std::string_view module) const { return script_.find(module) != kNone; }

  void add_name(const std::string& name) {
    if (std::find(found_.names.begin(), found_.names.end(), name) == found_.names.end()) {
      found_.names.push_back(name);
    }
  }

  // The first argument, or the one with the keyword, if it is a plain text.
  static std::string text_argument(const std::vector<std::string>& arguments,
                                   std::string_view keyword) {
    return python_text(argument_of(arguments, keyword, 0)).value_or("");
  }

  void read_printed() {
    std::vector<std::pair<std::size_t, std::string>> lines;
    for (const char* function : {"print", ".info", ".write"}) {
      for_calls(function, [&](std::size_t at, const std::vector<std::string>& arguments) {
        std::string line;
        for (const std::string& argument : arguments) {
          if (!keyword_of(argument).empty()) continue;
          if (argument.find("json.dumps(") != kNone) {
            found_.json = true;
            add_json_names(argument);
            return;
          }
          if (!line.empty()) line += ' ';
          append_argument(argument, line);
        }
        lines.emplace_back(at, line);
      });
    }
    std::sort(lines.begin(), lines.end());
    for (const auto& [at, line] : lines) add_pattern(line);
  }

  void add_json_names(std::string_view argument) {
    for (std::size_t at = 0; at < argument.size(); ++at) {
      const PythonLiteral literal = is_python_word(at > 0 ? argument[at - 1] : ' ')
                                        ? PythonLiteral{}
                                        : python_literal(argument, at);
      if (literal.end == kNone) continue;
      const std::size_t next = argument.find_first_not_of(' ', literal.end);
      const std::string name(literal.text);
      if (next != kNone && argument[next] == ':' && !counts_steps(name)) add_name(name);
      at = literal.end - 1;
    }
  }

  // True if the line is a JSON object of numbers.
  bool add_json_line(const std::string& line) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object() || object.empty()) return false;
    found_.json = true;
    for (const auto& [name, value] : object.items()) {
      if (value.is_number() && !counts_steps(name)) add_name(name);
    }
    return true;
  }

  // A line counts if it has a step, or a name that metrics have.
  void add_pattern(const std::string& lines) {
    if (add_json_line(lines)) return;
    const auto suggested = suggest_pattern(lines, "");
    if (!suggested || found_.patterns.size() >= kMostPatterns) return;
    const std::string& pattern = suggested->pattern;
    const std::vector<std::string> names = metrics_of_pattern(pattern);
    const bool counts = pattern.find("(?P<step>") != kNone ||
                        std::any_of(names.begin(), names.end(), [](const std::string& name) {
                          const std::string lower = ascii_lower_case(name);
                          return is_score_name(lower) || is_loss_name(lower);
                        });
    const bool known =
        std::find(found_.patterns.begin(), found_.patterns.end(), pattern) != found_.patterns.end();
    if (!counts || known) return;
    found_.patterns.push_back(pattern);
    for (const std::string& name : names) add_name(name);
  }

  // The Trainer of transformers, or one made from it, prints dictionaries.
  void read_trainer() {
    bool has_trainer = false;
    for (const char* start : {"from transformers", "from trl"}) {
      for (std::size_t at = script_.find(start); at != kNone; at = script_.find(start, at + 1)) {
        const std::size_t line = std::min(script_.find('\n', at), script_.size());
        const std::size_t bracket = script_.find('(', at);
        const std::size_t end =
            bracket < line ? std::min(script_.find(')', bracket), script_.size()) : line;
        const std::string_view names = std::string_view(script_).substr(at, end - at);
        for (std::size_t word = names.find("Trainer"); word != kNone;
             word = names.find("Trainer", word + 1)) {
          const char after = word + 7 < names.size() ? names[word + 7] : ' ';
          has_trainer = has_trainer || !is_python_word(after);
        }
      }
    }
    for (const char* name : {"transformers.Trainer(", "transformers.Seq2SeqTrainer("}) {
      has_trainer = has_trainer || script_.find(name) != kNone;
    }
    if (!has_trainer) return;
    found_.json = true;
    add_name("loss");
    if (contains_any(script_, {"eval_strategy", "evaluation_strategy", ".evaluate("})) {
      add_name("eval_loss");
    }
  }

  void read_tensorboard() {
    for_calls("SummaryWriter", [&](std::size_t, const std::vector<std::string>& arguments) {
      const std::string folder = text_argument(arguments, "log_dir");
      found_.tensorboard = folder.empty() ? "runs" : folder;
    });
    for_calls("TensorBoardLogger", [&](std::size_t, const std::vector<std::string>& arguments) {
      const std::string folder = text_argument(arguments, "save_dir");
      if (!folder.empty()) found_.tensorboard = folder;
    });
    if (found_.tensorboard.empty()) return;
    for_calls(".add_scalar", [&](std::size_t, const std::vector<std::string>& arguments) {
      const std::string tag = text_argument(arguments, "tag");
      if (!tag.empty()) add_name(tag);
    });
    read_lightning_names();
  }

  void read_csv() {
    for_calls("CSVLogger", [&](std::size_t, const std::vector<std::string>& arguments) {
      const bool keras = imports("keras") || imports("tensorflow");
      const std::string place = text_argument(arguments, keras ? "filename" : "save_dir");
      if (place.empty()) return;
      found_.csv = keras ? place : place + "/lightning_logs/*/metrics.csv";
    });
    if (!found_.csv.empty()) read_lightning_names();
  }

  void read_lightning_names() {
    for_calls("self.log", [&](std::size_t, const std::vector<std::string>& arguments) {
      const std::string name = text_argument(arguments, "name");
      if (!name.empty()) add_name(name);
    });
  }

  const std::string script_;
  ScriptMetrics found_;
};

}  // namespace

ScriptMetrics read_script_metrics(std::string_view script) {
  // Longer lines are data: reading them for calls takes quadratic time.
  constexpr std::size_t kMostLine = 1000;
  constexpr std::size_t kMostScript = 256 * 1024;
  std::string kept;
  for (std::string_view left = script.substr(0, kMostScript); !left.empty();) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    if (end <= kMostLine) kept += left.substr(0, end);
    kept += '\n';
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return ScriptReader(kept).read();
}

MetricGuess guess_primary(const std::vector<std::string>& names) {
  const auto rank = [](const std::string& name) {
    const std::string lower = ascii_lower_case(name);
    return (is_held_out(lower) ? 4 : 0) + (is_score_name(lower) ? 2 : is_loss_name(lower) ? 1 : 0);
  };
  const auto best = std::max_element(
      names.begin(), names.end(),
      [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  if (best == names.end()) return {"loss", false};
  return {*best, is_score_name(ascii_lower_case(*best))};
}

}  // namespace polysweep
