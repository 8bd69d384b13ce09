// Writes a plan into a journal: SweepPlanned, then CellsPlanned and TrialsPlanned
// in pieces.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "framework/core/file_system.h"
#include "framework/journal/journal_writer.h"
#include "framework/sweep/plan/plan.h"

namespace polysweep {

// In one record: rows at most, and bytes before packing after which it is closed.
inline constexpr std::size_t kPlannedRows = 512;
inline constexpr std::size_t kPlannedBytes = 1024 * 1024;

// Appends and syncs. `description` is that of `plan` (plan_description.h), as
// JSON. Call it once per revision of a plan.
void write_plan(JournalWriter& journal, const Plan& plan, const std::string& description);

// The same without a run, in a journal of this machine that nobody writes. Hold the
// store's lock (run_lock.h).
void record_plan(FileSystem& files, const std::filesystem::path& store, const Plan& plan,
                 const std::string& description);

// Describes trials that are run individually, without a planned sweep. Appends and
// syncs. `label` takes the place of a sweep's name.
void write_trials(JournalWriter& journal, const std::string& label, std::span<const Trial> trials);

}  // namespace polysweep
