// A TOML file as plain nodes that know their place in it.
//
// Nothing else includes toml++.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/value.h"

namespace polysweep {

struct TomlEntry;

struct TomlNode {
  enum class Kind { kValue, kArray, kTable, kOther };

  Kind kind = Kind::kTable;
  Value value;                     // of kValue
  std::vector<TomlNode> items;     // of kArray
  std::vector<TomlEntry> entries;  // of kTable, in the file's order
  std::string place;               // "file:line:column"

  bool is_text() const { return kind == Kind::kValue && value.type() == ValueType::kText; }
  // nullptr if there is no such entry, or the node is not a table.
  const TomlEntry* find(std::string_view name) const;
  // "a table", "an integer", "a text", ... for messages.
  std::string kind_name() const;
};

struct TomlEntry {
  std::string name;
  std::string place;  // of the name
  TomlNode node;
};

// The root table. `file` is only named in places. Throws Error with the place
// for bad syntax (TOML 1.0), bytes that are not UTF-8, and numbers that are not
// finite.
TomlNode parse_toml(std::string_view text, const std::string& file);

}  // namespace polysweep
