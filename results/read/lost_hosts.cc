#include "results/read/lost_hosts.h"

#include "results/schema/connection.h"

namespace polysweep {

std::vector<HostStart> unstopped_hosts(const Database& database) {
  Statement rows =
      database.connection().prepare("SELECT host, epoch FROM journal WHERE live ORDER BY host");
  std::vector<HostStart> out;
  while (rows.step()) out.push_back({rows.string(0), static_cast<std::uint64_t>(rows.integer(1))});
  return out;
}

void mark_lost_hosts(Database& database, const std::vector<HostStart>& lost) {
  // The partial index attempt_unfinished has the attempts of a host that have no end.
  Statement rows = database.connection().prepare(
      "SELECT t.trial_id FROM journal j JOIN attempt a ON a.journal_id = j.journal_id "
      "AND a.outcome IS NULL JOIN trial t ON t.trial_id = a.trial_id AND t.attempt = a.attempt "
      "AND t.journal_id = a.journal_id WHERE j.host = ? AND j.epoch = ? AND t.state = ?");
  std::set<std::int64_t> trials;
  for (const HostStart& each : lost) {
    rows.with(each.host, each.epoch, static_cast<int>(TrialState::kRunning));
    while (rows.step()) trials.insert(rows.integer(0));
  }
  database.set_lost_trials(std::move(trials));
}

}  // namespace polysweep
