#include "cli/shared/sweep_outline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "framework/core/error.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/command_spec.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

using Form = ProgramParameter::Form;

constexpr std::size_t kMostDoc = 80;

// A TOML basic string.
std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string toml_value(const Value& value) {
  return value.type() == ValueType::kText ? toml_text(value.text()) : value.canonical();
}

std::string toml_key(const std::string& name) {
  return name.find('.') == std::string::npos ? name : toml_text(name);
}

std::string without_places(std::string_view word) {
  std::string out;
  for (const char c : word) {
    out += c;
    if (c == '{' || c == '}') out += c;
  }
  return out;
}

bool is_place(const std::string& name) {
  return std::find(kCommandPlaces.begin(), kCommandPlaces.end(), name) != kCommandPlaces.end();
}

// The parameter's name; a place of polysweep itself, as {device}, cannot be one.
std::string name_of(const ProgramParameter& parameter) {
  const std::string name = parameter.name();
  return is_place(name) ? name + "_option" : name;
}

// "seed", "random_seed", "train.seed".
bool looks_like_seed(const ProgramParameter& parameter) {
  if (parameter.form == Form::kFlag || parameter.many) return false;
  if (parameter.type && *parameter.type != ValueType::kInteger) return false;
  const std::string name = parameter.name();
  const std::string last = name.substr(name.rfind('.') + 1);
  return last == "seed" || last == "random_state" || last.ends_with("_seed") ||
         last.starts_with("seed_");
}

bool is_learning_rate(const ProgramParameter& parameter) {
  const std::string name = parameter.name();
  const std::string last = name.substr(name.rfind('.') + 1);
  return last == "lr" || last == "learning_rate";
}

bool is_number(const ProgramParameter& parameter) {
  return parameter.default_value && parameter.default_value->is_number() &&
         parameter.default_value->real() > 0 && parameter.words.empty();
}

std::string doc_comment(const ProgramParameter& parameter) {
  if (parameter.doc.empty()) return "";
  return "# " + shortened(terminal_escaped(parameter.doc), kMostDoc);
}

class OutlineWriter {
 public:
  explicit OutlineWriter(const SweepOutline& outline) : outline_(outline) {
    for (const ProgramParameter& parameter : outline.help.parameters) {
      if (seed_ == nullptr && looks_like_seed(parameter)) seed_ = &parameter;
    }
    find_varied();
    choose_factor();
  }

  SweepText write() {
    write_head();
    write_fixed();
    write_factors();
    write_metrics();
    list_open_questions();
    return std::move(out_);
  }

 private:
  template <typename... Values>
  void put(fmt::format_string<Values...> format, Values&&... values) {
    out_.text += fmt::format(format, std::forward<Values>(values)...) + "\n";
  }

  void find_varied() {
    const auto& all = outline_.help.parameters;
    for (VariedParameter varied : outline_.vary) {
      const auto find_it = [&](const std::string& name) {
        return std::find_if(all.begin(), all.end(),
                            [&](const ProgramParameter& one) { return name_of(one) == name; });
      };
      auto found = find_it(varied.name);
      if (found == all.end()) {
        // As the option is spelled: learning-rate.
        std::string name = varied.name;
        std::replace(name.begin(), name.end(), '-', '_');
        found = find_it(name);
        if (found != all.end()) varied.name = name;
      }
      if (found == all.end() && !all.empty()) {
        std::vector<std::string> known;
        for (const ProgramParameter& one : all) known.push_back(name_of(one));
        fail("--vary {}: {}", varied.name, unknown_name("parameter", varied.name, known));
      }
      const bool repeats = seed_ != nullptr && name_of(*seed_) == varied.name;
      (varied.levels.size() == 1 && !repeats ? set_ : vary_).push_back(varied);
    }
  }

  static const VariedParameter* find(const std::vector<VariedParameter>& among,
                                     const ProgramParameter& parameter) {
    for (const VariedParameter& one : among) {
      if (one.name == name_of(parameter)) return &one;
    }
    return nullptr;
  }
  const VariedParameter* varied(const ProgramParameter& parameter) const {
    return find(vary_, parameter);
  }

