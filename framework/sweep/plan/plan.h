// All trials of a sweep, as one immutable table made before anything runs.
//
// Compact: a trial is kept as its level indexes and its id (10^6 trials fit in
// well under 1 GB) and made whole on demand. Order: factors vary as in the file,
// the last fastest; the replicate varies slowest, so that every cell has its
// first seed before any has its second. A trial that two combinations give
// (a factor that does not apply there) is in the plan once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/sweep/data_files.h"
#include "framework/sweep/plan/cell.h"
#include "framework/sweep/sweep.h"
#include "framework/sweep/trial.h"

namespace polysweep {

// Combinations that were left out.
struct Exclusion {
  std::string reason;  // 'exclude encoding="none" dimension=128', ...
  std::uint64_t count = 0;
};

class Plan {
 public:
  // Throws Error where the sweep is empty or has more than 2^31 combinations, a
  // baseline names no cell, conditions form a circle, something fixed or
  // a factor applies to no trial (of a file without overrides), or data files
  // are missing or altered.
  Plan(Sweep sweep, DataFolder& data);

  const Sweep& sweep() const { return sweep_; }
  std::size_t size() const { return ids_.size(); }
  const TrialId& id(std::size_t index) const { return ids_[index]; }
  std::uint32_t cell(std::size_t index) const { return cell_of_[index]; }
  Trial trial(std::size_t index) const;
  // Which level of `factor` trial `index` has: an index into Factor::levels,
  // kAbsent where the factor does not apply.
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
  std::size_t level(std::size_t index, std::string_view factor) const;
  const std::vector<Cell>& cells() const { return cells_; }
  const std::vector<Exclusion>& exclusions() const { return exclusions_; }
  // SHA-256 (hex) over ids and cells in order.
  const std::string& revision() const { return revision_; }

 private:
  void make_cells();

  Sweep sweep_;
  std::vector<TrialId> ids_;
  std::vector<std::uint32_t> cell_of_;
  std::vector<std::uint16_t> levels_;          // size() x factors; 0: absent, else level + 1
  std::vector<std::string> data_digests_;      // the distinct ones
  std::vector<std::uint16_t> data_digest_of_;  // per trial
  std::vector<Cell> cells_;
  std::vector<Exclusion> exclusions_;
  std::string revision_;
};

// The JSON object that the journal keeps of a plan (event SweepPlanned), enough
// for database and report without the file:
// {"sweep", "experiment", "version", "doc", "clock", "file", "text", "overrides":[],
//  "fixed":{}, "defaults":{what trials have without the file giving it}, "replicate",
//  "factors":[{"name","levels":[],"unit","doc","role"}],
//  "roles":{parameter: its role, of all that have one}, "baseline":{},
//  "primary":{"name","goal","unit","doc","step","role"}, "secondary":[...],
//  "metrics":[...], "data":{path: digest},
//  "cells":[{"levels":{},"baseline":int,"is_baseline":bool}],
//  "exclusions":[{"reason","count"}]}
std::string describe(const Plan& plan, const std::map<std::string, std::string>& data_digests);

}  // namespace polysweep
