#include "cli/shared/program_help.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "cli/shared/help_value.h"
#include "framework/core/name_rule.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kNone = std::string::npos;

struct HelpLine {
  std::size_t indent = 0;
  std::string text;  // without indentation
  bool boxed = false;
  bool is_title = false;  // of a box
};

std::string without_escape_sequences(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') continue;
    if (text[i] != '\x1b' || i + 1 >= text.size() || text[i + 1] != '[') {
      out += text[i];
      continue;
    }
    for (i += 2; i < text.size() && (text[i] < '@' || text[i] > '~');) ++i;
  }
  return out;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != kNone; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

// The title in "+- Options ----+"; a line without letters has the title "".
std::string box_title(std::string_view line) {
  const std::size_t begin = line.find_first_not_of("+- ");
  if (begin == kNone) return "";
  return std::string(line.substr(begin, line.find_last_not_of("+- ") - begin + 1));
}

HelpLine help_line(std::string line) {
  for (const char* corner : {"╭", "╮", "╰", "╯", "┌", "┐", "└", "┘"})
    replace_all(line, corner, "+");
  for (const char* edge : {"─", "━"}) replace_all(line, edge, "-");
  for (const char* side : {"│", "┃"}) replace_all(line, side, "|");
  HelpLine out;
  const std::string all = trimmed(line);
  if (all.starts_with("+-") && all.ends_with("+")) {
    return {0, box_title(all), true, true};
  }
  if (all.size() >= 2 && all.starts_with("|") && all.ends_with("|")) {
    line = all.substr(1, all.size() - 2);
    out.boxed = true;
    if (trimmed(line).find_first_not_of('-') == kNone) line.clear();  // a rule
  }
  out.text = trimmed(line);
  out.indent = out.text.empty() ? 0 : line.find_first_not_of(" \t");
  return out;
}

std::vector<HelpLine> lines_of(std::string_view text) {
  std::istringstream in(clean_text(without_escape_sequences(text)));
  std::vector<HelpLine> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(help_line(std::move(line)));
  return lines;
}

// Pieces between two or more spaces.
std::vector<std::string> columns_of(std::string_view text) {
  std::vector<std::string> columns;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("  "), text.size());
    std::string piece = trimmed(text.substr(0, end));
    if (!piece.empty()) columns.push_back(std::move(piece));
    text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
  }
  return columns;
}

bool is_option(std::string_view word) {
  const std::size_t begin = word.find_first_not_of('-');
  return (begin == 1 || begin == 2) && (is_letter_or_digit(word[begin]) || word[begin] == '[');
}

// "seed" of "--seed" and "no-amp" of "--no-amp".
std::string stem_of(const std::string& option) {
  const std::size_t begin = option.find_first_not_of('-');
  return begin == kNone ? "" : option.substr(begin);
}

bool negates(const std::string& option, const std::string& of) {
  const std::string stem = stem_of(option);
  return stem == "no-" + stem_of(of) || stem == "no_" + stem_of(of) || stem == "no" + stem_of(of);
}

bool prints_and_exits(const std::string& stem) {
  static const std::set<std::string> known = {"help",
                                              "h",
                                              "version",
                                              "helpfull",
                                              "helpshort",
                                              "helpxml",
                                              "install-completion",
                                              "show-completion",
                                              "hydra-help"};
  return known.contains(stem);
}

// The names and the placeholder of an option, as "-b, --batch-size BATCH".
struct Invocation {
  std::vector<std::string> names;
  std::string placeholder;

  void read(std::string_view column) {
    std::istringstream words{std::string(column)};
    for (std::string word; words >> word;) {
      if (word == "/" || word == "|" || word == "*") continue;
      if (!is_option(word)) {
        if (word.ends_with(',') && word.find('{') == kNone && depth() == 0) word.pop_back();
        placeholder += (placeholder.empty() ? "" : " ") + word;
        continue;
      }
      if (depth() > 0) continue;
      placeholder.clear();
      while (word.ends_with(',')) word.pop_back();
      const std::size_t end = word.find_first_of("=");
      if (end != kNone) placeholder = word.substr(end + 1);
      for (std::size_t at = 0; at < std::min(end, word.size());) {  // "--amp/--no-amp"
        const std::size_t slash = std::min(word.find('/', at), std::min(end, word.size()));
        names.push_back(word.substr(at, slash - at));
        at = slash + 1;
      }
    }
  }

