#include "results/read/json_member.h"

#include <algorithm>

#include "framework/sweep/value_reader.h"

namespace polysweep {

JsonMember::JsonMember(std::string_view name)
    : begin_(Value(std::string(name)).canonical() + ":") {}

std::string_view JsonMember::find(std::string_view object) const {
  std::size_t at = std::string_view::npos;
  do {
    // Inside of a text the quote before it would be escaped.
    at = object.find(begin_, at == std::string_view::npos ? 0 : at + 1);
    if (at == std::string_view::npos) return "";
  } while (at == 0 || (object[at - 1] != '{' && object[at - 1] != ','));
  at += begin_.size();
  std::size_t end = at;
  if (object[at] == '"') {
    for (++end; end < object.size() && object[end] != '"'; ++end) {
      if (object[end] == '\\') ++end;
    }
    ++end;
  } else {
    end = std::min(object.find(',', at), object.size() - 1);
  }
  return object.substr(at, end - at);
}

std::string JsonMember::displayed(std::string_view object) const {
  const std::string_view value = find(object);
  return value.empty() ? "" : value_from_json(value).display();
}

}  // namespace polysweep
