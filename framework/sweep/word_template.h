// A text with places to fill in: "--lr={lr}".
//
// {name} is a place, {{ and }} are single braces. {name...} makes a word of each item of a
// list, {name:TEXT} joins the items with TEXT between them. Parsed once, filled in often.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

// Places that have a ':' in their names: files that are written for an attempt.
inline constexpr std::string_view kYamlPlace = "parameters:yaml";
inline constexpr std::string_view kJsonPlace = "parameters:json";

class WordTemplate {
 public:
  enum class Form : unsigned char { kWhole, kEach, kJoined };

  WordTemplate() = default;
  // Throws Error for an unmatched brace, a place without a name, and two places whose items
  // are words each.
  explicit WordTemplate(std::string text);

  const std::string& text() const { return text_; }
  // The names of its places, in order; a name may occur twice.
  const std::vector<std::string>& places() const { return places_; }
  bool is_literal() const { return places_.empty(); }
  // Whether it is as many words as a list has items.
  bool has_each() const;

  // nullptr for a place that does not apply.
  using Find = std::function<const std::string*(std::string_view place)>;
  // The items of a place that applies.
  using Items = std::function<std::vector<std::string>(std::string_view place)>;
  // The text with its places filled in; empty if one of them does not apply. has_each() is
  // false.
  std::optional<std::string> fill(const Find& find, const Items& items = nullptr) const;
  // The same as words: one, or as many as there are items.
  std::optional<std::vector<std::string>> words(const Find& find, const Items& items) const;

  friend bool operator==(const WordTemplate& a, const WordTemplate& b) {
    return a.text_ == b.text_;
  }

 private:
  void add_place(std::string_view inside);

  std::string text_;
  // literals_[0], places_[0], literals_[1], ..., one literal more than places.
  std::vector<std::string> literals_ = {""};
  std::vector<std::string> places_;
  std::vector<Form> forms_;           // per place
  std::vector<std::string> joiners_;  // per place; "" but of kJoined
};

}  // namespace polysweep
