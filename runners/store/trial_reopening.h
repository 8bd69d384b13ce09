// Reopens trials that are settled, so that the next run tries them again.
//
// For each trial, a journal gets one more attempt that ended before it started:
// stopped, and not final. A trial's state is that of its last attempt, so the
// trial is pending again and the next run takes it up, from its checkpoint if it
// has one. The records of earlier attempts stay as they are, and journal readers
// need to know nothing about it. If a record is written twice or cut off by a
// crash, the trial can simply be reopened again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "framework/core/file_system.h"
#include "framework/journal/event.h"
#include "framework/sweep/trial.h"

namespace polysweep {

struct FailedTrial {
  TrialId id;
  std::uint32_t attempts = 0;  // the number of its last attempt, which settled it
};

inline constexpr std::string_view kReopenedMessage = "reopened by `polysweep retry`";

// The event that reopens the trial, with a message that says why.
AttemptFinished reopening(const FailedTrial& trial, std::string_view message);

// Durable when it returns. The caller holds the store's lock (run_lock.h) and has
// read the journals since: nobody runs a settled trial, so nobody else uses these
// attempt numbers. Throws Error if the journal cannot be written.
void reopen_trials(FileSystem& files, const std::filesystem::path& store,
                   std::span<const FailedTrial> trials);

}  // namespace polysweep
