#include "framework/sweep/file/sweep_nodes.h"

#include <algorithm>

#include "framework/core/error_place.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

DraftCondition read_condition(const Schema& schema, const TomlEntry& entry) {
  DraftCondition out{{entry.name, {}}, entry.place};
  if (entry.node.kind != TomlNode::Kind::kArray) {
    out.condition.any_of.push_back(typed_value(schema, entry).value);
    return out;
  }
  in_place(entry.place, [&] { schema.at(entry.name); });
  if (entry.node.items.empty())
    fail_at(entry.node.place, "no value is allowed here; expected at least one");
  for (const TomlNode& item : entry.node.items) {
    out.condition.any_of.push_back(typed_value(schema, {entry.name, entry.place, item}).value);
  }
  return out;
}

}  // namespace

void expect_table(const TomlEntry& entry) {
  if (entry.node.kind == TomlNode::Kind::kTable) return;
  fail_at(entry.node.place, "'{}' is {}; expected a table", entry.name, entry.node.kind_name());
}

void expect_keys(const TomlNode& table, const std::string& kind,
                 const std::vector<std::string>& known) {
  for (const TomlEntry& entry : table.entries) {
    if (std::find(known.begin(), known.end(), entry.name) != known.end()) continue;
    fail_at(entry.place, "{}", unknown_name(kind, entry.name, known));
  }
}

const std::string& text_of(const TomlNode& node, const std::string& what) {
  if (!node.is_text()) {
    fail_at(node.place, "{} is {}; expected a text", what, node.kind_name());
  }
  return node.value.text();
}

const std::string& name_of(const TomlEntry& entry, const std::string& what) {
  const std::string& name = text_of(entry.node, "'" + entry.name + "'");
  if (is_name(name)) return name;
  fail_at(entry.node.place, "{} is not a name for {}; expected {}", in_quotes(name), what,
          kNameRule);
}

DraftValue typed_value(const Schema& schema, const TomlEntry& entry) {
  in_place(entry.place, [&] { schema.at(entry.name); });
  if (entry.node.kind != TomlNode::Kind::kValue) {
    fail_at(entry.node.place, "'{}' is {}; expected one value", entry.name, entry.node.kind_name());
  }
  Value value =
      in_place(entry.node.place, [&] { return schema.typed(entry.name, entry.node.value); });
  return {entry.name, std::move(value), entry.node.place};
}

std::vector<DraftCondition> read_conditions(const Schema& schema, const TomlEntry& entry) {
  expect_table(entry);
  if (entry.node.entries.empty()) {
    fail_at(entry.node.place, "'{}' has no condition; expected {{ PARAMETER = VALUE }}",
            entry.name);
  }
  std::vector<DraftCondition> out;
  for (const TomlEntry& one : entry.node.entries) out.push_back(read_condition(schema, one));
  return out;
}

}  // namespace polysweep