  // Learning rate, else the first real above 0, else the first integer above 0.
  void choose_factor() {
    if (!vary_.empty()) return;
    const auto& all = outline_.help.parameters;
    for (const auto& fits :
         {+[](const ProgramParameter& one) { return is_learning_rate(one) && is_number(one); },
          +[](const ProgramParameter& one) {
            return is_number(one) && one.default_value->type() == ValueType::kReal;
          },
          +[](const ProgramParameter& one) { return is_number(one); }}) {
      const auto found = std::find_if(all.begin(), all.end(), [&](const ProgramParameter& one) {
        return &one != seed_ && fits(one);
      });
      if (found == all.end()) continue;
      factor_ = &*found;
      return;
    }
  }

  // Active words are in the command; the others in its comments.
  bool is_active(const ProgramParameter& parameter) const {
    return &parameter == seed_ || varied(parameter) != nullptr ||
           find(set_, parameter) != nullptr || (parameter.default_value && !parameter.many);
  }

  // Of Hydra, unless a parameter has another name here than there.
  bool takes_overrides() const {
    const std::vector<ProgramParameter>& all = outline_.help.parameters;
    return outline_.help.layout == HelpLayout::kHydra && !all.empty() &&
           std::all_of(all.begin(), all.end(), [&](const ProgramParameter& one) {
             return !is_active(one) || name_of(one) == one.option;
           });
  }

  std::string words_of(const ProgramParameter& parameter) const {
    const std::string name = name_of(parameter);
    switch (parameter.form) {
      case Form::kKeyValue:
        return toml_text(fmt::format("{}={{{}}}", parameter.option, name));
      case Form::kOption:
        if (parameter.many) {
          return fmt::format("[{}, {}]", toml_text(parameter.option),
                             toml_text("{" + name + "...}"));
        }
        if (parameter.option.starts_with("--")) {
          return toml_text(fmt::format("{}={{{}}}", parameter.option, name));
        }
        return fmt::format("[{}, {}]", toml_text(parameter.option), toml_text("{" + name + "}"));
      case Form::kFile:
        return "";
      case Form::kFlag:
        break;
    }
    const auto when = [&](const std::string& word, bool value) {
      return fmt::format("{{ words = [{}], when = {{ {} = {} }} }}", toml_text(word),
                         toml_key(name), value);
    };
    std::string words = when(parameter.option, true);
    if (!parameter.negation.empty()) words += ", " + when(parameter.negation, false);
    return words;
  }

  std::string program_words() const {
    std::string words;
    for (const std::string& word : outline_.program) {
      words += (words.empty() ? "" : ", ") + toml_text(without_places(word));
    }
    if (outline_.help.layout == HelpLayout::kHydra) {
      words += ", " + toml_text("hydra.run.dir={trial_folder}/hydra");
    }
    return words;
  }

  // The file that a trial gets in the place of the program's own.
  std::string configuration_words() const {
    const std::string& option = outline_.configuration;
    const std::string place = "{parameters:yaml}";
    if (option.starts_with("--")) return toml_text(option + "=" + place);
    return option.starts_with("-") ? fmt::format("[{}, {}]", toml_text(option), toml_text(place))
                                   : toml_text(place);
  }

  void write_head() {
    put("# {}", terminal_escaped(outline_.origin));
    put("# Lines with \"GUESS\" are to be checked. `polysweep try` runs one trial and says what is "
        "missing.");
    put("sweep      = {}", toml_text(outline_.name));
    put("experiment = {}          # trials with equal identity are one", toml_text(outline_.name));
    put("command    = [");
    put("  {},", program_words());
    if (!outline_.configuration.empty()) put("  {},", configuration_words());
    const bool by_overrides = takes_overrides();
    if (by_overrides) put("  {},   # each parameter as NAME=VALUE", toml_text("{overrides...}"));
    for (const ProgramParameter& parameter : outline_.help.parameters) {
      if (parameter.form == Form::kFile) continue;
      if (is_active(parameter) && !by_overrides) put("  {},", words_of(parameter));
    }
    for (const ProgramParameter& parameter : outline_.help.parameters) {
      if (is_active(parameter)) continue;
      put("  # {},   # {}", words_of(parameter), why_left_out(parameter));
    }
    if (outline_.help.parameters.empty()) {
      put("  # \"--lr={{lr}}\", \"--seed={{seed}}\",   # its parameters, with values in [fixed] "
          "and "
          "[factors]");
    }
    put("]");
    std::string files;
    for (const std::string& file : outline_.files) {
      files += (files.empty() ? "" : ", ") + toml_text(file);
    }
    put("# files    = [{}]   # its code, of which trials run a copy; without it, the source files "
        "of the folder",
        files);
    if (seed_ != nullptr) {
      put("replicate  = {}          # GUESS: repeats every cell", toml_text(name_of(*seed_)));
    } else {
      put("# replicate = \"seed\"        # the parameter that repeats every cell; none looks like "
          "a "
          "seed");
    }
  }