  // Of braces that the placeholder has opened.
  long depth() const {
    return std::count(placeholder.begin(), placeholder.end(), '{') -
           std::count(placeholder.begin(), placeholder.end(), '}');
  }
};

bool takes_many(const std::string& placeholder) {
  if (placeholder.ends_with("...") || placeholder.ends_with("...]")) return true;
  std::istringstream in(placeholder);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words.size() > 1 && words[0] == words[1];
}

bool is_required_in(std::string_view usage, const std::string& option) {
  int depth = 0;
  for (std::size_t i = 0; i < usage.size(); ++i) {
    if (usage[i] == '[') ++depth;
    if (usage[i] == ']') --depth;
    if (depth != 0 || !usage.substr(i).starts_with(option)) continue;
    const std::size_t end = i + option.size();
    const bool is_word =
        (i == 0 || usage[i - 1] == ' ') && (end == usage.size() || usage[end] == ' ');
    if (is_word) return true;
  }
  return false;
}

void set_flag(ProgramParameter& parameter, const std::optional<std::string>& stated) {
  parameter.form = ProgramParameter::Form::kFlag;
  parameter.type = ValueType::kBoolean;
  parameter.default_value = Value(false);  // not given
  if (parameter.negation.empty()) return;
  parameter.default_value.reset();
  if (!stated) return;
  if (*stated == stem_of(parameter.option)) parameter.default_value = Value(true);
  if (*stated == stem_of(parameter.negation)) parameter.default_value = Value(false);
  if (!parameter.default_value) parameter.default_value = help_value(*stated, ValueType::kBoolean);
}

void set_value(ProgramParameter& parameter, std::string placeholder,
               const std::optional<std::string>& stated) {
  for (const std::string_view none : {"{None}|", "|{None}", "None|", "|None"}) {
    const std::size_t at = placeholder.find(none);
    if (at != kNone) placeholder.erase(at, none.size());
  }
  parameter.many = takes_many(placeholder);
  parameter.words = choice_words(placeholder);
  parameter.type = placeholder_type(placeholder);
  if (!parameter.words.empty()) {
    const auto is_integer = [](const std::string& word) {
      const auto value = help_value(word, std::nullopt);
      return value && value->type() == ValueType::kInteger;
    };
    const bool integers = std::all_of(parameter.words.begin(), parameter.words.end(), is_integer);
    parameter.type = integers ? ValueType::kInteger : ValueType::kText;
  }
  if (stated && !parameter.many) parameter.default_value = help_value(*stated, parameter.type);
  // `--amp {True,False}` takes the program's words, not ours.
  if (parameter.type == ValueType::kBoolean && parameter.default_value) {
    parameter.default_value = Value(trimmed(*stated));
    parameter.type = ValueType::kText;
  }
}

