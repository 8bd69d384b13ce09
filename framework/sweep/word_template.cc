#include "framework/sweep/word_template.h"

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

WordTemplate::WordTemplate(std::string text) : text_(std::move(text)) {
  const std::string_view all = text_;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool twice = i + 1 < all.size() && all[i + 1] == all[i];
    if (all[i] != '{' && all[i] != '}') {
      literals_.back() += all[i];
    } else if (twice) {
      literals_.back() += all[i++];
    } else if (all[i] == '}') {
      fail("a '}}' without its '{{' in {}; a brace itself is written '}}}}'", in_quotes(all));
    } else {
      const std::size_t end = all.find_first_of("{}", i + 1);
      if (end == std::string_view::npos || all[end] == '{') {
        fail("a '{{' without its '}}' in {}; a brace itself is written '{{{{'", in_quotes(all));
      }
      if (end == i + 1) {
        fail("'{{}}' in {} names nothing; expected {{NAME}}", in_quotes(all));
      }
      places_.emplace_back(all.substr(i + 1, end - i - 1));
      literals_.emplace_back();
      i = end;
    }
  }
}

std::optional<std::string> WordTemplate::fill(const Find& find) const {
  std::string out = literals_[0];
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const std::string* value = find(places_[i]);
    if (value == nullptr) return std::nullopt;
    out += *value;
    out += literals_[i + 1];
  }
  return out;
}

}  // namespace polysweep
