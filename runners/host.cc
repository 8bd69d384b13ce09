#include "runners/host.h"

#include <unistd.h>

#include "framework/clock.h"
#include "framework/error.h"
#include "runners/host_run.h"

namespace polysweep {

Host::Host(FileSystem& files, HostOptions options) : options_(std::move(options)) {
  check(!options_.slots.empty(), "a host has slots");
  const std::string program = options_.worker.program.string();
  if (access(program.c_str(), X_OK) != 0) {
    fail(
        "there is no worker program at {}: build the target polysweep-worker, or name another "
        "with --worker PROGRAM",
        program);
  }
  journal_ = std::make_unique<JournalWriter>(files, options_.store / "journal" / options_.name);
  HostStarted started;
  started.host = options_.name;
  started.epoch = journal_->epoch();
  started.time_us = system_clock().wall_us();
  started.pid = getpid();
  journal_->append(started);
  journal_->sync();
}

Host::~Host() = default;

JournalWriter& Host::journal() { return *journal_; }

HostResult Host::run(std::vector<TrialToRun> trials, const TrialAt& trial_at, const RunSize& size,
                     ProgressSink& sink, StopFlag& stop) {
  HostRun run(options_, *journal_, std::move(trials), trial_at, size, sink, stop);
  return run.run();
}

std::filesystem::path trial_folder(const std::filesystem::path& store, const TrialId& id) {
  const std::string hex = id.hex();
  return store / "trials" / hex.substr(0, 2) / hex;
}

}  // namespace polysweep
