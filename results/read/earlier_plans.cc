#include "results/read/earlier_plans.h"

#include <algorithm>

#include "results/read/stored_plan.h"
#include "results/schema/connection.h"

namespace polysweep {
namespace {

std::size_t replicates_of(const PlanDescription& plan) {
  const auto factor =
      std::find_if(plan.factors.begin(), plan.factors.end(),
                   [&](const FactorInfo& each) { return each.name == plan.replicate; });
  return factor == plan.factors.end() ? 1 : factor->levels.size();
}

}  // namespace

std::vector<EarlierPlan> read_earlier_plans(Connection& connection, const std::string& sweep,
                                            const LastPlanning& last) {
  struct Planning {
    std::int64_t id = 0;
    std::int64_t revision = 0;
    std::int64_t planned_us = 0;
    std::int64_t trials = 0;
    std::string description;
  };
  std::vector<Planning> plannings;
  Statement rows = connection.prepare(
      "SELECT planning_id, revision_id, planned_us, trial_count, description FROM planning "
      "WHERE sweep_id = (SELECT sweep_id FROM planning WHERE planning_id = ?) ORDER BY order_us");
  rows.with(last.planning_id);
  while (rows.step()) {
    plannings.push_back(
        {rows.integer(0), rows.integer(1), rows.integer(2), rows.integer(3), rows.string(4)});
    if (plannings.back().id == last.planning_id) break;
  }
  Statement done = connection.prepare(
      "SELECT count(*) FROM sweep_trial x JOIN trial t ON t.trial_id = x.trial_id "
      "JOIN attempt a ON a.trial_id = t.trial_id AND a.attempt = t.attempt "
      "AND a.journal_id = t.journal_id "
      "WHERE x.revision_id = ? AND t.state = 2 AND a.finished_us < ?");
  std::vector<EarlierPlan> out;
  for (std::size_t i = 0; i + 1 < plannings.size(); ++i) {
    const Planning& planning = plannings[i];
    done.with(planning.revision, plannings[i + 1].planned_us).step();
    EarlierPlan earlier;
    earlier.done = static_cast<std::size_t>(done.integer(0));
    done.reset();
    if (earlier.done == 0) continue;
    const PlanDescription plan = read_description(sweep, planning.description);
    earlier.replicates = replicates_of(plan);
    earlier.trials = static_cast<std::size_t>(planning.trials);
    earlier.comparison = plan.comparison;
    out.push_back(std::move(earlier));
  }
  return out;
}

}  // namespace polysweep
