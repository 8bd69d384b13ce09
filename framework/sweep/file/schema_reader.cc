#include "framework/sweep/file/schema_reader.h"

#include <algorithm>

#include "framework/core/error_place.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/command_spec.h"
#include "framework/sweep/file/implied_parameters.h"
#include "framework/sweep/file/sweep_nodes.h"
#include "framework/sweep/parameter_history.h"

namespace polysweep {

namespace {

constexpr std::size_t kMaxMetricName = 200;

std::optional<double> number_of(const TomlNode& table, std::string_view key) {
  const TomlEntry* entry = table.find(key);
  if (entry == nullptr) return std::nullopt;
  if (entry->node.kind != TomlNode::Kind::kValue || !entry->node.value.is_number()) {
    fail_at(entry->node.place, "'{}' is {}; expected a number", key, entry->node.kind_name());
  }
  return entry->node.value.real();
}

std::string text_or_none(const TomlNode& table, std::string_view key) {
  const TomlEntry* entry = table.find(key);
  return entry == nullptr ? "" : text_of(entry->node, "'" + std::string(key) + "'");
}

Role role_of(const TomlNode& table, Role (*from_name)(std::string_view)) {
  const TomlEntry* entry = table.find("role");
  if (entry == nullptr) return Role::kNone;
  const std::string& name = text_of(entry->node, "'role'");
  return in_place(entry->node.place, [&] { return from_name(name); });
}

std::vector<std::string> texts_of(const TomlEntry& entry) {
  if (entry.node.kind != TomlNode::Kind::kArray) {
    fail_at(entry.node.place, "'{}' is {}; expected a list of texts", entry.name,
            entry.node.kind_name());
  }
  std::vector<std::string> texts;
  for (const TomlNode& item : entry.node.items) {
    texts.push_back(text_of(item, "an item of '" + entry.name + "'"));
  }
  return texts;
}

void read_range(const TomlNode& table, ParameterSpec& spec) {
  spec.minimum = number_of(table, "minimum");
  spec.maximum = number_of(table, "maximum");
  const TomlEntry* range = table.find("range");
  if (range == nullptr) return;
  if (spec.minimum || spec.maximum) {
    fail_at(range->place,
            "'range' is given together with 'minimum' or 'maximum'; remove one of the two");
  }
  const std::vector<TomlNode>& ends = range->node.items;
  const bool right = ends.size() == 2 && std::all_of(ends.begin(), ends.end(), [](const auto& end) {
                       return end.kind == TomlNode::Kind::kValue && end.value.is_number();
                     });
  if (!right) fail_at(range->node.place, "'range' is a list of two numbers, [LOWEST, HIGHEST]");
  spec.minimum = ends[0].value.real();
  spec.maximum = ends[1].value.real();
}

// Default and type: as declared, else those of the values that the file gives.
void read_type(const TomlEntry& entry, const ParameterSpec* implied, ParameterSpec& spec) {
  const TomlNode& table = entry.node;
  if (const TomlEntry* value = table.find("default")) {
    spec.default_value = value_of(value->node, "'default'");
    spec.type = spec.default_value.type();
  } else if (implied != nullptr) {
    spec.default_value = implied->default_value;
    spec.type = implied->type;
    spec.words = implied->words;
  } else {
    fail_at(entry.place, "parameter '{}' has no 'default', and no value in [fixed] or [factors]",
            entry.name);
  }
  if (const TomlEntry* type = table.find("type")) {
    const std::string& name = text_of(type->node, "'type'");
    spec.type = in_place(type->node.place, [&] { return type_from_name(name); });
  }
}

void read_history(const TomlEntry& entry, ParameterSpec& spec) {
  const TomlNode& table = entry.node;
  if (const TomlEntry* was = table.find("was")) spec.was = name_of(*was, "a parameter");
  const TomlEntry* since = table.find("since");
  if (since == nullptr) return;
  const TomlNode& node = since->node;
  const bool right = node.kind == TomlNode::Kind::kValue &&
                     node.value.type() == ValueType::kInteger && node.value.integer() >= 2 &&
                     node.value.integer() <= 1'000'000'000;
  if (!right) {
    fail_at(node.place, "'since' is an integer of 2 or more: the version that added the parameter");
  }
  if (table.find("default") == nullptr) {
    fail_at(since->place,
            "parameter '{}' has 'since' and no 'default': the value that means the same as before "
            "it was added",
            entry.name);
  }
  spec.since = static_cast<int>(node.value.integer());
}

void read_table(const TomlEntry& entry, const ParameterSpec* implied,
                const std::vector<ParameterSpec>& earlier, ParameterSpec& spec) {
  const TomlNode& table = entry.node;
  expect_keys(table, "key of a parameter", parameter_keys());
  read_type(entry, implied, spec);
  read_range(table, spec);
  if (const TomlEntry* words = table.find("words")) spec.words = texts_of(*words);
  spec.unit = text_or_none(table, "unit");
  spec.doc = text_or_none(table, "doc");
  spec.role = role_of(table, parameter_role_from_name);
  spec.axis = text_or_none(table, "axis");
  read_history(entry, spec);
  const bool is_number = spec.type == ValueType::kInteger || spec.type == ValueType::kReal;
  if ((spec.minimum || spec.maximum) && !is_number) {
    fail_at(entry.place, "parameter '{}' is a {}, which has no range", entry.name,
            type_name(spec.type));
  }
  // So that an error about the default has its place.
  const TomlEntry* value = table.find("default");
  in_place(value == nullptr ? entry.place : value->node.place, [&] { Schema({spec}); });
  if (const TomlEntry* when = table.find("when")) {
    for (const DraftCondition& one : read_conditions(Schema(earlier), *when)) {
      spec.when.push_back(one.condition);
    }
  }
}

void expect_parameter_name(const std::string& name, const std::string& place) {
  if (!is_name(name)) {
    fail_at(place, "{} is not a name for a parameter; expected {}", in_quotes(name), kNameRule);
  }
  if (name == kOverridesPlace ||
      std::find(kCommandPlaces.begin(), kCommandPlaces.end(), name) != kCommandPlaces.end()) {
    fail_at(place, "'{}' is a place that polysweep fills; use another name", name);
  }
}

// Columns of a database, and files on some systems, do not tell them apart.
void expect_different_name(const std::string& kind, const std::string& name,
                           const std::string& other, const std::string& place) {
  if (name == other || !same_but_case(name, other)) return;
  fail_at(place, "{} '{}' differs from {} '{}' only in case; use another name", kind, name, kind,
          other);
}

// Those whose condition names what is not read yet wait for it.
void add_conditional(std::vector<const ImpliedParameter*> waiting,
                     std::vector<ParameterSpec>& specs) {
  while (!waiting.empty()) {
    const Schema known(specs);
    const auto is_ready = [&](const ImpliedParameter* each) {
      const auto waits = [&](const TomlEntry& one) {
        return std::any_of(waiting.begin(), waiting.end(), [&](const ImpliedParameter* other) {
          return other->spec.name == one.name;
        });
      };
      const auto& conditions = each->when->node.entries;
      return std::none_of(conditions.begin(), conditions.end(), waits);
    };
    const auto ready = std::find_if(waiting.begin(), waiting.end(), is_ready);
    if (ready == waiting.end()) {
      fail_at(waiting[0]->when->place, "the conditions of factor '{}' form a circle",
              waiting[0]->spec.name);
    }
    ParameterSpec spec = (*ready)->spec;
    for (const DraftCondition& one : read_conditions(known, *(*ready)->when)) {
      spec.when.push_back(one.condition);
    }
    specs.push_back(std::move(spec));
    waiting.erase(ready);
  }
}

void expect_different_names(const std::vector<ParameterSpec>& specs, const TomlNode& root) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      expect_different_name("parameter", specs[i].name, specs[j].name,
                            parameter_place(root, specs[i].name));
    }
  }
}

