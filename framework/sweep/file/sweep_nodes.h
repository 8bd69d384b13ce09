// Reads nodes of a sweep file as a table, a text, a typed value or a condition.
// Each function throws Error with the place if the node is something else.
#pragma once

#include <string>
#include <vector>

#include "framework/sweep/file/toml_document.h"
#include "framework/sweep/parameters.h"

namespace polysweep {

// A typed value of a parameter, and its place in the file.
struct DraftValue {
  std::string name;
  Value value;
  std::string place;
};

struct DraftCondition {
  Condition condition;
  std::string place;
};

void expect_table(const TomlEntry& entry);
// Every key of `table` is one of `known`; `kind` names what they are.
void expect_keys(const TomlNode& table, const std::string& kind,
                 const std::vector<std::string>& known);
// `what` names the node in messages: "'sweep'".
const std::string& text_of(const TomlNode& node, const std::string& what);
// A text of 1 to 100 letters, digits, '.', '_' and '-'. `what`: "a sweep".
const std::string& name_of(const TomlEntry& entry, const std::string& what);

// A scalar, or a list or table of values as one value. `what` names the node in messages.
Value value_of(const TomlNode& node, const std::string& what);

// NAME = VALUE, typed as parameter NAME is; NAME = { absent = true }.
DraftValue typed_value(const Schema& schema, const TomlEntry& entry);
// { NAME = VALUE, NAME = [VALUE, VALUE] }, at least one. Of a parameter whose values are lists
// or tables, a list with one of those in it is a list of values.
std::vector<DraftCondition> read_conditions(const Schema& schema, const TomlEntry& entry);

}  // namespace polysweep
