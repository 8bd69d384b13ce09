#include "runners/store/plan_journal.h"

#include <algorithm>

#include "framework/core/clock.h"
#include "framework/core/digest.h"

namespace polysweep {

void write_plan(JournalWriter& journal, const Plan& plan,
                const std::map<std::string, std::string>& data_digests) {
  SweepPlanned planned;
  planned.sweep = plan.sweep().name;
  planned.revision = plan.revision();
  planned.description = describe(plan, data_digests);
  planned.trial_count = plan.size();
  planned.time_us = system_clock().wall_us();
  journal.append(planned);
  for (std::size_t first = 0; first < plan.size(); first += kPlannedRows) {
    TrialsPlanned chunk;
    chunk.sweep = planned.sweep;
    chunk.revision = planned.revision;
    chunk.first = first;
    const std::size_t end = std::min(first + kPlannedRows, plan.size());
    for (std::size_t i = first; i < end; ++i) {
      chunk.rows.push_back({identity_text(plan.trial(i)), plan.cell(i)});
    }
    journal.append(chunk);
    journal.flush();  // a plan may be large; only all of it is acknowledged
  }
  journal.sync();
}

void write_trials(JournalWriter& journal, const std::string& label, std::span<const Trial> trials) {
  std::string ids;
  for (const Trial& trial : trials) ids += trial.id.hex();
  TrialsPlanned chunk;
  chunk.sweep = label;
  chunk.revision = sha256_hex(ids);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (chunk.rows.size() == kPlannedRows) {
      journal.append(chunk);
      chunk.first = i;
      chunk.rows.clear();
    }
    chunk.rows.push_back({identity_text(trials[i]), 0});
  }
  journal.append(chunk);
  journal.sync();
}

}  // namespace polysweep
