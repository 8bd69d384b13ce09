#include "results/read/host_stops.h"

#include "results/read/last_planning.h"
#include "results/schema/connection.h"

namespace polysweep {

std::vector<HostStop> host_stops(const Database& database, const std::string& sweep) {
  Connection& connection = database.connection();
  const LastPlanning planning = last_planning(connection, sweep);
  Statement rows = connection.prepare(
      "SELECT j.host, j.stopped_us, j.stop_reason FROM journal j WHERE NOT j.live "
      "AND j.stop_reason NOT IN ('finished', 'interrupted') AND EXISTS (SELECT 1 FROM "
      "sweep_trial x CROSS JOIN attempt a ON a.trial_id = x.trial_id WHERE x.revision_id = ? "
      "AND a.journal_id = j.journal_id AND a.epoch = j.epoch) ORDER BY j.stopped_us, j.host");
  std::vector<HostStop> out;
  rows.with(planning.revision_id);
  while (rows.step()) out.push_back({rows.string(0), rows.integer(1), rows.string(2)});
  return out;
}

}  // namespace polysweep
