#include "framework/sweep/file/sweep_nodes.h"

#include <algorithm>

#include "framework/core/error_place.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/value_reader.h"

namespace polysweep {

namespace {

bool is_scalar(const TomlNode& node) {
  return node.kind == TomlNode::Kind::kValue || node.kind == TomlNode::Kind::kOther;
}

// { absent = true }
bool is_absent(const TomlNode& node) {
  if (node.kind != TomlNode::Kind::kTable || node.entries.size() != 1) return false;
  const TomlEntry& entry = node.entries[0];
  return entry.name == "absent" && entry.node.kind == TomlNode::Kind::kValue &&
         entry.node.value == Value(true);
}

DraftCondition read_condition(const Schema& schema, const TomlEntry& entry) {
  DraftCondition out{{entry.name, {}}, entry.place};
  const ParameterSpec& spec =
      in_place(entry.place, [&]() -> const ParameterSpec& { return schema.at(entry.name); });
  const std::vector<TomlNode>& items = entry.node.items;
  const bool is_one =
      entry.node.kind != TomlNode::Kind::kArray ||
      (spec.type == ValueType::kStructured && std::all_of(items.begin(), items.end(), is_scalar));
  if (is_one) {
    out.condition.any_of.push_back(typed_value(schema, entry).value);
    return out;
  }
  if (items.empty()) {
    fail_at(entry.node.place, "no value is allowed here; expected at least one");
  }
  for (const TomlNode& item : items) {
    out.condition.any_of.push_back(typed_value(schema, {entry.name, entry.place, item}).value);
  }
  return out;
}

Value structured(const TomlNode& node, const std::string& what, std::size_t depth) {
  if (node.kind == TomlNode::Kind::kValue) return node.value;
  if (node.kind == TomlNode::Kind::kOther) {
    fail_at(node.place, "{} is {}; expected a number, a text, a boolean, a list or a table", what,
            node.kind_name());
  }
  if (depth == kMaxValueDepth) {
    fail_at(node.place, "{} has lists and tables that are more than {} deep", what, kMaxValueDepth);
  }
  if (node.kind == TomlNode::Kind::kArray) {
    std::vector<std::string> items;
    for (const TomlNode& item : node.items) {
      items.push_back(structured(item, what, depth + 1).canonical());
    }
    return list_of(items);
  }
  std::vector<std::pair<std::string, std::string>> members;
  for (const TomlEntry& entry : node.entries) {
    members.emplace_back(entry.name, structured(entry.node, what, depth + 1).canonical());
  }
  return in_place(node.place, [&] { return table_of(std::move(members)); });
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

Value value_of(const TomlNode& node, const std::string& what) { return structured(node, what, 0); }

DraftValue typed_value(const Schema& schema, const TomlEntry& entry) {
  in_place(entry.place, [&] { schema.at(entry.name); });
  if (is_absent(entry.node)) return {entry.name, Value(Value::Absent()), entry.node.place};
  const Value given = value_of(entry.node, "'" + entry.name + "'");
  Value value = in_place(entry.node.place, [&] { return schema.typed(entry.name, given); });
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
