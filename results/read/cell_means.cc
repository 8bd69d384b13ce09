#include "results/read/cell_means.h"

#include <cmath>

#include "results/read/last_planning.h"
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

}  // namespace

std::vector<CellMean> load_cell_means(const Database& database, const std::string& sweep,
                                      const std::string& metric) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const LastPlanning planning = last_planning(connection, sweep);
  const std::int64_t metric_id = metric_key(connection, metric);
  // Done trials only: those without a summary have no values.
  Statement rows = connection.prepare(
      "SELECT x.cell, k.series FROM sweep_trial x JOIN trial t ON t.trial_id = x.trial_id "
      "LEFT JOIN trial_summary k ON k.trial_id = t.trial_id AND t.state = ?2 "
      "WHERE x.revision_id = ?1 ORDER BY x.position");
  rows.with(planning.revision_id, static_cast<int>(TrialState::kDone));
  std::vector<CellMean> out;
  while (rows.step()) {
    const auto cell = static_cast<std::size_t>(rows.integer(0));
    if (cell >= out.size()) out.resize(cell + 1);
    CellMean& mean = out[cell];
    ++mean.trials;
    if (metric_id == kUnknown || rows.is_null(1)) continue;
    const double last = last_value(rows.blob(1), metric_id);
    if (!std::isfinite(last)) continue;
    ++mean.values;
    mean.sum += last;
  }
  return out;
}

}  // namespace polysweep
