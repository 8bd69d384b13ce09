#include "results/read/trial_table.h"

#include <algorithm>
#include <unordered_map>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "results/read/final_values.h"
#include "results/read/last_planning.h"
#include "results/read/stored_plan.h"
#include "results/schema/connection.h"
#include "results/schema/series_summary.h"

namespace polysweep {
namespace {

// Names by key of the metrics that are asked for.
std::unordered_map<std::int64_t, std::string> chosen_metrics(
    Connection& connection, const std::vector<std::string>& chosen) {
  std::unordered_map<std::int64_t, std::string> out;
  std::vector<std::string> known;
  Statement rows = connection.prepare("SELECT metric_id, name FROM metric ORDER BY name");
  while (rows.step()) {
    known.push_back(rows.string(1));
    if (chosen.empty() || std::find(chosen.begin(), chosen.end(), known.back()) != chosen.end()) {
      out.emplace(rows.integer(0), known.back());
    }
  }
  for (const std::string& name : chosen) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    fail("no trial has a metric '{}'{}", name, suggestion(name, known));
  }
  return out;
}

constexpr const char* kAllTrials =
    "SELECT t.trial_id, t.trial, e.name, t.state, t.attempt, "
    "coalesce((SELECT x.parameters FROM sweep_trial x JOIN planning n ON n.revision_id = "
    "x.revision_id JOIN sweep w ON w.planning_id = n.planning_id WHERE x.trial_id = t.trial_id "
    "AND x.parameters IS NOT NULL LIMIT 1), t.parameters), k.series, t.code "
    "FROM trial t "
    "LEFT JOIN experiment e ON e.experiment_id = t.experiment_id "
    "LEFT JOIN trial_summary k ON k.trial_id = t.trial_id ORDER BY t.trial_id";
constexpr const char* kTrialsOfSweep =
    "SELECT t.trial_id, t.trial, e.name, t.state, t.attempt, coalesce(x.parameters, t.parameters), "
    "k.series, t.code "
    "FROM sweep_trial x JOIN trial t ON t.trial_id = x.trial_id "
    "LEFT JOIN experiment e ON e.experiment_id = t.experiment_id "
    "LEFT JOIN trial_summary k ON k.trial_id = t.trial_id "
    "WHERE x.revision_id = ? ORDER BY x.position";

}  // namespace

std::vector<TrialRow> load_trial_table(const Database& database, const TrialTableOptions& options) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const auto metrics = chosen_metrics(connection, options.metrics);
  Statement rows = connection.prepare(options.sweep.empty() ? kAllTrials : kTrialsOfSweep);
  PlanDescription plan;
  if (!options.sweep.empty()) {
    const LastPlanning planning = last_planning(connection, options.sweep);
    rows.with(planning.revision_id);
    plan = read_description_of(connection, options.sweep, planning);
  }
  FinalValues finals(connection, plan);
  std::vector<TrialRow> out;
  while (rows.step()) {
    TrialRow each;
    each.id = TrialId::from_hex(rows.text(1));
    each.experiment = rows.string(2);
    each.code = rows.string(7);
    each.state = database.current_state(rows.integer(0), rows.integer(3));
    each.attempts = static_cast<std::uint32_t>(rows.integer(4));
    if (!rows.is_null(5)) each.parameters = Parameters::from_json(rows.text(5));
    if (each.state == TrialState::kDone && !rows.is_null(6)) {
      for (const SeriesSummary& series : decode_summaries(rows.blob(6))) {
        const auto name = metrics.find(series.metric_id);
        if (name == metrics.end()) continue;
        each.final_metrics.emplace(name->second, finals.of(rows.integer(0), series));
      }
    }
    out.push_back(std::move(each));
  }
  return out;
}

std::vector<std::string> recorded_codes(const Database& database) {
  Statement rows = database.connection().prepare(
      "SELECT code FROM trial WHERE code <> '' UNION "
      "SELECT json_extract(description, '$.code_runs') FROM planning "
      "WHERE json_extract(description, '$.code_runs') IS NOT NULL ORDER BY 1");
  std::vector<std::string> out;
  while (rows.step()) out.push_back(rows.string(0));
  return out;
}

}  // namespace polysweep
