// All trials of a sweep, as one immutable table made before anything runs.
//
// A trial is kept as its id, its cell and its replicate, a cell as its level
// indexes; everything else is made on demand (10^6 trials take some 40 MB).
// Order: factors vary as in the file, the last fastest; the replicate varies
// slowest, so that every cell has its first seed before any has its second. A
// trial that two combinations give (a factor does not apply there) is in the
// plan once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/data_files.h"
#include "framework/sweep/plan/cell.h"
#include "framework/sweep/plan/expansion.h"
#include "framework/sweep/plan/plan_description.h"
#include "framework/sweep/sweep.h"
#include "framework/sweep/trial.h"

namespace polysweep {

class Plan {
 public:
  // Throws Error where the sweep is empty or has more than kMaxTrials trials
  // (trial_collection.h), a baseline names no cell, conditions form a circle,
  // something fixed or a factor applies to no trial (of a file without
  // overrides), or data files are missing or altered.
  Plan(Sweep sweep, DataFolder& data);

  const Sweep& sweep() const { return sweep_; }
  const std::vector<Exclusion>& exclusions() const { return exclusions_; }
  // SHA-256 (hex) over the ids, the cells and what each cell is compared with.
  const std::string& revision() const { return revision_; }

  // Of the code of all trials: Trial::code_digest.
  const std::string& code_digest() const { return code_digest_; }

  // Trials, by position.
  std::size_t size() const { return ids_.size(); }
  const TrialId& id(std::size_t index) const { return ids_[index]; }
  std::uint32_t cell_of(std::size_t index) const { return cell_of_[index]; }
  Trial trial(std::size_t index) const;
  // identity_text(trial(index)).
  std::string identity(std::size_t index) const;
  // Whether that is the identity of before a parameter was added or renamed
  // (parameter_history.h).
  bool is_taken_over(std::size_t index) const;
  // Which level of `factor` the trial has: an index into Factor::levels,
  // kAbsent where the factor does not apply.
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
  std::size_t level(std::size_t index, std::string_view factor) const;

  // False where some cell has no level of the factor, which is not the replicate.
  bool in_every_cell(std::string_view factor) const;

  std::size_t cell_count() const { return baseline_of_.size(); }
  Cell cell(std::size_t index) const;
  // cell(index).baseline >= 0, without making the cell.
  bool has_baseline(std::size_t index) const {
    return baseline_of_[index] >= 0 && static_cast<std::size_t>(baseline_of_[index]) != index;
  }

 private:
  void make_cells(const std::vector<std::uint16_t>& levels);
  void pair_cells();
  void check_family() const;
  std::string digest() const;
  // Per factor, as Expansion::combination() takes them.
  std::vector<std::uint16_t> levels_of(std::size_t index) const;
  const std::string& data_digest(std::size_t index) const;

  Sweep sweep_;
  Expansion expansion_;
  std::vector<Exclusion> exclusions_;
  std::string code_digest_;
  std::vector<std::string> data_digests_;  // the distinct ones

  // Per trial.
  std::vector<TrialId> ids_;
  std::vector<std::uint32_t> cell_of_;
  std::vector<std::uint16_t> replicate_level_;  // 0: absent, else level + 1
  std::vector<std::uint16_t> data_digest_of_;   // index into data_digests_

  // Per cell.
  std::vector<std::uint16_t> cell_levels_;  // per factor: 0: absent, else level + 1
  std::vector<std::int32_t> baseline_of_;   // pairing.h
  std::string revision_;
};

// `data_digests`: those of the files that were read for the plan, by path.
PlanDescription describe(const Plan& plan, const std::map<std::string, std::string>& data_digests);

}  // namespace polysweep
