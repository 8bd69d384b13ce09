#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "cli/commands/command_table.h"
#include "cli/shared/capture_change.h"
#include "cli/shared/code_rerun.h"
#include "cli/shared/json_output.h"
#include "cli/shared/plan_from_file.h"
#include "cli/shared/plan_power.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "cli/shared/trial_counts.h"
#include "framework/core/error.h"
#include "framework/sweep/level_names.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"
#include "results/read/ledger.h"

namespace polysweep {
namespace {

constexpr std::size_t kTrialsShown = 8;
constexpr std::size_t kLevelsShown = 12;

void declare_plan(CommandOptions& options) {
  declare_planning(options);
  declare_selection(options);
  declare_store(options);
  declare_json(options);
  declare_power(options);
  options.shown.add_options()("count", po::bool_switch(), "print only the number of trials")(
      "all", po::bool_switch(), "print all trials and levels, not only the first");
  options.argument("file");
  options.argument("overrides", true);
}

nlohmann::json as_json(const Parameters& parameters) {
  return nlohmann::json::parse(parameters.canonical());
}

// Placeholders that polysweep fills in when the trial runs stay as they are.
std::vector<std::string> command_of(const Plan& plan, std::size_t index) {
  std::vector<std::pair<std::string_view, std::string>> places;
  for (const std::string_view name : kCommandPlaces) {
    places.emplace_back(name, fmt::format("{{{}}}", name));
  }
  return fill_command(*plan.sweep().experiment.command, plan.trial(index).parameters, places).argv;
}

void print_as_json(const Plan& plan, const PlanSelection& selection) {
  nlohmann::ordered_json out;
  out["sweep"] = plan.sweep().name;
  out["experiment"] = plan.sweep().experiment.name;
  out["revision"] = plan.revision();
  out["cells"] = plan.cell_count();
  out["planned"] = plan.size();
  out["selection"] = selection.words;
  out["exclusions"] = nlohmann::json::array();
  for (const Exclusion& exclusion : plan.exclusions()) {
    out["exclusions"].push_back({{"reason", exclusion.reason}, {"count", exclusion.count}});
  }
  out["trials"] = nlohmann::json::array();
  for (const std::uint32_t i : selection.trials) {
    const Trial trial = plan.trial(i);
    nlohmann::ordered_json row = {{"id", trial.id.hex()},
                                  {"cell", plan.cell_of(i)},
                                  {"parameters", as_json(trial.parameters)}};
    if (plan.sweep().experiment.command) row["command"] = command_of(plan, i);
    out["trials"].push_back(std::move(row));
  }
  print_json(out);
}

// The number of trials of each level of `factor`; of many levels the first.
std::string level_counts(const Plan& plan, const PlanSelection& selection, const Factor& factor,
                         bool all) {
  std::vector<std::uint64_t> counts(factor.levels.size() + 1);
  for (const std::uint32_t i : selection.trials) {
    const std::size_t level = plan.level(i, factor.name);
    ++counts[level == Plan::kAbsent ? factor.levels.size() : level];
  }
  check(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) == selection.trials.size(),
        "each trial has one level of a factor, or none");
  std::string out;
  const LevelNames names(factor.levels);
  for (std::size_t i = 0; i < factor.levels.size(); ++i) {
    if (!selection.words.empty() && counts[i] == 0) continue;
    if (!all && i == kLevelsShown && factor.levels.size() > kLevelsShown + 2) {
      out += fmt::format("  ... {} levels not shown (--all)", factor.levels.size() - i);
      break;
    }
    out += fmt::format("  {} ({})", terminal_escaped(names.of(factor.levels[i])), counts[i]);
  }
  if (counts.back() > 0) out += fmt::format("  does not apply ({})", counts.back());
  return out;
}

Table trial_table(const Plan& plan, const PlanSelection& selection, std::size_t rows) {
  Table table;
  table.columns.push_back({"trial"});
  for (const Factor& factor : plan.sweep().factors) table.columns.push_back({factor.name});
  for (std::size_t row_index = 0; row_index < rows; ++row_index) {
    const std::size_t i = selection.trials[row_index];
    const Trial trial = plan.trial(i);
    TableRow row = {trial.id.brief()};
    for (const Factor& factor : plan.sweep().factors) {
      const std::size_t level = plan.level(i, factor.name);
      row.emplace_back(level == Plan::kAbsent ? std::string() : factor.levels[level].display());
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

void print_command(const Plan& plan, std::size_t first) {
  fmt::print("  first trial:  {}\n", shell_words(command_of(plan, first)));
  for (const InputFile& file : plan.sweep().experiment.command->files) {
    fmt::print("  input file:   {}  (SHA-256 {:.12})\n", terminal_escaped(file.path), file.sha256);
  }
  fmt::print("\n");
}

bool is_drawn_together(const Sweep& sweep, const std::string& factor) {
  if (!sweep.sample) return false;
  const std::vector<std::string>& drawn = sweep.sample->factors;
  return std::find(drawn.begin(), drawn.end(), factor) != drawn.end();
}

void print_design(const Plan& plan) {
  const std::optional<SampleInfo> sample = describe(plan, {}).sample;
  if (!sample) return;
  fmt::print("\n  {}: {} drawn together, {}\n", list_text(sample->factors, ", "),
             sample->factors.size() == 1 ? "is" : "are", sample_text(*sample));
}

// Sampled factors that are crossed are a grid of samples: seldom what was meant.
void print_crossed_samples(const Sweep& sweep) {
  std::vector<std::string> names;
  std::vector<std::string> counts;
  std::set<std::size_t> zips;  // seen
  bool has_points = false;
  for (const Factor& factor : sweep.factors) {
    if (factor.sampling == Sampling::kNone) continue;
    if (is_drawn_together(sweep, factor.name)) {
      if (!std::exchange(has_points, true)) {
        names.push_back(factor.name);
        counts.push_back(std::to_string(sweep.sample->points()));
      }
      continue;
    }
    const auto zip = std::find_if(sweep.zips.begin(), sweep.zips.end(), [&](const auto& group) {
      return std::find(group.begin(), group.end(), factor.name) != group.end();
    });
    const bool seen = zip != sweep.zips.end() &&
                      !zips.insert(static_cast<std::size_t>(zip - sweep.zips.begin())).second;
    if (seen) continue;
    names.push_back(factor.name);
    counts.push_back(std::to_string(factor.levels.size()));
  }
  if (names.size() < 2) return;
  fmt::print(
      "\n  sampled factors are crossed: {} settings, a grid of samples. Those of [sample.factors] "
      "are drawn together ({}).\n",
      list_text(counts, " x "), list_text(names, ", "));
}

void print_plan(const Plan& plan, const PlanSelection& selection, bool all) {
  const Sweep& sweep = plan.sweep();
  const std::size_t count = selection.trials.size();
  fmt::print("sweep {}: {} in {} of experiment {} (version {})\n\n", sweep.name,
             count_text(plan.size(), "trial"), count_text(plan.cell_count(), "cell"),
             sweep.experiment.name, sweep.experiment.version);
  if (!selection.words.empty()) {
    fmt::print("  selected:     {} of {} ({})\n", count, count_text(plan.size(), "trial"),
               terminal_escaped(list_text(selection.words, " ")));
  }
  if (sweep.experiment.command) print_command(plan, selection.trials[0]);
  for (const Factor& factor : sweep.factors) {
    fmt::print("  {:<14}{}{}\n", factor.name, level_counts(plan, selection, factor, all),
               factor.name == sweep.replicate ? "  (replicate)" : "");
  }
  print_design(plan);
  print_crossed_samples(sweep);
  if (!sweep.fixed.empty()) fmt::print("\n  fixed:");
  for (const auto& [name, value] : sweep.fixed) {
    fmt::print(" {}={}", name, terminal_escaped(value.display()));
  }
  if (!sweep.fixed.empty()) fmt::print("\n");
  if (!plan.exclusions().empty()) fmt::print("\nexcluded:\n");
  for (const Exclusion& exclusion : plan.exclusions()) {
    fmt::print("  {}: {}\n", count_text(exclusion.count, "combination"),
               terminal_escaped(exclusion.reason));
  }
  fmt::print("\n");
  const std::size_t shown = all ? count : std::min(count, kTrialsShown);
  print_table(trial_table(plan, selection, shown));
  if (count > shown) {
    fmt::print("{} of {} trials not shown; --all prints them\n", count - shown, count);
  }
}

// "learning_rate was lr; n_layers is new in version 2"
std::string history_text(const Plan& plan) {
  std::vector<std::string> parts;
  for (const ParameterHistory& each : history_of(plan.sweep().experiment.schema)) {
    if (!each.was.empty()) parts.push_back(fmt::format("{} was {}", each.name, each.was));
    if (each.since > 1) {
      parts.push_back(fmt::format("{} is new in version {}", each.name, each.since));
    }
  }
  return list_text(parts, "; ");
}

// How many trials are those of before a parameter was added or renamed; with `standing`
// also how many of them are done.
void print_taken_over(const Plan& plan, const PlanSelection& selection,
                      const PlanStanding* standing) {
  if (history_of(plan.sweep().experiment.schema).empty()) return;
  std::size_t count = 0;
  std::size_t settled = 0;
  for (const std::uint32_t i : selection.trials) {
    if (!plan.is_taken_over(i)) continue;
    ++count;
    if (standing != nullptr && is_settled(standing->states[i])) ++settled;
  }
  if (standing == nullptr) {
    fmt::print("\n{} taken over from earlier versions of the file ({})\n",
               count_text(count, "trial") + (count == 1 ? " is" : " are"), history_text(plan));
  } else {
    fmt::print("of {} taken over from earlier versions of the file, {} done\n",
               count_text(count, "trial"),
               fmt::format("{} {}", settled, settled == 1 ? "is" : "are"));
  }
}

// How much of the plan the store of --store has already done.
void print_counts(const Store& store, const PlanStanding& standing,
                  const PlanSelection& selection) {
  fmt::print("\nin {}: {}\n", store.folder().string(), counts_text(standing.counts));
  if (selection.words.empty()) return;
  fmt::print("of these selected: {}\n", counts_text(standing.counts_of(selection.trials)));
}

void print_known(const Store& store, bool asked, const Plan& plan, const PlanSelection& selection) {
  if (!std::filesystem::exists(journals_path(store.folder()))) {
    if (asked) {
      fmt::print("\nin {}: no store yet: all trials are pending\n", store.folder().string());
    }
    return;
  }
  if (!asked && !plan.sweep().experiment.command) return;
  store.catch_up();
  const Database database = store.open();
  const PlanStanding standing = Ledger(database).standing(plan);
  if (asked) {
    print_counts(store, standing, selection);
    print_taken_over(plan, selection, &standing);
  }
  const std::string declared = declared_code_text(database, plan, standing);
  if (!declared.empty()) fmt::print("\n{}\n", declared);
  if (const auto change = code_rerun(database, store.folder(), plan, standing)) {
    fmt::print("\n{}\n", code_rerun_text(*change, plan.sweep()));
  }
  const std::string capture = capture_change_text(database, plan, standing);
  if (!capture.empty()) fmt::print("\n{}\n", capture);
}

// What the store knows of the plan: the default store, which need not be one, only of changed
// code and [capture].
void print_standing(const po::variables_map& given, const Plan& plan,
                    const PlanSelection& selection) {
  const bool asked = !given["store"].defaulted();
  try {
    print_known(Store(given), asked, plan, selection);
  } catch (const Error&) {
    if (asked) throw;
  }
}

int run_plan(const po::variables_map& given) {
  const PlanFromFile planned = plan_from_file(given, "plan");
  if (given["count"].as<bool>()) {
    fmt::print("{}\n", planned.selection.trials.size());
  } else if (given["json"].as<bool>()) {
    print_as_json(planned.plan, planned.selection);
  } else {
    print_plan(planned.plan, planned.selection, given["all"].as<bool>());
    print_taken_over(planned.plan, planned.selection, nullptr);
    if (const std::string power = power_sentences(planned.plan, given); !power.empty()) {
      fmt::print("\n{}", power);
    }
    print_standing(given, planned.plan, planned.selection);
  }
  return kExitComplete;
}

}  // namespace

const Command kPlanCommand = {
    "plan",
    "Shows the trials of a sweep without running them; with --store, also how many are done there",
    "FILE [name=value ...] [--as NAME] [--code DIGEST] [--data FOLDER] [--store FOLDER] [--count | "
    "--json] [--all]",
    "  polysweep plan experiments/sweeps/demo.toml\n"
    "  polysweep plan experiments/sweeps/demo.toml seed=0 --all\n"
    "  polysweep plan experiments/sweeps/demo.toml dimension=64,128 seed=0..9 --as wider --count",
    declare_plan,
    run_plan,
};

}  // namespace polysweep