// An option, from the lines that describe it.
std::optional<ProgramParameter> read_option(const std::vector<HelpLine>& lines,
                                            std::string_view usage) {
  Invocation invocation;
  std::string description;
  bool required = false;
  for (const std::string& column : columns_of(lines[0].text)) {
    if (column == "*") required = true;
    const bool names = is_option(column) || column.starts_with("* -");
    const bool more_names = lines[0].boxed && names && description.empty();
    const bool placeholder = invocation.placeholder.empty() && !invocation.names.empty() &&
                             (placeholder_type(column) || !choice_words(column).empty());
    if (invocation.names.empty() || more_names || (placeholder && description.empty())) {
      required = required || column.starts_with("* ");
      invocation.read(column);
    } else {
      description += (description.empty() ? "" : " ") + column;
    }
  }
  for (std::size_t i = 1; i < lines.size(); ++i) description += " " + lines[i].text;
  description = trimmed(description);
  if (invocation.names.empty()) return std::nullopt;
  if (const std::size_t at = invocation.placeholder.find("(="); at != kNone) {
    description = trimmed(invocation.placeholder.substr(at) + " " + description);
    invocation.placeholder = trimmed(invocation.placeholder.substr(0, at));
  }
  ProgramParameter parameter;
  const auto is_long = [](const std::string& name) { return name.starts_with("--"); };
  const auto first = std::find_if(invocation.names.begin(), invocation.names.end(), is_long);
  parameter.option = first == invocation.names.end() ? invocation.names[0] : *first;
  parameter.spellings = invocation.names;
  for (const std::string& name : invocation.names) {
    if (prints_and_exits(stem_of(name))) return std::nullopt;
    if (negates(name, parameter.option)) parameter.negation = name;
  }
  parameter.required =
      take_required(description) || required || is_required_in(usage, parameter.option);
  const std::optional<std::string> stated = take_default(description);
  // typer shows <bool> for what takes no value.
  if (invocation.placeholder.empty() || invocation.placeholder == "<bool>") {
    set_flag(parameter, stated);
  } else {
    set_value(parameter, invocation.placeholder, stated);
  }
  if (parameter.required) parameter.default_value.reset();
  parameter.doc = description;
  return parameter;
}

// Lists of options: argparse, click, typer, tyro.
class OptionLists {
 public:
  explicit OptionLists(ProgramHelp& help) : help_(help) {}

  void read(const std::vector<HelpLine>& lines) {
    read_usage(lines);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i >= usage_begin_ && i < usage_end_) continue;
      read_line(lines[i]);
    }
    finish_option();
    if (help_.arguments.empty()) read_usage_words();
  }

 private:
  void read_usage(const std::vector<HelpLine>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string& text = lines[i].text;
      if (!text.starts_with("usage:") && !text.starts_with("Usage:")) continue;
      usage_begin_ = i;
      for (usage_end_ = i; usage_end_ < lines.size(); ++usage_end_) {
        if (lines[usage_end_].text.empty() || lines[usage_end_].boxed) return;
        usage_ += (usage_.empty() ? "" : " ") + lines[usage_end_].text;
      }
      return;
    }
  }

  void read_line(const HelpLine& line) {
    const bool is_heading = !line.boxed && line.indent == 0 && line.text.ends_with(':');
    if (line.is_title || is_heading || line.text.empty()) {
      finish_option();
      if (line.is_title || is_heading) begin_section(line.text);
      return;
    }
    const bool starts = is_option(line.text) || line.text.starts_with("* ");
    if (starts && (entry_indent_ == kNone || line.indent <= entry_indent_ + 4)) {
      finish_option();
      if (entry_indent_ == kNone) entry_indent_ = line.indent;
      option_.push_back(line);
      return;
    }
    if (!option_.empty()) {
      option_.push_back(line);
    } else if (lists_arguments_ && (argument_indent_ == kNone || line.indent <= argument_indent_)) {
      argument_indent_ = line.indent;
      read_argument(line.text);
    }
  }

  void begin_section(const std::string& text) {
    const std::string title = ascii_lower_case(text);
    lists_arguments_ = title.starts_with("positional arguments") || title.starts_with("arguments");
    entry_indent_ = kNone;
    argument_indent_ = kNone;
  }

  void read_argument(const std::string& text) {
    std::istringstream words(text);
    std::string word;
    while (words >> word && word == "*") continue;
    if (!word.empty()) help_.arguments.push_back(word);
  }

  void finish_option() {
    if (option_.empty()) return;
    if (auto found = read_option(option_, usage_)) {
      help_.parameters.push_back(std::move(*found));
    } else if (lists_arguments_) {
      read_argument(option_[0].text);
    }
    option_.clear();
  }

  // click names its arguments in the usage line alone: "train.py [OPTIONS] DATA".
  void read_usage_words() {
    const std::size_t at = usage_.find("[OPTIONS]");
    if (at == kNone) return;
    std::istringstream words(usage_.substr(at + 9));
    for (std::string word; words >> word;) help_.arguments.push_back(word);
  }

  ProgramHelp& help_;
  std::string usage_;
  std::size_t usage_begin_ = 0;
  std::size_t usage_end_ = 0;
  std::size_t entry_indent_ = kNone;
  std::size_t argument_indent_ = kNone;
  bool lists_arguments_ = false;
  std::vector<HelpLine> option_;
};

