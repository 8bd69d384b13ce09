// The file that a program writes its report into, one an attempt: followed while
// it grows, and read again when a later attempt goes on from a checkpoint.
//
// What was written into it is there whoever dies after that: it is the program's
// own journal, and belongs to the trial's folder until the trial is settled.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "runners/command/trial_report.h"

namespace polysweep {

// Gives what attempts before `attempt` said on their way to the checkpoint taken
// after `step`, in its order: the lines of the last attempt that came so far, and
// before them those of the one that it went on from, and so on. With each the
// step beyond which its lines lead elsewhere. False, with nothing given, where no
// report reaches so far.
bool read_history(const std::filesystem::path& trial_folder, std::uint32_t attempt,
                  std::int64_t step, const HistoryVisitor& visit);

// Removes the reports of all attempts up to `attempt`.
void remove_reports(const std::filesystem::path& trial_folder, std::uint32_t attempt);

}  // namespace polysweep
