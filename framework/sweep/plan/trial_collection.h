// The trials that the combinations of a sweep give, before they are sorted into
// cells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/sweep/data_files.h"
#include "framework/sweep/plan/expansion.h"
#include "framework/sweep/plan/plan_description.h"
#include "framework/sweep/sweep.h"
#include "framework/sweep/trial.h"

namespace polysweep {

// A plan has no more trials than this.
inline constexpr std::uint64_t kMaxTrials = 10'000'000;
// No trial's identity text is longer, in bytes: a journal record and a worker's
// message hold it with room to spare.
inline constexpr std::size_t kMaxIdentityBytes = 1024 * 1024;

struct TrialCollection {
  std::vector<TrialId> ids;
  std::vector<std::uint16_t> levels;          // per trial and factor: 0: absent, else level + 1
  std::string code_digest;                    // of all trials
  std::vector<std::string> data_digests;      // the distinct ones
  std::vector<std::uint16_t> data_digest_of;  // per trial: index into data_digests
  std::vector<Exclusion> exclusions;          // those that leave something out
};

// In the order of plan.h. Throws Error where the sweep is empty, has more than
// kMaxTrials trials or too long an identity text, where something fixed or a
// factor applies to no trial, or where data files are missing or altered.
TrialCollection collect_trials(const Sweep& sweep, const Expansion& expansion, DataFolder& data);

}  // namespace polysweep
