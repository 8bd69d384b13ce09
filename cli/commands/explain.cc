#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/commands/command_table.h"
#include "cli/shared/attempt_history.h"
#include "cli/shared/json_output.h"
#include "cli/shared/plan_from_file.h"
#include "cli/shared/plan_membership.h"
#include "cli/shared/rerun_decision.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/provenance.h"
#include "framework/sweep/value_json.h"
#include "reports/text/escaping.h"
#include "results/read/sweeps_of_trial.h"
#include "results/read/trial_lookup.h"

namespace polysweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLevelsShown = 6;
constexpr std::size_t kDigestDigits = 12;

void declare_explain(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  declare_planning(options);
  options.argument("trial");
}

// A build that attempts of the trial ran in: facts "build.*" and "library.*".
struct Build {
  std::map<std::string, std::string> facts;
  std::vector<std::uint32_t> attempts;
  bool is_ours = false;  // built from the same sources as this program
};

struct Explanation {
  TrialRecord trial;
  std::vector<SweepOfTrial> origins;
  std::vector<PlanMembership> today;  // as origins
  std::vector<Build> builds;
  RerunDecision next;
};

bool same_sources(const std::map<std::string, std::string>& facts) {
  const Provenance own = process_provenance();
  return std::all_of(own.facts.begin(), own.facts.end(), [&](const auto& fact) {
    if (fact.first != "build.commit" && fact.first != "build.dirty_digest") return true;
    const auto theirs = facts.find(fact.first);
    return theirs != facts.end() && theirs->second == fact.second;
  });
}

std::vector<Build> builds_of(const Database& database, const TrialRecord& trial) {
  std::vector<Build> builds;
  for (const AttemptRecord& attempt : trial.attempts) {
    std::map<std::string, std::string> facts;
    for (const auto& [name, value] : load_provenance(database, attempt.provenance)) {
      if (name.starts_with("build.") || name.starts_with("library.")) facts.emplace(name, value);
    }
    if (facts.empty()) continue;  // it died before it reported them
    auto known = std::find_if(builds.begin(), builds.end(),
                              [&](const Build& build) { return build.facts == facts; });
    if (known == builds.end()) {
      builds.push_back({facts, {}, same_sources(facts)});
      known = builds.end() - 1;
    }
    known->attempts.push_back(attempt.number);
  }
  return builds;
}

Explanation explain(const po::variables_map& given, const Store& store) {
  const Database database = store.open();
  const std::string prefix = required_argument(given, "trial", "a trial id, or its first digits");
  Explanation out;
  out.trial = load_trial(database, find_trial(database, prefix));
  out.origins = load_sweeps_of_trial(database, out.trial.id, out.trial.parameters);
  out.builds = builds_of(database, out.trial);
  out.next = rerun_decision(out.trial, ActiveHosts(system_files(), store.folder(), ""));
  for (const SweepOfTrial& origin : out.origins) {
    out.today.push_back(plan_membership(given, origin, out.trial));
  }
  return out;
}

std::string levels_of(const ParameterSetting& origin) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(origin.levels.size(), kLevelsShown); ++i) {
    shown.push_back(origin.levels[i].display());
  }
  if (origin.levels.size() > kLevelsShown) shown.emplace_back("...");
  return fmt::format("{}", fmt::join(shown, ", "));
}

std::string words_of(const ParameterSetting& origin) {
  std::string out(source_name(origin.source));
  if (!origin.override_argument.empty()) return fmt::format("{} {}", out, origin.override_argument);
  if (!origin.levels.empty()) out += fmt::format(", one of {}", levels_of(origin));
  return out;
}

void print_parameters(const Explanation& e) {
  Table table;
  table.columns = {{"parameter"}, {"value"}};
  for (const SweepOfTrial& origin : e.origins) {
    table.columns.push_back(
        {e.origins.size() == 1 ? "source" : fmt::format("source in {}", origin.sweep)});
  }
  for (const auto& [name, value] : e.trial.parameters) {
    TableRow row = {name, value.display()};
    for (const SweepOfTrial& origin : e.origins) {
      row.emplace_back(words_of(origin.parameters.at(name)));
    }
    table.rows.push_back(std::move(row));
  }
  print_table(table);
}

void print_files(const std::map<std::string, std::string>& files) {
  for (const auto& [path, digest] : files) {
    fmt::print("  {}  {}\n", digest.substr(0, kDigestDigits), terminal_escaped(path));
  }
}

void print_code(const Explanation& e) {
  if (e.trial.code_digest.empty()) return;
  fmt::print("code: {}\n", e.trial.code_digest);
  if (!e.origins.empty()) print_files(e.origins.front().code_files);
}

void print_data(const Explanation& e) {
  if (e.trial.data_digest.empty()) {
    fmt::print("data: none\n");
    return;
  }
  fmt::print("data: {}\n", e.trial.data_digest);
  if (!e.origins.empty()) print_files(e.origins.front().data_digests);
}

