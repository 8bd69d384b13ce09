#include "runners/store/reopen.h"

#include <unistd.h>

#include "framework/core/clock.h"
#include "framework/journal/journal_writer.h"
#include "runners/host/host.h"
#include "runners/store/host_lease.h"

namespace polysweep {

void reopen(FileSystem& files, const std::filesystem::path& store,
            std::span<const FailedTrial> trials) {
  const std::string name = free_host_name(files, store, machine_name());
  JournalWriter journal(files, store / "journal" / name);
  HostStarted started;
  started.host = name;
  started.epoch = journal.epoch();
  started.time_us = system_clock().wall_us();
  started.pid = getpid();
  journal.append(started);
  for (const FailedTrial& trial : trials) {
    AttemptFinished reopened;
    reopened.trial = trial.id;
    reopened.attempt = trial.attempts + 1;
    reopened.outcome = Outcome::kStopped;
    reopened.message = kReopenedMessage;
    reopened.time_us = system_clock().wall_us();
    journal.append(reopened);
  }
  HostStopped stopped;
  stopped.reason = "finished";
  stopped.time_us = system_clock().wall_us();
  journal.append(stopped);
  journal.sync();
}

}  // namespace polysweep
