// Makes trials that failed for good be run again.
//
// The journal gets an attempt of its own for each, one number beyond those that
// there were, which ended before it began: stopped, and not final. A trial's
// state is that of its last attempt, so it is missing from then on and the next
// run takes it up, from its checkpoint if there is one. What the attempts before
// it recorded stays as it was, and so does every reader of journals. A record
// that is written twice, or cut off by a crash, changes nothing that cannot be
// asked for again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "framework/core/file_system.h"
#include "framework/sweep/trial.h"

namespace polysweep {

struct FailedTrial {
  TrialId id;
  std::uint32_t attempts = 0;  // the highest number so far, which settled it
};

inline constexpr std::string_view kReopenedMessage = "to be run again, as `polysweep retry` asked";

// Durable when it returns. To be called behind the store's door (run_lock.h),
// with what the journals say then: nobody runs a trial that has failed, so
// nobody else uses these numbers. Throws Error where the journal cannot be written.
void reopen(FileSystem& files, const std::filesystem::path& store,
            std::span<const FailedTrial> trials);

}  // namespace polysweep