ParameterSpec read_declared(const TomlEntry& entry, const ParameterSpec* implied,
                            const std::vector<ParameterSpec>& earlier) {
  ParameterSpec spec;
  spec.name = entry.name;
  if (entry.node.kind == TomlNode::Kind::kTable) {
    read_table(entry, implied, earlier, spec);
  } else {
    spec.default_value = value_of(entry.node, "the default of '" + entry.name + "'");
    spec.type = spec.default_value.type();
  }
  return spec;
}

// step = "UNIT", or { unit = "UNIT", resolution = 0.001 } for real steps.
void read_step(const TomlEntry& entry, MetricSpec& spec) {
  if (entry.node.kind != TomlNode::Kind::kTable) {
    spec.step = name_of(entry, "a unit of steps");
    return;
  }
  expect_keys(entry.node, "key of 'step'", {"unit", "resolution"});
  const TomlEntry* unit = entry.node.find("unit");
  const std::optional<double> resolution = number_of(entry.node, "resolution");
  if (unit == nullptr || !resolution || !(*resolution > 0)) {
    fail_at(entry.node.place,
            "'step' is a table; expected {{ unit = \"epochs\", resolution = 0.001 }}: the unit of "
            "real steps, and the smallest difference between two of them");
  }
  spec.step_resolution = *resolution;
  spec.step = fmt::format("{} {}", *resolution, name_of(*unit, "a unit of steps"));
}

