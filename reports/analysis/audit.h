// Whether the comparison is fair: what all cells share, and what they do not.
//
// A fact that differs between trials is confounded where the cells (by name, as in
// cell_labels.h, whatever their context) do not all see it alike: then a difference of
// the metric may come from it. Which parameters and metrics set the data, the budget and
// the size is declared by their roles (framework/sweep/role.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/analysis/cell_labels.h"
#include "results/read/sweep_results.h"

namespace polysweep {

enum class AuditState : std::uint8_t { kSame, kDiffers, kConfounded, kUnknown };
std::string audit_state_name(AuditState state);  // "same", "differs", ...

struct AuditItem {
  std::string topic;  // "data", "budget", "hardware", ...
  AuditState state = AuditState::kUnknown;
  std::string finding;  // one sentence, with the values
};

// In the order: code, files, data, budget, seeds, missing values, build, hardware, threads,
// attempts, size. Linear in trials.
std::vector<AuditItem> audit(const SweepResults& results, const CellLabels& labels);

}  // namespace polysweep
