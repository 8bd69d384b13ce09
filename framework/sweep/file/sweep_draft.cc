#include "framework/sweep/file/sweep_draft.h"

#include <algorithm>

#include "framework/core/error_place.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/file/command_reader.h"
#include "framework/sweep/file/factor_levels.h"
#include "framework/sweep/file/sample_design.h"
#include "framework/sweep/file/schema_reader.h"
#include "framework/sweep/file/worker_key.h"

namespace polysweep {

namespace {

class Reader {
 public:
  Reader(const Catalogue& catalogue, const std::filesystem::path& folder)
      : catalogue_(catalogue), folder_(folder) {}

  SweepDraft read(const TomlNode& root);

 private:
  using Section = void (Reader::*)(const TomlEntry&);

  void read_name(const TomlEntry& entry);
  void read_experiment(const TomlEntry& entry);
  void read_replicate(const TomlEntry& entry);
  void read_fixed(const TomlEntry& entry);
  void read_factors(const TomlEntry& entry);
  void read_sample(const TomlEntry& entry);
  void add_factor(DraftFactor factor, const std::vector<PlacedValue>& levels,
                  const TomlEntry* when);
  void read_zip(const TomlEntry& entry);
  void read_excludes(const TomlEntry& entry) { read_selections(entry, draft_.excludes); }
  void read_wheres(const TomlEntry& entry) { read_selections(entry, draft_.wheres); }
  void read_selections(const TomlEntry& entry, std::vector<DraftSelection>& out);
  void read_baseline(const TomlEntry& entry);
  void read_metrics(const TomlEntry& entry);
  void read_comparison(const TomlEntry& entry);
  void read_family(const TomlEntry& entry);

  const Schema& schema() const { return draft_.experiment->schema; }
  bool is_command() const { return draft_.declared != nullptr; }
  MetricSpec metric(const TomlNode& node) const;

