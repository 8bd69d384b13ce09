#include "cli/shared/script_defaults.h"

#include "cli/shared/help_value.h"
#include "framework/core/name_rule.h"

namespace polysweep {
namespace {

constexpr std::size_t kNone = std::string::npos;

// The rest of the call that the option's name stands in, up to its closing parenthesis.
std::string_view call_after(std::string_view script, std::size_t at) {
  int depth = 1;
  for (std::size_t i = at; i < script.size(); ++i) {
    if (script[i] == '(' || script[i] == '[' || script[i] == '{') ++depth;
    if ((script[i] == ')' || script[i] == ']' || script[i] == '}') && --depth == 0) {
      return script.substr(at, i - at);
    }
  }
  return {};
}

// The literal or name behind `keyword` ("default="); "" where there is none.
std::string argument_of(std::string_view call, std::string_view keyword) {
  for (std::size_t at = call.find(keyword); at != kNone; at = call.find(keyword, at + 1)) {
    if (at > 0 && (is_letter_or_digit(call[at - 1]) || call[at - 1] == '_')) continue;
    const std::string_view rest = call.substr(at + keyword.size());
    if (rest.starts_with('"') || rest.starts_with('\'')) {
      const std::size_t end = rest.find(rest[0], 1);
      return end == kNone ? "" : std::string(rest.substr(0, end + 1));
    }
    const std::string word = trimmed(rest.substr(0, rest.find_first_of(",)\n#")));
    const bool literal = word.find_first_of("([{ *") == kNone;
    return literal ? word : "";
  }
  return "";
}

std::optional<Value> literal_value(const std::string& literal, std::optional<ValueType> type) {
  if (literal.empty()) return std::nullopt;
  const bool quoted = literal[0] == '"' || literal[0] == '\'';
  const bool number = is_letter_or_digit(literal[0]) && literal[0] >= '0' && literal[0] <= '9';
  const bool signed_number = literal.size() > 1 && (literal[0] == '-' || literal[0] == '.');
  if (!quoted && !number && !signed_number) return std::nullopt;  // a name, None, True
  const std::optional<Value> value = help_value(literal, type);
  if (quoted || (value && value->is_number())) return value;
  return std::nullopt;
}

}  // namespace

void add_defaults_of_script(std::string_view script, ProgramHelp& help) {
  for (ProgramParameter& parameter : help.parameters) {
    if (parameter.form != ProgramParameter::Form::kOption || parameter.many) continue;
    for (const char* quote : {"\"", "'"}) {
      const std::size_t at = script.find(quote + parameter.option + quote);
      if (at == kNone) continue;
      const std::string_view call = call_after(script, at);
      if (!parameter.type) parameter.type = placeholder_type(argument_of(call, "type="));
      if (parameter.default_value && parameter.type == ValueType::kReal &&
          parameter.default_value->type() == ValueType::kInteger) {
        parameter.default_value = Value(parameter.default_value->real());
      }
      if (!parameter.default_value && !parameter.required) {
        parameter.default_value = literal_value(argument_of(call, "default="), parameter.type);
      }
      break;
    }
  }
}

}  // namespace polysweep
