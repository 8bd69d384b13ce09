// Writes a plan into a journal: SweepPlanned, then TrialsPlanned in chunks.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "framework/journal/journal_writer.h"
#include "framework/sweep/plan/plan.h"

namespace polysweep {

inline constexpr std::size_t kPlannedRows = 512;  // at most, in one record

// Appends and syncs. To be called once per revision of a plan.
void write_plan(JournalWriter& journal, const Plan& plan,
                const std::map<std::string, std::string>& data_digests);

// What each of these trials is, without a sweep that was planned: for trials
// that are run by their own names. Appends and syncs. `label` stands where a
// sweep's name would.
void write_trials(JournalWriter& journal, const std::string& label, std::span<const Trial> trials);

}  // namespace polysweep
