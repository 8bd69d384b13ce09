#include <nlohmann/json.hpp>

#include <iostream>
#include <unordered_map>

#include "cli/shared/command.h"
#include "cli/shared/planning.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::size_t kFirstRows = 8;

void declare(CommandOptions& options) {
  declare_planning(options);
  declare_json(options);
  options.shown.add_options()("count", po::bool_switch(), "print the number of trials alone");
  options.word("file");
  options.word("overrides", true);
}

nlohmann::json as_json(const Parameters& parameters) {
  return nlohmann::json::parse(parameters.canonical());
}

// What polysweep fills in at the run stays as it is written.
std::vector<std::string> command_of(const Plan& plan, std::size_t index) {
  std::vector<std::pair<std::string_view, std::string>> places;
  for (const std::string_view name : kCommandPlaces) {
    places.emplace_back(name, fmt::format("{{{}}}", name));
  }
  return fill_command(*plan.sweep().experiment.command, plan.trial(index).parameters, places).argv;
}

void print_json(const Plan& plan) {
  nlohmann::ordered_json out;
  out["sweep"] = plan.sweep().name;
  out["experiment"] = plan.sweep().experiment.name;
  out["revision"] = plan.revision();
  out["cells"] = plan.cells().size();
  out["exclusions"] = nlohmann::json::array();
  for (const Exclusion& exclusion : plan.exclusions()) {
    out["exclusions"].push_back({{"reason", exclusion.reason}, {"count", exclusion.count}});
  }
  out["trials"] = nlohmann::json::array();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Trial trial = plan.trial(i);
    nlohmann::ordered_json row = {
        {"id", trial.id.hex()}, {"cell", plan.cell(i)}, {"parameters", as_json(trial.parameters)}};
    if (plan.sweep().experiment.command) row["command"] = command_of(plan, i);
    out["trials"].push_back(std::move(row));
  }
  std::cout << out.dump(1) << "\n";
}

// How many trials have each level of `factor`.
std::string level_counts(const Plan& plan, const Factor& factor) {
  std::vector<std::uint64_t> counts(factor.levels.size() + 1);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const std::size_t level = plan.level(i, factor.name);
    ++counts[level == Plan::kAbsent ? factor.levels.size() : level];
  }
  std::string out;
  for (std::size_t i = 0; i < factor.levels.size(); ++i) {
    if (i == 12 && factor.levels.size() > 14) {
      out += fmt::format("  ... {} more levels", factor.levels.size() - i);
      break;
    }
    out += fmt::format("  {} ({})", factor.levels[i].display(), counts[i]);
  }
  if (counts.back() > 0) out += fmt::format("  does not apply ({})", counts.back());
  return out;
}

Table first_rows(const Plan& plan) {
  Table table;
  table.columns.push_back({"trial"});
  for (const Factor& factor : plan.sweep().factors) table.columns.push_back({factor.name});
  for (std::size_t i = 0; i < std::min(plan.size(), kFirstRows); ++i) {
    const Trial trial = plan.trial(i);
    TableRow row = {trial.id.brief()};
    for (const Factor& factor : plan.sweep().factors) {
      const bool absent = plan.level(i, factor.name) == Plan::kAbsent;
      row.emplace_back(absent ? std::string() : trial.parameters.at(factor.name).display());
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

void print_command(const Plan& plan) {
  fmt::print("  first trial:  {}\n", shell_words(command_of(plan, 0)));
  for (const InputFile& file : plan.sweep().experiment.command->files) {
    fmt::print("  input file:   {}  (SHA-256 {:.12})\n", file.path, file.sha256);
  }
  fmt::print("\n");
}

void print_plan(const Plan& plan) {
  const Sweep& sweep = plan.sweep();
  fmt::print("sweep {}: {} trials in {} cells of experiment {} (version {})\n\n", sweep.name,
             plan.size(), plan.cells().size(), sweep.experiment.name, sweep.experiment.version);
  if (sweep.experiment.command) print_command(plan);
  for (const Factor& factor : sweep.factors) {
    fmt::print("  {:<14}{}{}\n", factor.name, level_counts(plan, factor),
               factor.name == sweep.replicate ? "  (replicate)" : "");
  }
  if (!sweep.fixed.empty()) fmt::print("\n  fixed:");
  for (const auto& [name, value] : sweep.fixed) fmt::print(" {}={}", name, value.display());
  if (!sweep.fixed.empty()) fmt::print("\n");
  if (!plan.exclusions().empty()) fmt::print("\nleft out:\n");
  for (const Exclusion& exclusion : plan.exclusions()) {
    fmt::print("  {} combinations: {}\n", exclusion.count, exclusion.reason);
  }
  fmt::print("\n");
  print_table(first_rows(plan));
  if (plan.size() > kFirstRows) fmt::print("... and {} more\n", plan.size() - kFirstRows);
}

int run(const po::variables_map& given) {
  const Planned planned = make_plan(given);
  if (given["count"].as<bool>()) {
    fmt::print("{}\n", planned.plan.size());
  } else if (given["json"].as<bool>()) {
    print_json(planned.plan);
  } else {
    print_plan(planned.plan);
  }
  return kExitComplete;
}

}  // namespace

const Command kPlanCommand = {
    "plan",
    "Shows the trials of a sweep without running them",
    "FILE [name=value ...] [--data FOLDER] [--count | --json]",
    "  polysweep plan experiments/sweeps/demo.toml\n"
    "  polysweep plan experiments/sweeps/demo.toml dimension=64,128 seed=0..9 --count",
    declare,
    run,
};

}  // namespace polysweep