// "  --lr: Learning rate.", "    (default: '0.1')", "    (a number)".
std::optional<ProgramParameter> read_absl_option(const std::vector<HelpLine>& lines) {
  ProgramParameter parameter;
  const std::string& text = lines[0].text;
  const std::size_t colon = text.find(':');
  parameter.option = text.substr(0, colon);
  if (const std::size_t comma = parameter.option.rfind(','); comma != kNone) {
    parameter.option = trimmed(parameter.option.substr(comma + 1));
  }
  std::string description = trimmed(text.substr(colon + 1));
  if (parameter.option.starts_with("--[no]")) {
    parameter.option = "--" + parameter.option.substr(6);
    parameter.type = ValueType::kBoolean;
  }
  if (prints_and_exits(stem_of(parameter.option))) return std::nullopt;
  if (description.starts_with('<')) {
    const std::size_t end = description.find('>');
    parameter.words = choice_words(description.substr(0, end + 1));
    parameter.type = ValueType::kText;
    description = trimmed(description.substr(std::min(end + 1, description.size())));
    if (description.starts_with(':')) description = trimmed(description.substr(1));
  }
  std::optional<std::string> stated;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::string line = lines[i].text;
    if (line.starts_with("(default:")) {
      stated = take_default(line);
    } else if (line.starts_with("(an integer") || line.find(" integer") != kNone) {
      if (line.starts_with("(")) parameter.type = ValueType::kInteger;
    } else if (line.starts_with("(a number") || line.find("number)") != kNone) {
      if (line.starts_with("(")) parameter.type = ValueType::kReal;
    } else if (line.starts_with("(a comma separated list") ||
               line.starts_with("(may be repeated")) {
      parameter.many = line.starts_with("(may");
    } else if (!line.starts_with("(")) {
      description += " " + line;
    }
  }
  if (!parameter.type) parameter.type = ValueType::kText;
  if (stated && !parameter.many) parameter.default_value = help_value(*stated, parameter.type);
  parameter.doc = trimmed(description);
  return parameter;
}

bool is_absl_option(const HelpLine& line) {
  return is_option(line.text) && line.indent > 0 && line.text.find(' ') > line.text.find(':') &&
         line.text.find(':') != kNone;
}

// Those of the program's own modules: absl's own flags are not parameters.
void read_absl(const std::vector<HelpLine>& lines, ProgramHelp& help) {
  bool own = true;
  std::vector<HelpLine> option;
  const auto finish = [&] {
    if (!option.empty() && own) {
      if (auto found = read_absl_option(option)) help.parameters.push_back(std::move(*found));
    }
    option.clear();
  };
  for (const HelpLine& line : lines) {
    if (line.indent == 0 || line.text.ends_with(".py:")) {
      finish();
      if (line.text.ends_with(':')) own = !line.text.starts_with("absl.");
    } else if (is_absl_option(line)) {
      finish();
      option.push_back(line);
    } else if (!option.empty()) {
      option.push_back(line);
    }
  }
  finish();
}

// "lr: 0.1" and nested blocks, as OmegaConf writes them.
class Configuration {
 public:
  explicit Configuration(ProgramHelp& help) : help_(help) {}

