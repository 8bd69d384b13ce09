#include "results/read/metric_values.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "framework/core/error.h"
#include "results/read/final_values.h"
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

std::vector<std::int32_t> read_baselines(Connection& connection, std::int64_t revision_id) {
  Statement rows = connection.prepare(
      "SELECT coalesce(baseline, -1) FROM cell WHERE revision_id = ? ORDER BY cell");
  std::vector<std::int32_t> out;
  rows.with(revision_id);
  while (rows.step()) out.push_back(static_cast<std::int32_t>(rows.integer(0)));
  return out;
}

double value_by_rule(FinalValues& finals, std::int64_t trial_id, std::string_view packed,
                     std::int64_t metric_id) {
  for (const SeriesSummary& each : decode_summaries(packed)) {
    if (each.metric_id == metric_id) return finals.of(trial_id, each);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

struct TrialValue {
  std::uint32_t cell = 0;
  std::uint32_t replicate = 0;
  double value = 0;
};

// Replicates are told apart by their value as it is written.
class ReplicateNumbers {
 public:
  explicit ReplicateNumbers(const std::string& name) : member_(name) {}

  std::uint32_t of(std::string_view parameters) {
    const std::string_view text = member_.find(parameters);
    if (text == last_text_) return last_;
    last_text_ = text;
    last_ = known_.try_emplace(last_text_, static_cast<std::uint32_t>(known_.size())).first->second;
    return last_;
  }
  std::size_t count() const { return known_.size(); }

 private:
  JsonMember member_;
  std::unordered_map<std::string, std::uint32_t> known_;
  std::string last_text_ = "\n";  // of no parameter
  std::uint32_t last_ = 0;
};

// In plan order, which goes from cell to cell.
void sort_by_cell(const std::vector<TrialValue>& found, MetricValues& out) {
  out.begins.assign(out.cells() + 1, 0);
  for (const TrialValue& each : found) ++out.begins[each.cell + 1];
  std::partial_sum(out.begins.begin(), out.begins.end(), out.begins.begin());
  std::vector<std::size_t> next(out.begins.begin(), out.begins.end() - 1);
  out.values.resize(found.size());
  out.replicates.resize(found.size());
  for (const TrialValue& each : found) {
    const std::size_t place = next[each.cell]++;
    out.values[place] = each.value;
    out.replicates[place] = each.replicate;
  }
}

}  // namespace

MetricValues load_metric_values(const Database& database, const std::string& sweep,
                                const std::string& metric) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const LastPlanning planning = last_planning(connection, sweep);
  const std::int64_t metric_id = metric_key(connection, metric);
  MetricValues out;
  out.baselines = read_baselines(connection, planning.revision_id);
  out.planned.resize(out.cells());
  out.lost.resize(out.cells());
  const PlanDescription plan = read_description_of(connection, sweep, planning);
  ReplicateNumbers replicates(plan.replicate);
  FinalValues finals(connection, plan);
  const bool by_rule = !finals.is_last(metric_id);
  std::vector<TrialValue> found;
  Statement rows = connection.prepare(
      "SELECT x.cell, t.state, k.series, coalesce(x.parameters, t.parameters), t.trial_id FROM "
      "sweep_trial x "
      "JOIN trial t ON t.trial_id = x.trial_id "
      "LEFT JOIN trial_summary k ON k.trial_id = t.trial_id AND t.state = ?2 "
      "WHERE x.revision_id = ?1 ORDER BY x.position");
  rows.with(planning.revision_id, static_cast<int>(TrialState::kDone));
  while (rows.step()) {
    const auto cell = static_cast<std::size_t>(rows.integer(0));
    check(cell < out.cells(), "a trial's cell is one of the plan");
    ++out.planned[cell];
    double value = std::numeric_limits<double>::quiet_NaN();
    if (metric_id != kUnknown && !rows.is_null(2)) {
      value = by_rule ? value_by_rule(finals, rows.integer(4), rows.blob(2), metric_id)
                      : last_value(rows.blob(2), metric_id);
    }
    if (std::isfinite(value)) {
      found.push_back({static_cast<std::uint32_t>(cell), replicates.of(rows.text(3)), value});
    } else if (is_settled(static_cast<TrialState>(rows.integer(1)))) {
      ++out.lost[cell];
    }
  }
  out.replicate_count = replicates.count();
  sort_by_cell(found, out);
  return out;
}

}  // namespace polysweep
