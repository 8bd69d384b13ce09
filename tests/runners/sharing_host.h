// What a host is to others that share a store with it: a journal, a lease, and
// its view of the work. Its deaths are made by hand.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framework/journal/journal_writer.h"
#include "runners/sharing/shared_work.h"
#include "runners/store/host_lease.h"

namespace polysweep {

class SharingHost {
 public:
  // Shares trials 0 ... `count` - 1 of the store.
  SharingHost(const std::filesystem::path& store, const std::string& name, int count,
              double lease_s = 1000)
      : journal_(std::make_unique<JournalWriter>(system_files(), store / "journal" / name)) {
    LeaseFacts facts;
    facts.host = name;
    facts.epoch = journal_->epoch();
    facts.lease_s = lease_s;
    lease_ = std::make_unique<HostLease>(system_files(), store / "journal" / name, facts);
    SharedWorkOptions options;
    options.store = store;
    options.host = name;
    options.epoch = journal_->epoch();
    options.look_s = 0;
    std::vector<TrialToRun> trials;
    for (int i = 0; i < count; ++i) {
      TrialToRun trial;
      trial.index = static_cast<std::size_t>(i);
      trial.id = id(i);
      trials.push_back(trial);
    }
    work_ = std::make_unique<SharedWork>(system_files(), options, std::move(trials));
  }

  static TrialId id(int number) {
    TrialId result;
    result.bytes[3] = static_cast<std::uint8_t>(number >> 8);
    result.bytes[7] = static_cast<std::uint8_t>(number);
    return result;
  }

  SharedWork& work() { return *work_; }
  HostLease& lease() { return *lease_; }

  std::vector<TrialToRun> take(std::size_t count) { return work_->take(count, count); }

  void start(int number, std::uint32_t attempt) {
    AttemptStarted event;
    event.trial = id(number);
    event.attempt = attempt;
    journal_->append(event);
    journal_->sync();
  }
  void finish(int number, std::uint32_t attempt, Outcome outcome, bool final) {
    AttemptFinished event;
    event.trial = id(number);
    event.attempt = attempt;
    event.outcome = outcome;
    event.final = final;
    journal_->append(event);
    journal_->sync();
  }

  // Its process is gone; nothing was said.
  void die() { journal_.reset(); }
  void end() {
    lease_->end();
    work_.reset();
    journal_.reset();
  }

 private:
  std::unique_ptr<JournalWriter> journal_;
  std::unique_ptr<HostLease> lease_;
  std::unique_ptr<SharedWork> work_;
};

}  // namespace polysweep
