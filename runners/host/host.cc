#include "runners/host/host.h"

#include <unistd.h>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "runners/host/host_loop.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

std::vector<int> cpus_of(const std::vector<Slot>& slots) {
  std::vector<int> result;
  for (const Slot& slot : slots) result.insert(result.end(), slot.cpus.begin(), slot.cpus.end());
  return result;
}

}  // namespace

Host::Host(FileSystem& files, HostOptions options) : files_(files), options_(std::move(options)) {
  check(!options_.slots.empty(), "a host has slots");
  check(options_.store.is_absolute(),
        "a store is an absolute path, since workers may change folder");
  const std::string program = options_.worker.program.string();
  if (access(program.c_str(), X_OK) != 0) {
    fail(
        "worker program {} not found, or not executable: build the target polysweep-worker, or "
        "give another one "
        "with --worker PROGRAM",
        program);
  }
  journal_ = std::make_unique<JournalWriter>(files, journal_folder(options_.store, options_.name));
  HostStarted started;
  started.host = options_.name;
  started.epoch = journal_->epoch();
  started.time_us = system_clock().wall_us();
  started.pid = getpid();
  journal_->append(started);
  journal_->sync();
  LeaseFacts facts;
  facts.host = options_.name;
  facts.epoch = journal_->epoch();
  facts.sweep = options_.sweep;
  facts.lease_s = options_.lease_s;
  facts.cpus = cpus_of(options_.slots);
  lease_ =
      std::make_unique<HostLease>(files_, journal_folder(options_.store, options_.name), facts);
}

Host::~Host() = default;

JournalWriter& Host::journal() { return *journal_; }

WriterEpoch Host::epoch() const { return journal_->epoch(); }

HostResult Host::run(WorkSource& work, const TrialAt& trial_at, const RunSize& size,
                     ProgressSink& sink, StopFlag& stop) {
  check(!has_run_, "a host runs once");
  has_run_ = true;
  HostResult result;
  {
    StopFile stop_file(files_, journal_folder(options_.store, options_.name), journal_->epoch());
    HostLoop loop({options_, *journal_, *lease_, stop_file, sink, stop}, work, trial_at, size);
    result = loop.run();
  }
  // The journal is complete: from here on, others may run what we have not settled.
  lease_->end();
  return result;
}

HostResult Host::run(std::vector<TrialToRun> trials, const TrialAt& trial_at, const RunSize& size,
                     ProgressSink& sink, StopFlag& stop) {
  ListedWork work(std::move(trials));
  return run(work, trial_at, size, sink, stop);
}

}  // namespace polysweep
