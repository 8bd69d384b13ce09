#include "framework/sweep/file/nested_parameters.h"

#include <algorithm>
#include <functional>
#include <set>

#include "framework/core/error_place.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/file/factor_levels.h"
#include "framework/sweep/file/schema_reader.h"

namespace polysweep {

namespace {

using Names = std::set<std::string, std::less<>>;
using IsParameter = std::function<bool(const std::string& name, const TomlNode& table)>;

TomlEntry* find_entry(TomlNode& table, std::string_view name) {
  for (TomlEntry& entry : table.entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

// Moves the entries of nested tables, unless `is_parameter`, into `out`.
void move_entries(std::vector<TomlEntry>& from, const std::string& prefix,
                  const IsParameter& is_parameter, std::vector<TomlEntry>& out) {
  for (TomlEntry& entry : from) {
    entry.name = prefix + entry.name;
    const bool is_group = entry.node.kind == TomlNode::Kind::kTable &&
                          !entry.node.entries.empty() && !is_parameter(entry.name, entry.node);
    if (is_group) {
      move_entries(entry.node.entries, entry.name + ".", is_parameter, out);
    } else {
      out.push_back(std::move(entry));
    }
  }
}

void flatten(TomlNode& table, const IsParameter& is_parameter) {
  if (table.kind != TomlNode::Kind::kTable) return;
  std::vector<TomlEntry> flat;
  move_entries(table.entries, "", is_parameter, flat);
  for (std::size_t i = 0; i < flat.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (flat[i].name != flat[j].name) continue;
      fail_at(flat[i].place, "'{}' is given twice (first at {})", flat[i].name, flat[j].place);
    }
  }
  table.entries = std::move(flat);
}

// Whether the keys of `table` say that it is a parameter itself: one of `keys` is there.
// `all` are the keys that such a table may have.
bool has_key(const std::string& name, const TomlNode& table, const std::vector<std::string>& keys,
             const std::vector<std::string>& all, const char* what) {
  const auto is_in = [](const std::vector<std::string>& list, const TomlEntry& entry) {
    return std::find(list.begin(), list.end(), entry.name) != list.end();
  };
  const TomlEntry* own = nullptr;
  const TomlEntry* other = nullptr;
  for (const TomlEntry& entry : table.entries) {
    if (is_in(keys, entry)) own = &entry;
    if (!is_in(all, entry)) other = &entry;
  }
  if (own == nullptr) return false;
  // A misspelled key is reported as such by who reads the table.
  if (other == nullptr || !suggestion(other->name, all).empty()) return true;
  fail_at(other->place,
          "'{0}' is {1} with the key '{2}', which has no key '{3}'; if '{0}' is a group of "
          "parameters, write \"{0}.{2}\" and \"{0}.{3}\" with their names in quotes",
          name, what, own->name, other->name);
}

// The names in {NAME}, {NAME...} and {NAME:...} of all texts below `node`.
void find_places(const TomlNode& node, Names& out) {
  for (const TomlNode& item : node.items) find_places(item, out);
  for (const TomlEntry& entry : node.entries) find_places(entry.node, out);
  if (!node.is_text()) return;
  const std::string& text = node.value.text();
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find_first_of(":{}", at + 1);
    if (end == std::string::npos) return;
    std::string name = text.substr(at + 1, end - at - 1);
    if (name.ends_with("...")) name.resize(name.size() - 3);
    out.insert(std::move(name));
  }
}

class Flattener {
 public:
  Flattener(TomlNode& root, const Catalogue& catalogue) : root_(root), catalogue_(catalogue) {}

  void flatten_all();

 private:
  void find_known();
  void flatten_values();
  void flatten_whens(const char* section);
  void flatten_conditions(TomlNode& node);
  void flatten_selections(const char* section);
  void add_known(const TomlNode& table) {
    for (const TomlEntry& entry : table.entries) known_.insert(entry.name);
  }
  TomlNode* section(const char* name) {
    TomlEntry* entry = find_entry(root_, name);
    return entry == nullptr ? nullptr : &entry->node;
  }

