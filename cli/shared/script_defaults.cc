#include "cli/shared/script_defaults.h"

#include <algorithm>

#include "cli/shared/help_value.h"
#include "cli/shared/python_text.h"
#include "framework/core/name_rule.h"

namespace polysweep {
namespace {

using Arguments = std::vector<std::string>;
using Form = ProgramParameter::Form;

// A number, or a text in quotes; empty for a name, None, True and expressions.
std::optional<Value> literal_value(const std::string& expression, std::optional<ValueType> type) {
  if (const auto text = python_text(expression)) return help_value(*text, type);
  if (expression.empty()) return std::nullopt;
  const char first = expression[0];
  const bool number =
      (first >= '0' && first <= '9') || (expression.size() > 1 && (first == '-' || first == '.'));
  if (!number) return std::nullopt;
  std::optional<Value> value = help_value(expression, type);
  return value && value->is_number() ? value : std::nullopt;
}

// "--lr" of ("-l", "--lr", type=float); "" where the call declares no option.
std::vector<std::string> spellings_of(const Arguments& arguments) {
  std::vector<std::string> out;
  for (const std::string& argument : arguments) {
    if (!keyword_of(argument).empty()) break;
    if (const auto text = python_text(argument)) out.push_back(*text);
  }
  return out;
}

void complete(const Arguments& arguments, ProgramParameter& parameter) {
  if (!parameter.type) parameter.type = placeholder_type(argument_of(arguments, "type"));
  if (parameter.default_value && parameter.type == ValueType::kReal &&
      parameter.default_value->type() == ValueType::kInteger) {
    parameter.default_value = Value(parameter.default_value->real());
  }
  if (!parameter.default_value && !parameter.required) {
    parameter.default_value = literal_value(argument_of(arguments, "default"), parameter.type);
  }
}

// The texts of "['sgd', 'adam']".
std::vector<std::string> choices_of(const std::string& expression) {
  std::vector<std::string> out;
  for (std::size_t at = 1; at < expression.size();) {
    const PythonLiteral literal = python_literal(expression, at);
    if (literal.end == std::string_view::npos) {
      ++at;
      continue;
    }
    out.emplace_back(literal.text);
    at = literal.end;
  }
  return out;
}

ProgramParameter option_of(std::vector<std::string> spellings, const Arguments& arguments) {
  ProgramParameter out;
  const auto is_long = [](const std::string& one) { return one.starts_with("--"); };
  const auto found = std::find_if(spellings.begin(), spellings.end(), is_long);
  out.option = found == spellings.end() ? spellings[0] : *found;
  out.spellings = std::move(spellings);
  out.doc = python_text(argument_of(arguments, "help")).value_or("");
  out.required = argument_of(arguments, "required") == "True";
  const std::string action = argument_of(arguments, "action");
  const bool turns = action.ends_with("BooleanOptionalAction");
  if (turns || action.find("store_true") != std::string::npos ||
      action.find("store_false") != std::string::npos) {
    out.form = Form::kFlag;
    out.type = ValueType::kBoolean;
    out.default_value = Value(argument_of(arguments, "default") == "True");
    if (turns && out.option.starts_with("--")) out.negation = "--no-" + out.option.substr(2);
    return out;
  }
  out.many = !argument_of(arguments, "nargs").empty() || action.find("append") != std::string::npos;
  out.words = choices_of(argument_of(arguments, "choices"));
  complete(arguments, out);
  return out;
}

}  // namespace

void add_defaults_of_script(std::string_view script, ProgramHelp& help) {
  const std::string text = without_comments(script);
  for (const char* function : {".add_argument", ".option", "option", "Option"}) {
    for (const PythonCall& call : python_calls(text, function)) {
      const std::vector<std::string> spellings = spellings_of(call.arguments);
      for (ProgramParameter& parameter : help.parameters) {
        if (parameter.form != Form::kOption || parameter.many) continue;
        const bool declares =
            std::find(spellings.begin(), spellings.end(), parameter.option) != spellings.end();
        if (declares) complete(call.arguments, parameter);
      }
    }
  }
}

ProgramHelp options_of_script(std::string_view script) {
  ProgramHelp help;
  for (const PythonCall& call : python_calls(without_comments(script), ".add_argument")) {
    std::vector<std::string> spellings = spellings_of(call.arguments);
    if (spellings.empty()) continue;
    if (!spellings[0].starts_with('-')) {
      help.arguments.push_back(spellings[0]);
      continue;
    }
    ProgramParameter option = option_of(std::move(spellings), call.arguments);
    const bool known =
        std::any_of(help.parameters.begin(), help.parameters.end(),
                    [&](const ProgramParameter& one) { return one.name() == option.name(); });
    if (!known && is_name(option.name())) help.parameters.push_back(std::move(option));
  }
  return help;
}

}  // namespace polysweep
