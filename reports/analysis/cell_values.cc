#include "reports/analysis/cell_values.h"

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "reports/analysis/titles.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

MissingValue missing_value(const TrialResult& trial, std::size_t index, const std::string& metric) {
  MissingValue missing;
  missing.trial = index;
  missing.replicate = trial.replicate;
  missing.reason = std::string(state_name(trial.state));
  missing.selective = is_settled(trial.state);
  if (trial.state == TrialState::kDone) {
    const bool reported = trial.final_metrics.count(metric) != 0;
    missing.reason = "done, but " + shortened(metric, 60) +
                     (reported ? " is not a finite number" : " was not reported");
  } else if (trial.state == TrialState::kFailed && !trial.outcome.empty()) {
    missing.reason += ": " + trial.outcome;
  }
  return missing;
}

CellValues values_of(const SweepResults& results, const CellResult& cell,
                     const std::string& metric) {
  CellValues found;
  found.values.reserve(cell.trials.size());
  for (const std::size_t index : cell.trials) {
    check(index < results.trials.size(), "a cell's trials are the sweep's");
    const TrialResult& trial = results.trials[index];
    const auto value = trial.final_metrics.find(metric);
    const bool counts = trial.state == TrialState::kDone && value != trial.final_metrics.end() &&
                        std::isfinite(value->second);
    if (counts) {
      found.values.push_back({index, trial.replicate, value->second});
    } else {
      found.missing.push_back(missing_value(trial, index, metric));
    }
  }
  check(found.planned() == cell.trials.size(), "every planned trial has a value or a reason");
  return found;
}

}  // namespace

std::vector<double> CellValues::numbers() const {
  std::vector<double> list;
  list.reserve(values.size());
  for (const auto& measured : values) list.push_back(measured.value);
  return list;
}

const Measured* CellValues::find(const std::string& replicate) const {
  for (const auto& measured : values) {
    if (measured.replicate == replicate) return &measured;
  }
  return nullptr;
}

std::size_t CellValues::selective_missing() const {
  return static_cast<std::size_t>(std::count_if(
      missing.begin(), missing.end(), [](const MissingValue& each) { return each.selective; }));
}

const std::vector<CellValues>& CellValueTable::of(const std::string& metric) const {
  const auto [entry, is_new] = by_metric_.try_emplace(metric);
  if (is_new) {
    entry->second.reserve(results_->cells.size());
    for (const CellResult& cell : results_->cells) {
      entry->second.push_back(values_of(*results_, cell, metric));
    }
  }
  check(entry->second.size() == results_->cells.size(), "the results did not change meanwhile");
  return entry->second;
}

std::string missing_text(const SweepResults& results, const std::vector<MissingValue>& missing) {
  std::string text;
  for (const auto& each : missing) {
    append_item(text, replicate_text(results, each.trial) + " " + each.reason, "; ");
  }
  return text;
}

}  // namespace polysweep
