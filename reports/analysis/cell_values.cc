#include "reports/analysis/cell_values.h"

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "reports/analysis/escaping.h"

namespace polysweep {
namespace {

Hole hole_of(const TrialResult& trial, const std::string& metric) {
  Hole hole;
  hole.replicate = trial.replicate;
  hole.reason = std::string(state_name(trial.state));
  if (trial.state == TrialState::kDone) {
    const bool reported = trial.final_metrics.count(metric) != 0;
    hole.reason = "done, but " + shortened(metric, 60) +
                  (reported ? " is not a finite number" : " was not reported");
    hole.selective = true;
  } else if (trial.state == TrialState::kFailed) {
    if (!trial.outcome.empty()) hole.reason += ": " + trial.outcome;
    hole.selective = true;
  } else if (trial.state == TrialState::kDiverged) {
    hole.selective = true;
  }
  return hole;
}

}  // namespace

std::vector<double> CellValues::numbers() const {
  std::vector<double> list;
  for (const auto& measured : values) list.push_back(measured.value);
  return list;
}

const Measured* CellValues::find(const std::string& replicate) const {
  for (const auto& measured : values) {
    if (measured.replicate == replicate) return &measured;
  }
  return nullptr;
}

std::size_t CellValues::selective_holes() const {
  return static_cast<std::size_t>(
      std::count_if(holes.begin(), holes.end(), [](const Hole& hole) { return hole.selective; }));
}

CellValues cell_values(const SweepResults& results, std::size_t cell, const std::string& metric) {
  check(cell < results.cells.size(), "the cell is one of the sweep's");
  CellValues found;
  for (std::size_t index : results.cells[cell].trials) {
    check(index < results.trials.size(), "a cell's trials are the sweep's");
    const TrialResult& trial = results.trials[index];
    const auto value = trial.final_metrics.find(metric);
    const bool counts = trial.state == TrialState::kDone && value != trial.final_metrics.end() &&
                        std::isfinite(value->second);
    if (counts) {
      found.values.push_back({index, trial.replicate, value->second});
    } else {
      Hole hole = hole_of(trial, metric);
      hole.trial = index;
      found.holes.push_back(std::move(hole));
    }
  }
  return found;
}

std::string replicate_noun(const SweepResults& results) {
  return results.replicate.empty() ? "trial" : shortened(results.replicate, 60);
}

std::string replicate_text(const SweepResults& results, std::size_t trial) {
  const TrialResult& source = results.trials[trial];
  if (source.replicate.empty()) return "trial " + source.id.brief();
  return replicate_noun(results) + " " + shortened(source.replicate, 60);
}

std::string holes_text(const SweepResults& results, const std::vector<Hole>& holes) {
  std::string text;
  for (const auto& hole : holes) {
    if (!text.empty()) text += "; ";
    text += replicate_text(results, hole.trial) + " " + hole.reason;
  }
  return text;
}

MetricInfo metric_info(const SweepResults& results, const std::string& name) {
  if (results.primary.name == name) return results.primary;
  for (const auto& list : {results.secondary, results.metrics}) {
    for (const auto& metric : list) {
      if (metric.name == name) return metric;
    }
  }
  MetricInfo unknown;
  unknown.name = name;
  return unknown;
}

std::string step_title(const MetricInfo& metric) {
  return metric.step == kDefaultClock ? "step" : shortened(metric.step, 30);
}

std::string metric_title(const MetricInfo& metric) {
  const std::string name = shortened(metric.name, 60);
  return metric.unit.empty() ? name : name + " (" + shortened(metric.unit, 30) + ")";
}

}  // namespace polysweep
