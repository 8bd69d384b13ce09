// Writes a plan into a journal: SweepPlanned, then TrialsPlanned in chunks.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "framework/journal/journal_writer.h"
#include "framework/sweep/plan/plan.h"

namespace polysweep {

inline constexpr std::size_t kPlannedRows = 512;  // per record, at most

// Appends and syncs. Call it once per revision of a plan.
void write_plan(JournalWriter& journal, const Plan& plan,
                const std::map<std::string, std::string>& data_digests);

// Describes trials that are run individually, without a planned sweep. Appends and
// syncs. `label` takes the place of a sweep's name.
void write_trials(JournalWriter& journal, const std::string& label, std::span<const Trial> trials);

}  // namespace polysweep
