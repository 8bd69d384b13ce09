#include "cli/shared/script_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/shared/help_value.h"
#include "cli/shared/python_text.h"
#include "framework/core/name_rule.h"
#include "framework/sweep/command_spec.h"
#include "framework/sweep/value_reader.h"

namespace polysweep {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Empty for what is neither a number nor a text.
std::optional<Value> scalar_value(const std::string& text) {
  const std::string lower = ascii_lower_case(text);
  if (lower == "true" || lower == "false") return Value(lower == "true");
  return help_value(text, std::nullopt);
}

// "[1, 2]" in Python and in YAML; empty where a part is neither a number nor a text.
std::optional<Value> list_value(const std::vector<std::string>& items) {
  std::vector<std::string> parts;
  for (const std::string& item : items) {
    const std::optional<Value> value = scalar_value(item);
    if (!value) return std::nullopt;
    parts.push_back(value->canonical());
  }
  return list_of(parts);
}

// A number, a text in quotes, True, False, or a list of these.
std::optional<Value> python_value(const std::string& expression) {
  if (expression.empty()) return std::nullopt;
  if (expression == "True" || expression == "False") return Value(expression == "True");
  if (const auto text = python_text(expression)) return Value(*text);
  if (expression[0] == '[' && expression.back() == ']') {
    return list_value(python_items(expression, 1));
  }
  const std::optional<Value> value = help_value(expression, std::nullopt);
  return value && value->is_number() ? value : std::nullopt;
}

ProgramParameter key_value(const std::string& key, std::optional<Value> value) {
  ProgramParameter out;
  out.form = ProgramParameter::Form::kKeyValue;
  out.option = key;
  if (value) out.type = value->type();
  out.default_value = std::move(value);
  return out;
}

// The members of a dictionary whose text begins behind its bracket; none where a key is not
// a text.
std::vector<ProgramParameter> members_at(std::string_view script, std::size_t at,
                                         bool has_keywords) {
  std::vector<ProgramParameter> out;
  for (const std::string& item : python_items(script, at)) {
    std::string key = keyword_of(item);
    std::size_t value = item.find('=');
    if (!has_keywords) {
      const PythonLiteral literal = python_literal(item, 0);
      if (literal.end == kNone) return {};
      key = literal.text;
      value = item.find(':', literal.end);
    }
    if (!is_name(key) || value == kNone) return {};
    out.push_back(key_value(key, python_value(trimmed(item.substr(value + 1)))));
  }
  return out;
}

bool says_settings(std::string_view name) {
  const std::string lower = ascii_lower_case(name);
  for (const char* part : {"conf", "cfg", "default", "param", "arg", "opt", "setting"}) {
    if (lower.find(part) != kNone) return true;
  }
  return false;
}

// The name that is assigned before `at`; "" for none.
std::string assigned_before(std::string_view script, std::size_t at) {
  while (at > 0 && script[at - 1] == ' ') --at;
  if (at == 0 || script[--at] != '=') return "";
  while (at > 0 && script[at - 1] == ' ') --at;
  std::size_t begin = at;
  while (begin > 0 && is_python_word(script[begin - 1])) --begin;
  return std::string(script.substr(begin, at - begin));
}

class YamlReader {
 public:
  YamlSettings read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++number_;
      take(without_comment(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    close(0);
    return std::move(out_);
  }

 private:
  // "key:" alone: a mapping or a list follows.
  struct Block {
    std::size_t indent = 0;
    std::string key;
    std::size_t line = 0;
    bool has_members = false;
    bool is_read = true;
    std::vector<std::string> items;
  };

  static std::string without_comment(std::string_view line) {
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
        line = line.substr(0, i);
        break;
      }
    }
    return std::string(line.substr(0, line.find_last_not_of(" \t\r") + 1));
  }