struct DeclaredMetric {
  MetricSpec spec;
  bool diverges = false;
};

DeclaredMetric read_metric(const TomlNode& node, const std::string& clock, bool needs_goal,
                           bool diverges) {
  DeclaredMetric out;
  out.diverges = diverges;
  out.spec.step = clock;
  const bool is_table = node.kind == TomlNode::Kind::kTable;
  if (is_table) {
    expect_keys(node, "key of a metric",
                {"name", "goal", "unit", "doc", "step", "role", "nan", "point"});
    if (node.find("name") == nullptr) fail_at(node.place, "a metric needs a 'name'");
  }
  const TomlNode& name_node = is_table ? node.find("name")->node : node;
  out.spec.name = text_of(name_node, "a metric");
  const std::string& name = out.spec.name;
  const bool control =
      std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (name.empty() || name.size() > kMaxMetricName || control) {
    fail_at(name_node.place,
            "{} is not a name for a metric; expected 1 to {} bytes without control characters",
            in_quotes(name), kMaxMetricName);
  }
  const TomlEntry* goal = is_table ? node.find("goal") : nullptr;
  if (goal != nullptr) {
    const std::string& word = text_of(goal->node, "a goal");
    out.spec.goal = in_place(goal->node.place, [&] { return goal_from_name(word); });
  } else if (needs_goal) {
    fail_at(node.place,
            "metric '{0}' has no goal; expected {{ name = \"{0}\", goal = \"minimize\" }} or "
            "\"maximize\"",
            name);
  }
  if (!is_table) return out;
  out.spec.unit = text_or_none(node, "unit");
  out.spec.doc = text_or_none(node, "doc");
  out.spec.role = role_of(node, metric_role_from_name);
  if (const TomlEntry* step = node.find("step")) read_step(*step, out.spec);
  if (const TomlEntry* point = node.find("point")) {
    out.spec.point = read_point(*point, goal != nullptr);
  }
  if (const TomlEntry* nan = node.find("nan")) {
    const std::vector<std::string> known = {"diverged", "kept"};
    const std::string& word = text_of(nan->node, "'nan'");
    if (word != known[0] && word != known[1]) {
      fail_at(nan->node.place, "{}", unknown_name("value of 'nan'", word, known));
    }
    out.diverges = word == known[0];
  }
  return out;
}

}  // namespace

const std::vector<std::string>& parameter_keys() {
  static const std::vector<std::string> keys = {"default", "type",  "range", "minimum", "maximum",
                                                "words",   "when",  "unit",  "doc",     "role",
                                                "axis",    "since", "was"};
  return keys;
}

const std::string& parameter_place(const TomlNode& root, const std::string& name) {
  for (const char* section : {"parameters", "fixed", "factors", "sample"}) {
    const TomlEntry* table = root.find(section);
    if (table != nullptr && std::string_view(section) == "sample") {
      table = table->node.find("factors");
    }
    const TomlEntry* entry = table == nullptr ? nullptr : table->node.find(name);
    if (entry != nullptr) return entry->place;
  }
  check(false, "a parameter of a command stands in its sweep file");
  return root.place;
}

Schema read_schema(const TomlNode& root) {
  const TomlEntry* parameters = root.find("parameters");
  if (parameters != nullptr) expect_table(*parameters);
  const std::vector<ImpliedParameter> implied = read_implied_parameters(root);
  std::vector<ParameterSpec> specs;
  std::vector<const ImpliedParameter*> conditional;
  for (const ImpliedParameter& each : implied) {
    if (parameters != nullptr && parameters->node.find(each.spec.name) != nullptr) continue;
    expect_parameter_name(each.spec.name, each.place);
    if (each.when == nullptr) {
      specs.push_back(each.spec);
    } else {
      expect_table(*each.when);
      conditional.push_back(&each);
    }
  }
  if (parameters != nullptr) {
    for (const TomlEntry& entry : parameters->node.entries) {
      expect_parameter_name(entry.name, entry.place);
      const auto same =
          std::find_if(implied.begin(), implied.end(),
                       [&](const ImpliedParameter& each) { return each.spec.name == entry.name; });
      const ParameterSpec* values = same == implied.end() ? nullptr : &same->spec;
      specs.push_back(read_declared(entry, values, specs));
    }
  }
  add_conditional(std::move(conditional), specs);
  expect_different_names(specs, root);
  return in_place(parameters == nullptr ? root.place : parameters->place,
                  [&] { return Schema(std::move(specs)); });
}

