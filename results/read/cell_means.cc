#include "results/read/metric_values.h"

#include <cmath>
#include <limits>
#include <unordered_map>

#include "results/read/json_member.h"
#include "results/read/last_planning.h"
#include "results/read/stored_plan.h"
#include "results/schema/connection.h"
#include "results/schema/series_summary.h"

namespace polysweep {
namespace {

// The number of no metric.
constexpr std::int64_t kUnknown = -1;

std::int64_t metric_key(Connection& connection, const std::string& metric) {
  Statement row = connection.prepare("SELECT metric_id FROM metric WHERE name = ?");
  return row.with(metric).step() ? row.integer(0) : kUnknown;
}

// Calls use(cell, value, parameters) for each trial in plan order; the value is NaN where
// a done trial has none.
template <typename Use>
void for_each_value(Connection& connection, std::int64_t revision_id, const std::string& metric,
                    const Use& use) {
  const std::int64_t metric_id = metric_key(connection, metric);
  // Done trials only: those without a summary have no values.
  Statement rows = connection.prepare(
      "SELECT x.cell, k.series, t.parameters FROM sweep_trial x "
      "JOIN trial t ON t.trial_id = x.trial_id "
      "LEFT JOIN trial_summary k ON k.trial_id = t.trial_id AND t.state = ?2 "
      "WHERE x.revision_id = ?1 ORDER BY x.position");
  rows.with(revision_id, static_cast<int>(TrialState::kDone));
  while (rows.step()) {
    double value = std::numeric_limits<double>::quiet_NaN();
    if (metric_id != kUnknown && !rows.is_null(1)) {
      value = last_value(rows.blob(1), metric_id);
    }
    use(static_cast<std::uint32_t>(rows.integer(0)), value, rows);
  }
}

std::vector<std::int32_t> read_baselines(Connection& connection, std::int64_t revision_id) {
  Statement rows = connection.prepare(
      "SELECT coalesce(baseline, -1) FROM cell WHERE revision_id = ? ORDER BY cell");
  std::vector<std::int32_t> out;
  rows.with(revision_id);
  while (rows.step()) out.push_back(static_cast<std::int32_t>(rows.integer(0)));
  return out;
}

std::string replicate_name(Connection& connection, const std::string& sweep,
                           const LastPlanning& planning) {
  Statement row = connection.prepare("SELECT description FROM planning WHERE planning_id = ?");
  check(row.with(planning.planning_id).step(), "a known sweep has a planning");
  return read_description(sweep, row.text(0)).replicate;
}

}  // namespace

std::vector<CellMean> load_cell_means(const Database& database, const std::string& sweep,
                                      const std::string& metric) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const LastPlanning planning = last_planning(connection, sweep);
  std::vector<CellMean> out;
  for_each_value(connection, planning.revision_id, metric,
                 [&](std::uint32_t cell, double value, Statement&) {
                   if (cell >= out.size()) out.resize(cell + 1);
                   CellMean& mean = out[cell];
                   ++mean.trials;
                   if (!std::isfinite(value)) return;
                   ++mean.values;
                   mean.sum += value;
                 });
  return out;
}

MetricValues load_metric_values(const Database& database, const std::string& sweep,
                                const std::string& metric) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const LastPlanning planning = last_planning(connection, sweep);
  MetricValues out;
  out.baselines = read_baselines(connection, planning.revision_id);
  const JsonMember replicate(replicate_name(connection, sweep, planning));
  std::unordered_map<std::string, std::uint32_t> known;  // by the value as it is written
  for_each_value(connection, planning.revision_id, metric,
                 [&](std::uint32_t cell, double value, Statement& row) {
                   const std::string_view parameters = row.text(2);
                   const auto [place, is_new] =
                       known.try_emplace(std::string(replicate.find(parameters)),
                                         static_cast<std::uint32_t>(out.replicates.size()));
                   if (is_new) out.replicates.push_back(replicate.displayed(parameters));
                   out.trials.push_back(
                       {cell, place->second,
                        std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN()});
                 });
  return out;
}

}  // namespace polysweep
