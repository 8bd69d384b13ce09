#include "framework/sweep/word_template.h"

#include <algorithm>

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
      add_place(all.substr(i + 1, end - i - 1));
      literals_.emplace_back();
      i = end;
    }
  }
}

void WordTemplate::add_place(std::string_view inside) {
  constexpr std::string_view kDots = "...";
  Form form = Form::kWhole;
  std::string joiner;
  std::string_view name = inside;
  const std::size_t colon = inside.find(':');
  if (inside.ends_with(kDots)) {
    if (has_each()) fail("two places with '...' in {}", in_quotes(text_));
    form = Form::kEach;
    name.remove_suffix(kDots.size());
  } else if (colon != std::string_view::npos && inside != kYamlPlace && inside != kJsonPlace) {
    form = Form::kJoined;
    name = inside.substr(0, colon);
    joiner = inside.substr(colon + 1);
  }
  if (name.empty())
    fail("'{{{}}}' in {} names nothing; expected {{NAME}}", inside, in_quotes(text_));
  places_.emplace_back(name);
  forms_.push_back(form);
  joiners_.push_back(std::move(joiner));
}

bool WordTemplate::has_each() const {
  return std::find(forms_.begin(), forms_.end(), Form::kEach) != forms_.end();
}

std::optional<std::string> WordTemplate::fill(const Find& find, const Items& items) const {
  const std::optional<std::vector<std::string>> all = words(find, items);
  if (!all) return std::nullopt;
  check(all->size() == 1, "a template without '...' is one word");
  return all->front();
}

std::optional<std::vector<std::string>> WordTemplate::words(const Find& find,
                                                            const Items& items) const {
  std::vector<std::string> out = {literals_[0]};
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const std::string* value = find(places_[i]);
    if (value == nullptr) return std::nullopt;
    if (forms_[i] == Form::kWhole) {
      for (std::string& word : out) word += *value;
    } else if (forms_[i] == Form::kJoined) {
      std::string joined;
      const std::vector<std::string> parts = items(places_[i]);
      for (std::size_t k = 0; k < parts.size(); ++k)
        joined += (k > 0 ? joiners_[i] : "") + parts[k];
      for (std::string& word : out) word += joined;
    } else {
      std::vector<std::string> each;
      for (const std::string& part : items(places_[i])) each.push_back(out[0] + part);
      out = std::move(each);
    }
    for (std::string& word : out) word += literals_[i + 1];
  }
  return out;
}

}  // namespace polysweep