  static std::string why_left_out(const ProgramParameter& parameter) {
    if (parameter.many) return "takes several values; write them as words";
    if (parameter.required) return "required: give it a value in [fixed]";
    return "its default is not known; to set it, give it a value in [fixed]";
  }

  void write_fixed() {
    put("\n[fixed]                       # defaults of the program; they can be changed");
    for (const ProgramParameter& parameter : outline_.help.parameters) {
      const VariedParameter* set = find(set_, parameter);
      if (set == nullptr && (&parameter == seed_ || varied(parameter) != nullptr)) continue;
      const std::string key = toml_key(name_of(parameter));
      std::string comment = doc_comment(parameter);
      if (!parameter.words.empty()) {
        comment += fmt::format("{}{}", comment.empty() ? "# one of: " : "; one of: ",
                               fmt::join(parameter.words, ", "));
      }
      if (is_active(parameter)) {
        const Value& value = set != nullptr ? set->levels[0] : *parameter.default_value;
        put("{} = {}{}{}", key, toml_value(value), comment.empty() ? "" : "   ", comment);
      } else if (!parameter.many) {
        put("# {} = {}{}{}", key, example_of(parameter), comment.empty() ? "" : "   ", comment);
      }
    }
  }

  static std::string example_of(const ProgramParameter& parameter) {
    if (!parameter.words.empty()) return toml_text(parameter.words[0]);
    if (parameter.form == Form::kFlag) return "false";
    switch (parameter.type.value_or(ValueType::kText)) {
      case ValueType::kBoolean:
        return "false";
      case ValueType::kInteger:
        return "1";
      case ValueType::kReal:
        return "1.0";
      case ValueType::kText:
      case ValueType::kStructured:
      case ValueType::kAbsent:
        break;
    }
    return "\"...\"";
  }

  // Three levels around the default.
  static std::string levels_of(const ProgramParameter& parameter) {
    const Value& middle = *parameter.default_value;
    if (middle.type() == ValueType::kInteger) {
      const std::int64_t value = middle.integer();
      if (value < 2 || value > 1'000'000'000'000) return fmt::format("[{}, {}]", value, value + 1);
      return fmt::format("[{}, {}, {}]", value / 2, value, value * 2);
    }
    const auto real = [](double value) {
      return Value(std::stod(fmt::format("{:.3g}", value))).canonical();
    };
    return fmt::format("[{}, {}, {}]", real(middle.real() / 3), middle.canonical(),
                       real(middle.real() * 3));
  }

  void write_factors() {
    put("\n[factors]");
    for (const VariedParameter& one : vary_) {
      std::string levels;
      for (const Value& level : one.levels) {
        levels += (levels.empty() ? "" : ", ") + toml_value(level);
      }
      put("{} = [{}]", toml_key(one.name), levels);
    }
    if (!vary_.empty()) {
      write_seed();
      write_baseline();
      return;
    }
    if (factor_ != nullptr) {
      put("# {} = {}   # GUESS: what to vary; remove its line from [fixed]",
          toml_key(name_of(*factor_)), levels_of(*factor_));
    } else {
      put("# NAME = [VALUE, VALUE]   # what to vary; remove its line from [fixed]");
    }
    write_seed();
    put("\n# [baseline]                # what the other cells are compared with");
    if (factor_ != nullptr) {
      put("# {} = {}", toml_key(name_of(*factor_)), toml_value(*factor_->default_value));
    } else {
      put("# NAME = VALUE");
    }
  }