void print_builds(const Explanation& e) {
  for (const Build& build : e.builds) {
    std::vector<std::string> facts;
    for (const auto& [name, value] : build.facts) {
      const bool digest = name == "build.commit" || name == "build.dirty_digest";
      const std::string shown = digest ? value.substr(0, kDigestDigits) : value;
      facts.push_back(fmt::format("{} {}", name.substr(name.find('.') + 1),
                                  shown.empty() ? "-" : terminal_escaped(shown)));
    }
    fmt::print("build of attempt{} {}{}: {}\n", build.attempts.size() == 1 ? "" : "s",
               fmt::join(build.attempts, ", "),
               build.is_ours ? " (same sources as this program)" : " (other sources)",
               fmt::join(facts, ", "));
  }
}

void print_next(const Explanation& e) {
  check(e.today.size() == e.origins.size(), "each sweep of the trial was planned again");
  fmt::print("the next run {} it: {}\n", e.next.runs ? "would run" : "would not run",
             terminal_escaped(e.next.why));
  for (std::size_t i = 0; i < e.origins.size(); ++i) {
    const SweepOfTrial& origin = e.origins[i];
    const std::string file = terminal_escaped(
        fmt::format("{}{}{}", origin.file.empty() ? "its file" : origin.file,
                    origin.overrides.empty() ? "" : " ", fmt::join(origin.overrides, " ")));
    const std::string why = terminal_escaped(e.today[i].why);
    switch (e.today[i].state) {
      case Membership::kPlanned:
        fmt::print("sweep {}: {} still plans it\n", origin.sweep, file);
        break;
      case Membership::kNotPlanned:
        fmt::print("sweep {}: {} no longer plans it; {}\n", origin.sweep, file, why);
        break;
      case Membership::kUnknown:
        fmt::print("sweep {}: whether {} still plans it is unknown: {}\n", origin.sweep, file, why);
    }
  }
}

void print_explanation(const Explanation& e) {
  const TrialRecord& trial = e.trial;
  fmt::print("trial {} ({})\n", trial.id.hex(), state_name(trial.state));
  if (trial.planned) {
    fmt::print("experiment {} (version {})\n", terminal_escaped(trial.experiment),
               trial.experiment_version);
    print_code(e);
    print_data(e);
    print_builds(e);
  } else {
    fmt::print("its plan is unknown: no journal of this store has it\n");
  }
  fmt::print("\n");
  print_next(e);
  if (trial.planned) {
    fmt::print("\n");
    print_parameters(e);
  }
  if (trial.attempts.empty()) return;
  fmt::print("\n");
  print_attempts(trial);
}

Json parameter_json(const ParameterSetting& origin, const Value& value) {
  Json out = {{"value", json_of(value)}, {"source", source_name(origin.source)}};
  if (!origin.override_argument.empty()) out["override"] = origin.override_argument;
  for (const Value& level : origin.levels) out["levels"].push_back(json_of(level));
  return out;
}

Json origin_json(const SweepOfTrial& origin, const PlanMembership& today,
                 const Parameters& parameters) {
  const auto today_name = [](Membership state) -> Json {
    if (state == Membership::kUnknown) return nullptr;
    return state == Membership::kPlanned;
  };
  Json out = {{"sweep", origin.sweep},
              {"file", origin.file},
              {"overrides", origin.overrides},
              {"planned_us", origin.planned_us},
              {"planned_today", today_name(today.state)},
              {"why", today.why},
              {"code", origin.code_files},
              {"data", origin.data_digests},
              {"parameters", Json::object()}};
  for (const auto& [name, value] : parameters) {
    out["parameters"][name] = parameter_json(origin.parameters.at(name), value);
  }
  return out;
}

void print_as_json(const Explanation& e) {
  const TrialRecord& trial = e.trial;
  Json out = {{"id", trial.id.hex()},
              {"state", state_name(trial.state)},
              {"experiment", trial.experiment},
              {"version", trial.experiment_version},
              {"code", trial.code_digest},
              {"data", trial.data_digest},
              {"parameters", Json::parse(trial.parameters.canonical())},
              {"next_run", {{"runs", e.next.runs}, {"why", e.next.why}}},
              {"sweeps", Json::array()},
              {"builds", Json::array()},
              {"attempts", attempts_json(trial)}};
  for (std::size_t i = 0; i < e.origins.size(); ++i) {
    out["sweeps"].push_back(origin_json(e.origins[i], e.today[i], trial.parameters));
  }
  for (const Build& build : e.builds) {
    out["builds"].push_back(
        {{"attempts", build.attempts}, {"same_sources", build.is_ours}, {"facts", build.facts}});
  }
  print_json(out);
}

int run_explain(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Explanation explanation = explain(given, store);
  if (given["json"].as<bool>()) {
    print_as_json(explanation);
  } else {
    print_explanation(explanation);
  }
  return kExitComplete;
}

}  // namespace

const Command kExplainCommand = {
    "explain",
    "Explains a trial: the sources of its parameters, its data and builds, whether the next run "
    "would run it and why, how its attempts ended",
    "TRIAL [--json] [--data FOLDER]",
    "  polysweep explain 3f9a --store runs/demo",
    declare_explain,
    run_explain,
};

}  // namespace polysweep
