// The metrics files of a trial, one per attempt, and what they contain together.
//
// What a program has written to its metrics file survives its process: the file is
// read again when a later attempt resumes from a checkpoint, and stays in the
// trial's folder until the trial is settled.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "runners/command/trial_report.h"

namespace polysweep {

// Visits the lines that attempts before `attempt` reported up to the checkpoint after
// `step`, in order: those of the last attempt that got that far, before them those of
// the attempt that it resumed from, and so on; each with the step beyond which the
// lines of its attempt do not count. False, without any visit, if no report got that
// far.
bool read_history(const std::filesystem::path& trial_folder, std::uint32_t attempt,
                  std::int64_t step, const HistoryVisitor& visit);

// Removes the reports of all attempts up to `attempt`, except those named in `kept`
// (file names).
void remove_reports(const std::filesystem::path& trial_folder, std::uint32_t attempt,
                    const std::set<std::string>& kept);

}  // namespace polysweep
