// One member of many canonical JSON objects, read without parsing the rest of them.
#pragma once

#include <string>
#include <string_view>

namespace polysweep {

class JsonMember {
 public:
  explicit JsonMember(std::string_view name);

  // The member's value as it is written; "" where the object has no such member.
  // `object` is canonical (Parameters::canonical()): without spaces.
  std::string_view find(std::string_view object) const;
  // The same as Value::display() shows it.
  std::string displayed(std::string_view object) const;

 private:
  std::string begin_;  // the name in quotes and a colon
};

}  // namespace polysweep
