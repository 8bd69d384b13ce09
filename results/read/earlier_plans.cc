#include "results/read/earlier_plans.h"

#include <fmt/format.h>

#include <algorithm>

#include "results/read/stored_plan.h"
#include "results/schema/connection.h"

namespace polysweep {
namespace {

const FactorInfo* find_factor(const PlanDescription& plan, const std::string& name) {
  const auto factor = std::find_if(plan.factors.begin(), plan.factors.end(),
                                   [&](const FactorInfo& each) { return each.name == name; });
  return factor == plan.factors.end() ? nullptr : &*factor;
}

std::size_t replicates_of(const PlanDescription& plan) {
  const FactorInfo* factor = find_factor(plan, plan.replicate);
  return factor == nullptr ? 1 : factor->levels.size();
}

// True where a level of `before` is not one of `now`.
bool lost_a_level(const FactorInfo& before, const PlanDescription& now) {
  const FactorInfo* factor = find_factor(now, before.name);
  return factor == nullptr ||
         std::any_of(before.levels.begin(), before.levels.end(), [&](const Value& level) {
           return std::find(factor->levels.begin(), factor->levels.end(), level) ==
                  factor->levels.end();
         });
}

// Fewer replicates are told by their number.
std::vector<std::string> changes_of(const PlanDescription& before, const PlanDescription& now) {
  std::vector<std::string> changes;
  bool cells = false;
  for (const FactorInfo& factor : before.factors) {
    if (!lost_a_level(factor, now)) continue;
    if (factor.name != before.replicate) cells = true;
    if (factor.name == before.replicate && replicates_of(before) <= replicates_of(now)) {
      changes.push_back(fmt::format("with other {}s", factor.name));
    }
  }
  if (cells) changes.emplace_back("without levels that had been run");
  if (before.baseline != now.baseline) changes.emplace_back("with another baseline");
  if (before.primary.name != now.primary.name) {
    changes.push_back("with another primary metric");
  } else if (before.primary.goal != now.primary.goal) {
    changes.emplace_back("with another goal");
  } else if (before.primary.point != now.primary.point) {
    changes.push_back("with the " + point_text(before.primary.point));
  }
  return changes;
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
  if (plannings.empty()) return {};
  const PlanDescription now = read_description(sweep, plannings.back().description);
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
    earlier.changes = changes_of(plan, now);
    out.push_back(std::move(earlier));
  }
  return out;
}

}  // namespace polysweep
