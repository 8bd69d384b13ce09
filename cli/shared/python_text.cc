#include "cli/shared/python_text.h"

#include <algorithm>

#include "cli/shared/help_value.h"
#include "framework/core/name_rule.h"

namespace polysweep {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kLongestCall = 4096;  // else calls that do not end take quadratic time

// A literal does not begin within a word.
PythonLiteral literal_from(std::string_view script, std::size_t at) {
  return at > 0 && is_python_word(script[at - 1]) ? PythonLiteral{} : python_literal(script, at);
}

// The arguments of a call whose text begins behind its parenthesis; of a longer call, those
// that end within the longest text.
std::vector<std::string> arguments_at(std::string_view script, std::size_t at) {
  const bool is_cut = script.size() - at > kLongestCall;
  script = script.substr(0, at + kLongestCall);
  std::vector<std::string> out(1);
  int depth = 1;
  while (at < script.size()) {
    const PythonLiteral literal = literal_from(script, at);
    if (literal.end != kNone) {
      out.back() += script.substr(at, literal.end - at);
      at = literal.end;
      continue;
    }
    const char c = script[at++];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if ((c == ')' || c == ']' || c == '}') && --depth == 0) break;
    if (c == ',' && depth == 1) {
      out.emplace_back();
    } else {
      out.back() += c == '\n' ? ' ' : c;
    }
  }
  if (is_cut && depth > 0) out.back().clear();
  for (std::string& argument : out) argument = trimmed(argument);
  if (out.back().empty()) out.pop_back();
  return out;
}

}  // namespace

bool is_python_word(char c) { return is_letter_or_digit(c) || c == '_'; }

PythonLiteral python_literal(std::string_view script, std::size_t at) {
  PythonLiteral out;
  std::size_t quote = at;
  while (quote < script.size() && quote - at < 2 &&
         std::string_view("fFrRbBuU").find(script[quote]) != kNone) {
    out.formatted = out.formatted || script[quote] == 'f' || script[quote] == 'F';
    ++quote;
  }
  if (quote >= script.size() || (script[quote] != '"' && script[quote] != '\'')) return out;
  const std::string mark(script.substr(quote, 3) == std::string(3, script[quote]) ? 3 : 1,
                         script[quote]);
  for (std::size_t i = quote + mark.size(); i < script.size(); ++i) {
    if (script[i] == '\\') {
      ++i;
    } else if (script.substr(i).starts_with(mark)) {
      out.text = script.substr(quote + mark.size(), i - quote - mark.size());
      out.end = i + mark.size();
      return out;
    } else if (script[i] == '\n' && mark.size() == 1) {
      return out;
    }
  }
  return out;
}

std::optional<std::string> python_text(std::string_view expression) {
  std::string out;
  std::size_t at = 0;
  while (at < expression.size()) {
    const PythonLiteral literal = python_literal(expression, at);
    if (literal.end == kNone || literal.formatted) return std::nullopt;
    out += literal.text;
    at = std::min(expression.find_first_not_of(' ', literal.end), expression.size());
  }
  return expression.empty() ? std::nullopt : std::optional(out);
}

std::string without_comments(std::string_view script) {
  std::string out;
  bool line_begins = true;
  int depth = 0;  // of parentheses
  for (std::size_t i = 0; i < script.size();) {
    const char c = script[i];
    if (c == '#') {
      i = std::min(script.find('\n', i), script.size());
      continue;
    }
    const PythonLiteral literal = literal_from(script, i);
    if (literal.end != kNone) {
      if (!line_begins || depth > 0) out += script.substr(i, literal.end - i);
      line_begins = false;
      i = literal.end;
      continue;
    }
    out += c;
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') depth = std::max(0, depth - 1);
    line_begins = c == '\n' || (line_begins && (c == ' ' || c == '\t'));
    ++i;
  }
  return out;
}

std::vector<PythonCall> python_calls(std::string_view script, std::string_view function) {
  std::vector<PythonCall> out;
  const std::string start = std::string(function) + "(";
  for (std::size_t at = script.find(start); at != kNone; at = script.find(start, at + 1)) {
    const bool other = at > 0 && is_python_word(script[at - 1]) && is_python_word(function[0]);
    const bool definition = at >= 4 && script.substr(at - 4, 4) == "def ";
    if (!other && !definition) out.push_back({at, arguments_at(script, at + start.size())});
  }
  return out;
}

std::vector<std::string> python_items(std::string_view script, std::size_t at) {
  return arguments_at(script, at);
}

std::string keyword_of(std::string_view argument) {
  std::size_t at = 0;
  while (at < argument.size() && is_python_word(argument[at])) ++at;
  const std::string word(argument.substr(0, at));
  while (at < argument.size() && argument[at] == ' ') ++at;
  const bool assigned =
      at < argument.size() && argument[at] == '=' && !argument.substr(at).starts_with("==");
  return assigned ? word : "";
}

std::string argument_of(const std::vector<std::string>& arguments, std::string_view keyword,
                        std::size_t position) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string name = keyword_of(arguments[i]);
    if (name.empty() && i == position) return arguments[i];
    if (!name.empty() && name == keyword) {
      return trimmed(std::string_view(arguments[i]).substr(arguments[i].find('=') + 1));
    }
  }
  return "";
}

}  // namespace polysweep