void check_histories(const TomlEntry& parameters, const Schema& schema, int version) {
  for (const TomlEntry& entry : parameters.node.entries) {
    const TomlEntry* was = entry.node.find("was");
    const TomlEntry* since = entry.node.find("since");
    if (was == nullptr && since == nullptr) continue;
    in_place(since != nullptr ? since->place : was->place,
             [&] { check_history(schema.at(entry.name), schema, version); });
  }
}

void check_axes(const TomlEntry& parameters, const Schema& schema,
                const std::vector<MetricSpec>& metrics) {
  for (const TomlEntry& entry : parameters.node.entries) {
    const TomlEntry* axis = entry.node.find("axis");
    if (axis == nullptr) continue;
    in_place(axis->node.place, [&] { check_axis(schema.at(entry.name), metrics); });
  }
}

PointRule read_point(const TomlEntry& entry, bool has_goal) {
  const TomlNode& node = entry.node;
  if (node.kind == TomlNode::Kind::kTable) {
    expect_keys(node, "key of 'point'", {"mean_of_last"});
    const TomlEntry* count = node.find("mean_of_last");
    const bool is_count = count != nullptr && count->node.kind == TomlNode::Kind::kValue &&
                          count->node.value.type() == ValueType::kInteger &&
                          count->node.value.integer() >= 1 &&
                          count->node.value.integer() <= 1'000'000;
    if (!is_count) {
      fail_at(node.place, "'point' is a table; expected {{ mean_of_last = NUMBER OF POINTS }}");
    }
    return {PointRule::Kind::kMeanOfLast, static_cast<int>(count->node.value.integer())};
  }
  const std::vector<std::string> known = {"last", "best"};
  const std::string& word = text_of(node, "'point'");
  if (word == known[0]) return {};
  if (word != known[1]) fail_at(node.place, "{}", unknown_name("value of 'point'", word, known));
  if (!has_goal) {
    fail_at(node.place, "point = \"best\" needs goal = \"minimize\" or \"maximize\"");
  }
  return {PointRule::Kind::kBest, 0};
}

DeclaredMetrics read_declared_metrics(const TomlEntry& metrics, const std::string& clock) {
  expect_table(metrics);
  expect_keys(metrics.node, "key of [metrics]", {"primary", "secondary", "other", "undeclared"});
  const TomlEntry* primary = metrics.node.find("primary");
  if (primary == nullptr) {
    fail_at(metrics.place, "[metrics] needs primary = {{ name = \"METRIC\", goal = \"...\" }}");
  }
  DeclaredMetrics out;
  if (const TomlEntry* undeclared = metrics.node.find("undeclared")) {
    const std::string& word = text_of(undeclared->node, "'undeclared'");
    out.undeclared = in_place(undeclared->node.place, [&] { return undeclared_from_name(word); });
  }
  const auto declare = [&out, &clock](const TomlNode& node, bool needs_goal, bool diverges) {
    DeclaredMetric metric = read_metric(node, clock, needs_goal, diverges);
    for (const MetricSpec& one : out.metrics) {
      expect_different_name("metric", metric.spec.name, one.name, node.place);
      if (one.name != metric.spec.name) continue;
      fail_at(node.place, "metric '{}' is named twice", one.name);
    }
    if (metric.diverges) out.diverging.push_back(metric.spec.name);
    out.metrics.push_back(std::move(metric.spec));
  };
  declare(primary->node, true, true);
  out.primary = out.metrics[0].name;
  for (const char* key : {"secondary", "other"}) {
    const TomlEntry* entry = metrics.node.find(key);
    if (entry == nullptr) continue;
    if (entry->node.kind != TomlNode::Kind::kArray) {
      fail_at(entry->node.place, "'{}' is {}; expected a list of metrics", key,
              entry->node.kind_name());
    }
    const bool needs_goal = std::string_view(key) == "secondary";
    for (const TomlNode& item : entry->node.items) declare(item, needs_goal, false);
  }
  return out;
}

}  // namespace polysweep
