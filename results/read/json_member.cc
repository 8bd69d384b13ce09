#include "results/read/json_member.h"

#include <algorithm>

#include "framework/sweep/value_reader.h"

namespace polysweep {

namespace {

// Whether `at` of canonical JSON is inside of a list or table of the outermost object.
bool is_nested(std::string_view object, std::size_t at) {
  if (object.substr(1, at - 1).find('{') == std::string_view::npos) return false;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < at; ++i) {
    if (object[i] == '"') {
      for (++i; i < at && object[i] != '"'; ++i) i += object[i] == '\\' ? 1 : 0;
    } else if (object[i] == '{' || object[i] == '[') {
      ++depth;
    } else if (object[i] == '}' || object[i] == ']') {
      --depth;
    }
  }
  return depth != 1;
}

}  // namespace

JsonMember::JsonMember(std::string_view name)
    : begin_(Value(std::string(name)).canonical() + ":") {}

std::string_view JsonMember::find(std::string_view object) const {
  std::size_t at = std::string_view::npos;
  do {
    // Inside of a text the quote before it would be escaped.
    at = object.find(begin_, at == std::string_view::npos ? 0 : at + 1);
    if (at == std::string_view::npos) return "";
  } while (at == 0 || (object[at - 1] != '{' && object[at - 1] != ',') || is_nested(object, at));
  at += begin_.size();
  std::size_t end = at;
  // To the ',' or '}' that is outside of texts, lists and tables.
  std::size_t depth = 0;
  for (; end < object.size(); ++end) {
    const char c = object[end];
    if (c == '"') {
      for (++end; end < object.size() && object[end] != '"'; ++end) {
        if (object[end] == '\\') ++end;
      }
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == '}')) {
      break;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return object.substr(at, end - at);
}

std::string JsonMember::displayed(std::string_view object) const {
  const std::string_view value = find(object);
  return value.empty() ? "" : value_from_json(value).display();
}

}  // namespace polysweep
