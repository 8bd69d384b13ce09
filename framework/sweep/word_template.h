// A text with places to fill in: "--lr={lr}".
//
// {name} is a place, {{ and }} are single braces. Parsed once, filled in often.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

class WordTemplate {
 public:
  WordTemplate() = default;
  // Throws Error for an unmatched brace and for a place without a name.
  explicit WordTemplate(std::string text);

  const std::string& text() const { return text_; }
  // The names of its places, in order; a name may occur twice.
  const std::vector<std::string>& places() const { return places_; }
  bool is_literal() const { return places_.empty(); }

  // nullptr for a place that does not apply.
  using Find = std::function<const std::string*(std::string_view place)>;
  // The text with its places filled in; empty if one of them does not apply.
  std::optional<std::string> fill(const Find& find) const;

  friend bool operator==(const WordTemplate& a, const WordTemplate& b) {
    return a.text_ == b.text_;
  }

 private:
  std::string text_;
  // literals_[0], places_[0], literals_[1], ..., one literal more than places.
  std::vector<std::string> literals_ = {""};
  std::vector<std::string> places_;
};

}  // namespace polysweep