  TomlNode& root_;
  const Catalogue& catalogue_;
  Names known_;  // parameters
};

// Of a command: what is declared, and the places.
void Flattener::find_known() {
  if (root_.find("command") == nullptr) {
    const TomlEntry* name = root_.find("experiment");
    for (const ExperimentSpec& spec : catalogue_.experiments) {
      if (name == nullptr || !name->node.is_text() || spec.name != name->node.value.text())
        continue;
      for (const ParameterSpec& parameter : spec.schema.specs()) known_.insert(parameter.name);
    }
    return;
  }
  for (const char* with_places : {"command", "environment", "folder"}) {
    if (const TomlNode* node = section(with_places)) find_places(*node, known_);
  }
  if (TomlNode* parameters = section("parameters")) {
    flatten(*parameters, [&](const std::string& name, const TomlNode& table) {
      return known_.contains(name) ||
             has_key(name, table, parameter_keys(), parameter_keys(), "a declaration");
    });
    add_known(*parameters);
  }
}

void Flattener::flatten_values() {
  const auto is_factor = [&](const std::string& name, const TomlNode& table) {
    return known_.contains(name) || table.find("when") != nullptr ||
           has_key(name, table, generator_keys(), factor_keys(), "a factor");
  };
  if (TomlNode* factors = section("factors")) {
    flatten(*factors, is_factor);
    add_known(*factors);
  }
  TomlNode* sample = section("sample");
  if (TomlEntry* drawn = sample == nullptr ? nullptr : find_entry(*sample, "factors")) {
    flatten(drawn->node, is_factor);
    add_known(drawn->node);
  }
  const auto is_known = [&](const std::string& name, const TomlNode& table) {
    return known_.contains(name) || table.find("absent") != nullptr;
  };
  for (const char* values : {"fixed", "baseline"}) {
    TomlNode* table = section(values);
    if (table == nullptr) continue;
    flatten(*table, is_known);
    if (std::string_view(values) == "fixed") add_known(*table);
  }
}

void Flattener::flatten_conditions(TomlNode& node) {
  flatten(node, [&](const std::string& name, const TomlNode& table) {
    return known_.contains(name) || table.find("absent") != nullptr;
  });
}

void Flattener::flatten_whens(const char* name) {
  TomlNode* table = section(name);
  if (table != nullptr && std::string_view(name) == "sample") {
    TomlEntry* factors = find_entry(*table, "factors");
    table = factors == nullptr ? nullptr : &factors->node;
  }
  if (table == nullptr) return;
  for (TomlEntry& entry : table->entries) {
    if (TomlEntry* when = find_entry(entry.node, "when")) flatten_conditions(when->node);
  }
  for (TomlNode& item : table->items) {
    if (TomlEntry* when = find_entry(item, "when")) flatten_conditions(when->node);
  }
}

void Flattener::flatten_selections(const char* name) {
  TomlNode* list = section(name);
  if (list == nullptr) return;
  for (TomlNode& item : list->items) {
    if (TomlEntry* where = find_entry(item, "where")) flatten_conditions(where->node);
  }
}

void Flattener::flatten_all() {
  find_known();
  flatten_values();
  for (const char* name : {"parameters", "factors", "sample", "command"}) flatten_whens(name);
  for (const char* name : {"exclude", "where"}) flatten_selections(name);
  TomlNode* comparison = section("comparison");
  TomlEntry* family = comparison == nullptr ? nullptr : find_entry(*comparison, "family");
  if (family == nullptr) return;
  for (TomlNode& item : family->node.items) flatten_conditions(item);
}

}  // namespace

void flatten_parameters(TomlNode& root, const Catalogue& catalogue) {
  Flattener(root, catalogue).flatten_all();
}

}  // namespace polysweep