  void write_seed() {
    if (seed_ == nullptr || varied(*seed_) != nullptr || find(set_, *seed_) != nullptr) return;
    put("{} = {{ range = [0, 4] }}", toml_key(name_of(*seed_)));
  }

  void write_baseline() {
    put("\n[baseline]                    # what the other cells are compared with");
    for (const VariedParameter& one : vary_) {
      if (seed_ != nullptr && one.name == name_of(*seed_)) continue;
      const Value* level = &one.levels[0];
      for (const ProgramParameter& parameter : outline_.help.parameters) {
        if (name_of(parameter) != one.name || !parameter.default_value) continue;
        for (const Value& each : one.levels) {
          if (each.display() == parameter.default_value->display()) level = &each;
        }
      }
      put("{} = {}", toml_key(one.name), toml_value(*level));
    }
  }

  void write_metrics() {
    const MetricGuess guess = guess_primary(outline_.metrics.names);
    put("\n[metrics]                     # other metrics that are found are recorded too");
    put("primary = {{ name = {}, goal = \"{}\" }}   # GUESS: the metric to compare by",
        toml_text(guess.name), guess.maximize ? "maximize" : "minimize");
    put("\n[capture]                     # where the program writes its metrics");
    const ScriptMetrics& found = outline_.metrics;
    if (!found.patterns.empty()) {
      put("stdout = [                    # GUESS: lines that it prints");
      for (const std::string& pattern : found.patterns) put("  '{}',", pattern);
      put("]");
    } else {
      put("# stdout = ['epoch (?P<step>\\d+) loss (?P<loss>\\S+)']   # lines that it prints");
    }
    put("{}json = true                 # lines of its output that are JSON objects of numbers",
        found.json || found.empty() ? "" : "# ");
    put("{}tensorboard = {}        # the event files below this folder",
        found.tensorboard.empty() ? "# " : "",
        toml_text(found.tensorboard.empty() ? "runs" : found.tensorboard));
    put("{}csv = {}   # the file of a logger", found.csv.empty() ? "# " : "",
        toml_text(found.csv.empty() ? "logs/*/metrics.csv" : found.csv));
  }

  void list_open_questions() {
    std::vector<std::string> required;
    std::vector<std::string> many;
    for (const ProgramParameter& parameter : outline_.help.parameters) {
      if (is_active(parameter)) continue;
      if (parameter.required)
        required.push_back(parameter.option);
      else if (parameter.many)
        many.push_back(parameter.option);
    }
    const auto ask = [&](std::string sentence) { out_.to_do.push_back(std::move(sentence)); };
    if (!required.empty()) {
      ask(
          fmt::format("command: the program requires {}: give a value in [fixed] and remove '#' "
                      "before its word in 'command'",
                      fmt::join(required, ", ")));
    }
    if (!outline_.help.arguments.empty()) {
      ask(fmt::format("command: the program expects {}: add it to 'command'",
                      fmt::join(outline_.help.arguments, ", ")));
    }
    if (!many.empty()) {
      ask(fmt::format("command: {} take several values each and keep their defaults",
                      fmt::join(many, ", ")));
    }
    ask(fmt::format("[metrics]: the metric to compare by, and its goal; '{}' is a guess",
                    guess_primary(outline_.metrics.names).name));
    ask(outline_.metrics.empty()
            ? "[capture]: how the program writes its metrics; JSON lines are a guess"
            : "[capture]: how the program writes its metrics, as its text shows it; `polysweep "
              "try` checks it");
    if (vary_.empty()) {
      ask(factor_ == nullptr ? "[factors]: what to vary"
                             : fmt::format("[factors]: what to vary; {} is suggested in a comment",
                                           name_of(*factor_)));
    }
    if (seed_ == nullptr) ask("replicate: no parameter looks like a seed");
  }

  const SweepOutline& outline_;
  std::vector<VariedParameter> vary_;  // with several levels
  std::vector<VariedParameter> set_;   // with one
  const ProgramParameter* seed_ = nullptr;
  const ProgramParameter* factor_ = nullptr;
  SweepText out_;
};

}  // namespace

SweepText write_outline(const SweepOutline& outline) { return OutlineWriter(outline).write(); }

}  // namespace polysweep