  const Catalogue& catalogue_;
  const std::filesystem::path& folder_;
  bool names_worker_ = false;
  SweepDraft draft_;
};

SweepDraft Reader::read(const TomlNode& root) {
  // In the order in which they need each other.
  const std::vector<std::pair<std::string, Section>> sections = {
      {"sweep", &Reader::read_name},
      {"experiment", &Reader::read_experiment},
      {"replicate", &Reader::read_replicate},
      {"fixed", &Reader::read_fixed},
      {"factors", &Reader::read_factors},
      {"sample", &Reader::read_sample},
      {"zip", &Reader::read_zip},
      {"exclude", &Reader::read_excludes},
      {"where", &Reader::read_wheres},
      {"baseline", &Reader::read_baseline},
      {"metrics", &Reader::read_metrics},
      {"comparison", &Reader::read_comparison},
  };
  // The worker gave `catalogue_`; it is not part of the sweep.
  std::vector<std::string> known = {"worker"};
  for (const auto& [name, section] : sections) known.push_back(name);
  expect_command_keys(root, known);
  for (const char* needed : {"sweep", "experiment"}) {
    if (root.find(needed) == nullptr) {
      fail_at(root.place,
              "the key '{}' is missing; a sweep file begins with sweep = \"NAME\" and "
              "experiment = \"NAME\"",
              needed);
    }
  }
  names_worker_ = read_worker(root, folder_).has_value();
  if (root.find("command") != nullptr) {
    draft_.declared = std::make_shared<ExperimentSpec>(read_command_experiment(root, folder_));
    draft_.experiment = draft_.declared.get();
  }
  draft_.factors_place = root.place;
  for (const auto& [name, section] : sections) {
    if (const TomlEntry* entry = root.find(name)) (this->*section)(*entry);
  }
  if (root.find("metrics") == nullptr) {
    if (draft_.experiment->metrics.empty()) {
      fail_at(root.place, "experiment '{}' publishes no metric to compare by",
              draft_.experiment->name);
    }
    draft_.primary = draft_.experiment->metrics[0];
  }
  return std::move(draft_);
}

void Reader::read_name(const TomlEntry& entry) {
  draft_.name = name_of(entry, "a sweep");
  if (is_sweep_name(draft_.name)) return;
  fail_at(entry.node.place,
          "{} is not a name for a sweep; expected a letter, a digit or '_' at its beginning",
          in_quotes(draft_.name));
}

void Reader::read_experiment(const TomlEntry& entry) {
  if (is_command()) return;
  const std::string& name = text_of(entry.node, "'experiment'");
  draft_.experiment = in_place(entry.node.place, [&]() -> const ExperimentSpec* {
    try {
      return &catalogue_.at(name);
    } catch (const Error& error) {
      const std::string what = error.what();
      if (names_worker_ || what.find("did you mean") != std::string::npos) throw;
      fail("{}; a sweep that runs a program has command = [\"PROGRAM\", ...]", what);
    }
  });
}

void Reader::read_replicate(const TomlEntry& entry) {
  draft_.replicate = text_of(entry.node, "'replicate'");
  draft_.replicate_place = entry.node.place;
}

void Reader::read_fixed(const TomlEntry& entry) {
  expect_table(entry);
  for (const TomlEntry& one : entry.node.entries) {
    draft_.fixed.push_back(typed_value(schema(), one));
    if (draft_.fixed.back().value.is_absent()) {
      fail_at(one.node.place,
              "'{}' cannot be fixed as absent; absent = true is a level of a factor", one.name);
    }
    draft_.fixed.back().place = one.place;
  }
}

void Reader::read_factors(const TomlEntry& entry) {
  expect_table(entry);
  draft_.factors_place = entry.place;
  for (const TomlEntry& one : entry.node.entries) {
    in_place(one.place, [&] { schema().at(one.name); });
    DraftFactor factor{one.name, {}, {}, one.place, false, sampling_of(one.node), {}};
    add_factor(std::move(factor), read_levels(one.name, one.node), one.node.find("when"));
  }
}

void Reader::read_sample(const TomlEntry& entry) {
  SampledFactors sample = polysweep::read_sample(entry);
  draft_.design = sample.design;
  if (draft_.factors.empty()) draft_.factors_place = sample.place;
  for (SampledFactor& each : sample.factors) {
    in_place(each.place, [&] { schema().at(each.name); });
    if (const DraftFactor* other = draft_.find_factor(each.name)) {
      fail_at(each.place, "'{}' is also a factor of [factors] (at {}); remove one of the two",
              each.name, other->place);
    }
    DraftFactor factor{each.name, {}, {}, each.place, false, each.sampling, std::move(each.at)};
    add_factor(std::move(factor), each.levels, each.when);
  }
}

void Reader::add_factor(DraftFactor factor, const std::vector<PlacedValue>& levels,
                        const TomlEntry* when) {
  for (const PlacedValue& level : levels) {
    if (level.value.is_absent() && !is_command()) {
      fail_at(level.place,
              "experiment '{}' needs all its parameters; absent = true is for commands",
              draft_.experiment->name);
    }
    const auto typed = [&] {
      return level.value.is_absent() ? level.value : schema().typed(factor.name, level.value);
    };
    factor.levels.push_back(in_place(level.place, typed));
  }
  if (const std::optional<std::size_t> twice = first_repeated(factor.levels)) {
    fail_at(levels[*twice].place, "factor '{}' has the level {} twice", factor.name,
            factor.levels[*twice].canonical());
  }
  if (when != nullptr) factor.when = read_conditions(schema(), *when);
  draft_.factors.push_back(std::move(factor));
}

void Reader::read_zip(const TomlEntry& entry) {
  const char* right = "'zip' is a list of lists of factors, as [[\"a\", \"b\"]]";
  if (entry.node.kind != TomlNode::Kind::kArray) fail_at(entry.node.place, "{}", right);
  for (const TomlNode& group : entry.node.items) {
    if (group.kind != TomlNode::Kind::kArray) fail_at(group.place, "{}", right);
    DraftZip zip{{}, group.place};
    for (const TomlNode& item : group.items) {
      zip.names.push_back(text_of(item, "a factor of 'zip'"));
    }
    draft_.zips.push_back(std::move(zip));
  }
}

// optimizer="sgd" width=[64,128]
std::string selection_text(const std::vector<DraftCondition>& conditions) {
  std::string out;
  for (const DraftCondition& one : conditions) {
    out += out.empty() ? "" : " ";
    out += one.condition.parameter + "=";
    const std::vector<Value>& values = one.condition.any_of;
    if (values.size() > 1) out += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out += ',';
      values[i].append_canonical(out);
    }
    if (values.size() > 1) out += ']';
  }
  return out;
}

void Reader::read_selections(const TomlEntry& entry, std::vector<DraftSelection>& out) {
  if (entry.node.kind != TomlNode::Kind::kArray) {
    fail_at(entry.node.place, "'{0}' is {1}; expected tables [[{0}]]", entry.name,
            entry.node.kind_name());
  }
  for (const TomlNode& item : entry.node.items) {
    if (item.kind != TomlNode::Kind::kTable) {
      fail_at(item.place, "'{0}' has {1} in it; expected tables [[{0}]]", entry.name,
              item.kind_name());
    }
    expect_keys(item, "key of [[" + entry.name + "]]", {"where"});
    const TomlEntry* where = item.find("where");
    if (where == nullptr) {
      fail_at(item.place, "[[{}]] needs where = {{ PARAMETER = VALUE }}", entry.name);
    }
    DraftSelection selection{read_conditions(schema(), *where), ""};
    selection.text = selection_text(selection.conditions);
    out.push_back(std::move(selection));
  }
}

void Reader::read_baseline(const TomlEntry& entry) {
  expect_table(entry);
  draft_.baseline_place = entry.place;
  for (const TomlEntry& one : entry.node.entries) {
    draft_.baseline.push_back(typed_value(schema(), one));
    draft_.baseline.back().place = one.place;
  }
}

MetricSpec Reader::metric(const TomlNode& node) const {
  const bool is_table = node.kind == TomlNode::Kind::kTable;
  if (is_table && !is_command()) {
    expect_keys(node, "key of a metric", {"name", "goal", "point"});
  }
  if (is_table && node.find("name") == nullptr) fail_at(node.place, "a metric needs a 'name'");
  const TomlNode& name_node = is_table ? node.find("name")->node : node;
  const std::string& name = text_of(name_node, "a metric");
  std::vector<std::string> known;
  const MetricSpec* spec = nullptr;
  for (const MetricSpec& one : draft_.experiment->metrics) {
    known.push_back(one.name);
    if (one.name == name) spec = &one;
  }
  if (spec == nullptr) fail_at(name_node.place, "{}", unknown_name("metric", name, known));
  MetricSpec choice = *spec;
  if (const TomlEntry* goal = is_table ? node.find("goal") : nullptr) {
    const std::string& word = text_of(goal->node, "a goal");
    choice.goal = in_place(goal->node.place, [&] { return goal_from_name(word); });
  }
  if (const TomlEntry* point = is_table ? node.find("point") : nullptr) {
    const bool has_goal = !is_command() || node.find("goal") != nullptr;
    choice.point = read_point(*point, has_goal);
  }
  return choice;
}

void Reader::read_metrics(const TomlEntry& entry) {
  expect_table(entry);
  if (!is_command()) expect_keys(entry.node, "key of [metrics]", {"primary", "secondary"});
  const TomlEntry* primary = entry.node.find("primary");
  if (primary == nullptr) fail_at(entry.place, "[metrics] needs primary = {{ name = \"METRIC\" }}");
  draft_.primary = metric(primary->node);
  const TomlEntry* secondary = entry.node.find("secondary");
  if (secondary == nullptr) return;
  if (secondary->node.kind != TomlNode::Kind::kArray) {
    fail_at(secondary->node.place, "'secondary' is {}; expected a list of metrics",
            secondary->node.kind_name());
  }
  for (const TomlNode& item : secondary->node.items) {
    MetricSpec choice = metric(item);
    const auto same = [&](const MetricSpec& other) { return other.name == choice.name; };
    if (same(draft_.primary) ||
        std::any_of(draft_.secondary.begin(), draft_.secondary.end(), same)) {
      fail_at(item.place, "metric '{}' is named twice", choice.name);
    }
    draft_.secondary.push_back(std::move(choice));
  }
}

double number_of(const TomlEntry& entry) {
  if (entry.node.kind != TomlNode::Kind::kValue || !entry.node.value.is_number()) {
    fail_at(entry.node.place, "'{}' is {}; expected a number{}", entry.name, entry.node.kind_name(),
            entry.name == "alpha" ? "" : " in the unit of the primary metric");
  }
  return entry.node.value.real();
}

void Reader::read_comparison(const TomlEntry& entry) {
  expect_table(entry);
  expect_keys(entry.node, "key of [comparison]",
              {"test", "alpha", "family", "smallest_difference"});
  draft_.comparison.place = entry.place;
  ComparisonRule& rule = draft_.comparison.rule;
  for (const TomlEntry& one : entry.node.entries) {
    if (one.name == "family") {
      read_family(one);
      continue;
    }
    if (one.name == "test") {
      const std::string& word = text_of(one.node, "'test'");
      rule.test = in_place(one.node.place, [&] { return comparison_test_from_name(word); });
      continue;
    }
    const double number = number_of(one);
    if (one.name == "alpha") {
      in_place(one.node.place, [&] { check_alpha(number); });
      rule.alpha = number;
    } else {
      in_place(one.node.place, [&] { check_smallest_difference(number); });
      rule.smallest_difference = number;
    }
  }
}

void Reader::read_family(const TomlEntry& entry) {
  draft_.comparison.family_place = entry.place;
  if (entry.node.kind != TomlNode::Kind::kArray || entry.node.items.empty()) {
    fail_at(entry.node.place,
            "'family' is {}; expected a list of cells, as [{{ FACTOR = [LEVEL, LEVEL] }}]",
            entry.node.items.empty() && entry.node.kind == TomlNode::Kind::kArray
                ? "an empty list"
                : entry.node.kind_name());
  }
  for (const TomlNode& item : entry.node.items) {
    draft_.comparison.family.push_back(read_conditions(schema(), {"family", item.place, item}));
  }
}

}  // namespace

DraftFactor* SweepDraft::find_factor(std::string_view factor) {
  for (DraftFactor& one : factors) {
    if (one.name == factor) return &one;
  }
  return nullptr;
}

DraftValue* SweepDraft::find_fixed(std::string_view parameter) {
  for (DraftValue& one : fixed) {
    if (one.name == parameter) return &one;
  }
  return nullptr;
}

SweepDraft read_draft(const TomlNode& root, const Catalogue& catalogue,
                      const std::filesystem::path& folder) {
  return Reader(catalogue, folder).read(root);
}

}  // namespace polysweep