  void take(const std::string& line) {
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == kNone || line == "---" || line == "...") return;
    const std::string text = line.substr(indent);
    const bool is_item = text == "-" || text.starts_with("- ");
    close(is_item ? indent + 1 : indent, is_item);
    if (is_item) {
      take_item(trimmed(text.substr(1)));
      return;
    }
    // A text of several lines.
    if (!blocks_.empty() && !blocks_.back().is_read) return;
    const std::size_t colon = text.find(':');
    if (colon == kNone || (colon + 1 < text.size() && text[colon + 1] != ' ')) {
      out_.unread.push_back(fmt::format("line {}: it is not a key with a value", number_));
      return;
    }
    if (!blocks_.empty()) blocks_.back().has_members = true;
    const std::string key = prefix() + text.substr(0, colon);
    const std::string value = trimmed(text.substr(colon + 1));
    if (value.empty() || value[0] == '|' || value[0] == '>') {
      blocks_.push_back({indent, key, number_, false, value.empty(), {}});
      return;
    }
    const bool is_list = value[0] == '[' && value.back() == ']';
    add(key, number_, is_list ? list_value(python_items(value, 1)) : scalar(value));
  }

  static std::optional<Value> scalar(const std::string& value) {
    const bool is_special = std::string_view("&*!|>%@`~").find(value[0]) != kNone;
    return is_special ? std::nullopt : scalar_value(value);
  }

  void take_item(const std::string& item) {
    if (blocks_.empty()) {
      out_.unread.push_back(fmt::format("line {}: a list without a key", number_));
      return;
    }
    blocks_.back().items.push_back(item);
    const bool is_mapping = !item.starts_with('"') && !item.starts_with('\'') &&
                            (item.find(": ") != kNone || item.ends_with(':'));
    if (is_mapping || item.empty() || item[0] == '-') blocks_.back().is_read = false;
  }

  // Blocks that a line so far to the right does not belong to.
  void close(std::size_t indent, bool is_item = false) {
    while (!blocks_.empty() && blocks_.back().indent + (is_item ? 1 : 0) > indent) finish_block();
    while (!is_item && !blocks_.empty() && blocks_.back().indent >= indent) finish_block();
  }

  void finish_block() {
    const Block block = blocks_.back();
    blocks_.pop_back();
    if (block.has_members && block.is_read && block.items.empty()) return;
    const bool is_list = block.is_read && !block.items.empty() && !block.has_members;
    add(block.key, block.line, is_list ? list_value(block.items) : std::nullopt);
  }

  void add(const std::string& key, std::size_t line, std::optional<Value> value) {
    const bool is_place =
        std::find(kCommandPlaces.begin(), kCommandPlaces.end(), key) != kCommandPlaces.end();
    if (!value) {
      out_.unread.push_back(fmt::format(
          "line {}: the value of '{}' is none of number, text and list of these", line, key));
    } else if (is_place || !is_name(key) || key.find('-') != kNone) {
      out_.unread.push_back(fmt::format("line {}: '{}' cannot be the name of a parameter{}", line,
                                        key, is_place ? ": it is a place of commands" : ""));
    } else {
      out_.parameters.push_back(key_value(key, std::move(value)));
      out_.parameters.back().form = ProgramParameter::Form::kFile;
    }
  }

  std::string prefix() const { return blocks_.empty() ? "" : blocks_.back().key + "."; }

  YamlSettings out_;
  std::vector<Block> blocks_;
  std::size_t number_ = 0;
};

}  // namespace

bool takes_key_values(std::string_view script) {
  const std::string text = without_comments(script);
  const auto says = [&](const char* part) { return text.find(part) != kNone; };
  if (says("OmegaConf.from_cli(")) return true;
  return says("sys.argv") && (says("split(\"=\"") || says("split('='") ||
                              says("partition(\"=\")") || says("partition('=')"));
}

std::vector<ProgramParameter> key_values_of_script(std::string_view script) {
  const std::string text = without_comments(script);
  std::vector<ProgramParameter> first;
  for (std::size_t at = text.find_first_of("{("); at != kNone; at = text.find_first_of("{(", at)) {
    const bool is_call = text[at] == '(';
    ++at;
    if (is_call && (at < 5 || std::string_view(text).substr(at - 5, 5) != "dict(")) continue;
    const std::string name = assigned_before(text, is_call ? at - 5 : at - 1);
    if (name.empty()) continue;
    std::vector<ProgramParameter> members = members_at(text, at, is_call);
    if (members.empty()) continue;
    if (says_settings(name)) return members;
    if (first.empty()) first = std::move(members);
  }
  return first;
}

YamlSettings read_yaml_settings(std::string_view text) { return YamlReader().read(text); }

}  // namespace polysweep
