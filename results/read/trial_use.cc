#include "results/read/trial_use.h"

#include "results/schema/connection.h"

namespace polysweep {

TrialUse use_of_trial(const Database& database, const TrialId& id) {
  Statement row = database.connection().prepare(
      "SELECT t.state, EXISTS (SELECT 1 FROM sweep_trial x "
      "JOIN planning n ON n.revision_id = x.revision_id "
      "JOIN sweep s ON s.planning_id = n.planning_id WHERE x.trial_id = t.trial_id) "
      "FROM trial t WHERE t.trial = ?");
  const std::string hex = id.hex();
  if (!row.with(hex).step()) return {};
  return {true, row.integer(1) != 0, static_cast<TrialState>(row.integer(0))};
}

}  // namespace polysweep
