#include "runners/store/trial_reopening.h"

#include <unistd.h>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/journal/journal_writer.h"
#include "runners/store/host_name.h"
#include "runners/store/store_layout.h"

namespace polysweep {

AttemptFinished reopening(const FailedTrial& trial, std::string_view message) {
  check(trial.attempts > 0, "a trial that failed has an attempt");
  AttemptFinished reopened;
  reopened.trial = trial.id;
  reopened.attempt = trial.attempts + 1;
  reopened.outcome = Outcome::kStopped;
  reopened.message = message;
  reopened.time_us = system_clock().wall_us();
  return reopened;
}

void reopen_trials(FileSystem& files, const std::filesystem::path& store,
                   std::span<const FailedTrial> trials) {
  const std::string name = free_host_name(files, store, machine_name());
  JournalWriter journal(files, journal_folder(store, name));
  HostStarted started;
  started.host = name;
  started.epoch = journal.epoch();
  started.time_us = system_clock().wall_us();
  started.pid = getpid();
  journal.append(started);
  for (const FailedTrial& trial : trials) journal.append(reopening(trial, kReopenedMessage));
  HostStopped stopped;
  stopped.reason = "finished";
  stopped.time_us = system_clock().wall_us();
  journal.append(stopped);
  journal.sync();
}

}  // namespace polysweep
