#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <iostream>

#include "cli/commands/command_table.h"
#include "cli/shared/attempt_history.h"
#include "cli/shared/json_output.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "reports/text/escaping.h"
#include "results/read/trial_lookup.h"
#include "results/read/trial_record.h"
#include "runners/store/store_layout.h"

namespace polysweep {
namespace {

constexpr std::size_t kSparkWidth = 32;
constexpr std::size_t kPackagesShown = 8;

void declare_show(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.argument("trial");
}

void print_metrics(const Database& database, const TrialRecord& trial) {
  Table table;
  table.columns = {{"metric"},
                   {"last", Align::kRight, ""},
                   {"at step", Align::kRight, ""},
                   {"minimum", Align::kRight, ""},
                   {"maximum", Align::kRight, ""},
                   {"points", Align::kRight, ""},
                   {"not finite", Align::kRight, ""},
                   {"curve"}};
  const auto extreme = [](const std::optional<CurvePoint>& point) {
    return point ? fmt::format("{:.6g} (step {})", point->value, point->step) : std::string("-");
  };
  for (const MetricSummary& metric : trial.metrics) {
    table.rows.push_back(
        {metric.name, fmt::format("{:.6g}", metric.last.value), fmt::format("{}", metric.last.step),
         extreme(metric.minimum), extreme(metric.maximum), fmt::format("{}", metric.count),
         metric.not_finite == 0 ? TableCell("-", Tone::kMuted)
                                : TableCell(fmt::format("{}", metric.not_finite), Tone::kBad),
         metric.count > 1 ? sparkline(load_curve(database, trial.id, metric.name, kSparkWidth))
                          : std::string()});
  }
  print_table(table);
}

// What the user's code ran with comes first, polysweep's own build last.
void print_provenance(const std::map<std::string, std::string>& facts) {
  if (facts.empty()) return;
  fmt::print("\nprovenance\n");
  const auto group_of = [](const std::string& name) -> std::size_t {
    constexpr std::array<std::string_view, 7> kFirst = {
        "code.", "command.", "interpreter.", "package.", "container", "env.", "threads."};
    for (std::size_t i = 0; i < kFirst.size(); ++i) {
      if (name.starts_with(kFirst[i])) return i;
    }
    const bool is_own = name.starts_with("build.") || name.starts_with("library.");
    return is_own ? kFirst.size() + 1 : kFirst.size();
  };
  std::map<std::size_t, std::vector<const std::pair<const std::string, std::string>*>> groups;
  std::size_t packages = 0;
  for (const auto& fact : facts) {
    const bool is_package = fact.first.starts_with("package.");
    if (!is_package || packages++ < kPackagesShown) groups[group_of(fact.first)].push_back(&fact);
  }
  for (const auto& [group, members] : groups) {
    for (const auto* fact : members) {
      fmt::print("  {:<26} {}\n", terminal_escaped(fact->first), terminal_escaped(fact->second));
    }
    const bool is_cut = members.front()->first.starts_with("package.") && packages > kPackagesShown;
    if (is_cut) fmt::print("  and {} more packages: --json\n", packages - kPackagesShown);
  }
}

void print_trial(const Store& store, const Database& database, const TrialRecord& trial) {
  fmt::print("trial {}\nexperiment {} (version {}), {}\n", trial.id.hex(), trial.experiment,
             trial.experiment_version, state_name(trial.state));
  std::string sweeps;
  for (const std::string& sweep : trial.sweeps) {
    sweeps += (sweeps.empty() ? "" : ", ") + terminal_escaped(sweep);
  }
  if (!sweeps.empty()) fmt::print("in sweeps {}\n", sweeps);
  if (!trial.code_digest.empty()) fmt::print("code {}\n", trial.code_digest);
  if (!trial.data_digest.empty()) fmt::print("data {}\n", trial.data_digest);
  fmt::print("folder {}\n", trial_folder(store.folder(), trial.id));
  fmt::print("\nparameters\n");
  for (const auto& [name, value] : trial.parameters) {
    fmt::print("  {:<22} {}\n", terminal_escaped(name), terminal_escaped(value.display()));
  }
  fmt::print("\n");
  print_attempts(trial);
  fmt::print("\n");
  print_metrics(database, trial);
  for (const TextEntry& text : trial.texts) {
    fmt::print("\n{} (step {})\n{}\n", terminal_escaped(text.name), text.step,
               clean_text(text.value));
  }
  print_provenance(trial.provenance);
}

void print_as_json(const TrialRecord& trial) {
  nlohmann::ordered_json out = {{"id", trial.id.hex()},
                                {"experiment", trial.experiment},
                                {"version", trial.experiment_version},
                                {"state", state_name(trial.state)},
                                {"code", trial.code_digest},
                                {"data", trial.data_digest},
                                {"parameters", nlohmann::json::parse(trial.parameters.canonical())},
                                {"sweeps", trial.sweeps},
                                {"attempts", attempts_json(trial)},
                                {"metrics", nlohmann::json::object()},
                                {"texts", nlohmann::json::array()},
                                {"provenance", trial.provenance}};
  const auto extreme = [](const std::optional<CurvePoint>& point) {
    return point ? nlohmann::ordered_json{{"value", point->value}, {"step", point->step}}
                 : nlohmann::ordered_json(nullptr);
  };
  for (const MetricSummary& metric : trial.metrics) {
    out["metrics"][metric.name] = {{"last", number_or_text(metric.last.value)},
                                   {"step", metric.last.step},
                                   {"points", metric.count},
                                   {"not_finite", metric.not_finite},
                                   {"minimum", extreme(metric.minimum)},
                                   {"maximum", extreme(metric.maximum)}};
  }
  for (const TextEntry& text : trial.texts) {
    out["texts"].push_back({{"name", text.name}, {"step", text.step}, {"text", text.value}});
  }
  print_json(out);
}

int run_show(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const std::string prefix = required_argument(given, "trial", "a trial id, or its first digits");
  const TrialRecord trial = load_trial(database, find_trial(database, prefix));
  if (given["json"].as<bool>()) {
    print_as_json(trial);
  } else {
    print_trial(store, database, trial);
  }
  return kExitComplete;
}

}  // namespace

const Command kShowCommand = {
    "show",           "Shows a trial: parameters, attempts, metrics, texts, provenance",
    "TRIAL [--json]", "  polysweep show 3f9a",
    declare_show,     run_show,
};

}  // namespace polysweep