  void line(const HelpLine& line) {
    while (!blocks_.empty() && blocks_.back().indent >= line.indent &&
           !(line.text.starts_with("- ") && blocks_.back().indent == line.indent)) {
      blocks_.pop_back();
    }
    if (line.text.starts_with("- ") || line.text == "-") return;
    const std::size_t colon = line.text.find(':');
    if (colon == kNone) return;
    const std::string key = prefix() + line.text.substr(0, colon);
    const std::string value = trimmed(line.text.substr(colon + 1));
    if (value.empty()) {
      blocks_.push_back({line.indent, key});
      return;
    }
    if (value.starts_with("${") || value == "{}") return;  // made of others
    ProgramParameter parameter;
    parameter.form = ProgramParameter::Form::kKeyValue;
    parameter.option = key;
    parameter.required = value == "???";
    parameter.many = value.starts_with('[') || value.starts_with('{');
    set_scalar(parameter, value);
    help_.parameters.push_back(std::move(parameter));
  }

 private:
  struct Block {
    std::size_t indent = 0;
    std::string key;
  };

  std::string prefix() const { return blocks_.empty() ? "" : blocks_.back().key + "."; }

  static void set_scalar(ProgramParameter& parameter, const std::string& value) {
    if (value == "true" || value == "false") {
      parameter.type = ValueType::kBoolean;
    }
    parameter.default_value = help_value(value, parameter.type);
    if (parameter.default_value) parameter.type = parameter.default_value->type();
  }

  ProgramHelp& help_;
  std::vector<Block> blocks_;
};

bool is_heading_of_hydra(const HelpLine& line) { return line.text.starts_with("== "); }

// "db: mysql, postgresql" below "== Configuration groups ==".
void read_configuration_group(const HelpLine& line, ProgramHelp& help) {
  const std::size_t colon = line.text.find(": ");
  if (colon == kNone || line.text.find(' ') < colon) return;
  ProgramParameter group;
  group.form = ProgramParameter::Form::kKeyValue;
  group.option = line.text.substr(0, colon);
  group.type = ValueType::kText;
  group.words = choice_words("{" + line.text.substr(colon + 2) + "}");
  group.doc = "a configuration group";
  if (!group.words.empty()) help.parameters.push_back(std::move(group));
}

void read_hydra(const std::vector<HelpLine>& lines, ProgramHelp& help) {
  Configuration configuration(help);
  // Of --cfg job there is nothing but the configuration.
  std::string section =
      std::any_of(lines.begin(), lines.end(), is_heading_of_hydra) ? "" : "== Config ==";
  for (const HelpLine& line : lines) {
    if (is_heading_of_hydra(line)) {
      section = line.text;
    } else if (line.text.starts_with("Powered by") || line.text.starts_with("Override ") ||
               line.text.starts_with("Use --hydra-help") || line.text.empty()) {
      continue;
    } else if (section.starts_with("== Configuration groups")) {
      read_configuration_group(line, help);
    } else if (section.starts_with("== Config ")) {
      configuration.line(line);
    }
  }
}

HelpLayout layout_of(const std::vector<HelpLine>& lines) {
  bool absl = false;
  for (const HelpLine& line : lines) {
    if (line.text.starts_with("Powered by Hydra") || line.text == "== Config ==") {
      return HelpLayout::kHydra;
    }
    absl = absl || (is_absl_option(line) && !line.boxed);
  }
  return absl ? HelpLayout::kAbsl : HelpLayout::kOptions;
}

// A name must be valid in a sweep file; of two parameters of one name the first counts.
void keep_usable(std::vector<ProgramParameter>& parameters) {
  std::set<std::string> seen;
  std::erase_if(parameters, [&](const ProgramParameter& parameter) {
    return !is_name(parameter.name()) || !seen.insert(parameter.name()).second;
  });
}

}  // namespace

std::string ProgramParameter::name() const {
  std::string name = stem_of(option);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

ProgramHelp read_help(std::string_view text) {
  const std::vector<HelpLine> lines = lines_of(text);
  ProgramHelp help;
  help.layout = layout_of(lines);
  switch (help.layout) {
    case HelpLayout::kOptions:
      OptionLists(help).read(lines);
      break;
    case HelpLayout::kAbsl:
      read_absl(lines, help);
      break;
    case HelpLayout::kHydra:
      read_hydra(lines, help);
      break;
  }
  keep_usable(help.parameters);
  return help;
}

}  // namespace polysweep
