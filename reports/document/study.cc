#include "reports/document/study.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "reports/analysis/cell_choice.h"
#include "reports/analysis/escaping.h"
#include "reports/analysis/number_text.h"

namespace polysweep {

namespace {

std::vector<std::size_t> family_of(const SweepResults& results, const ReportOptions& options,
                                   const Arms& arms) {
  std::vector<std::size_t> family;
  for (const auto& words : options.family) {
    const auto cells = find_cells(results, arms, words);
    family.insert(family.end(), cells.begin(), cells.end());
  }
  const bool any = std::any_of(family.begin(), family.end(),
                               [&](std::size_t cell) { return results.cells[cell].baseline >= 0; });
  if (!options.family.empty() && !any) {
    fail("no cell of the family has a baseline to be compared with");
  }
  return family;
}

}  // namespace

Study::Study(const SweepResults& sweep, const ReportOptions& chosen)
    : results(sweep),
      options(chosen),
      bootstrap(chosen.bootstrap_seed, chosen.bootstrap_samples),
      arms(arms_of(sweep)),
      noun(replicate_noun(sweep)),
      percent(fmt::format("{:g}%", chosen.confidence * 100)),
      unit(shortened(sweep.primary.unit, 30)) {
  for (std::size_t i = 0; i < sweep.cells.size(); ++i) {
    values.push_back(cell_values(sweep, i, sweep.primary.name));
  }
  comparison = compare(
      sweep, sweep.primary,
      {chosen.confidence, chosen.alpha, chosen.power, family_of(sweep, chosen, arms)}, bootstrap);
  audit_items = audit(sweep, arms);
}

std::size_t Study::count(TrialState state) const {
  return static_cast<std::size_t>(
      std::count_if(results.trials.begin(), results.trials.end(),
                    [&](const TrialResult& trial) { return trial.state == state; }));
}

TableCell Study::cell_field(std::size_t cell) const {
  TableCell field(arms.cells[cell].label);
  if (results.cells[cell].is_baseline) field.text += " (baseline)";
  field.arm = arms.cells[cell].style;
  return field;
}

TableCell Study::count_field(std::size_t have, std::size_t planned) const {
  if (have == planned) return {std::to_string(have), static_cast<double>(have)};
  TableCell field(fmt::format("{} of {}", have, planned), Tone::kHole);
  field.number = static_cast<double>(have);
  return field;
}

std::string goal_text(const MetricInfo& metric) {
  return metric.goal == Goal::kMaximize ? "higher is better" : "lower is better";
}

TableCell number_field(std::optional<double> value, double uncertainty) {
  if (!value) return {"-", Tone::kMuted};
  return {rounded_text(*value, uncertainty), *value};
}

TableCell interval_field(const std::optional<Interval>& interval) {
  if (!interval) return {"-", Tone::kMuted};
  return {interval_text(*interval)};
}

double half_width(const std::optional<Interval>& interval) {
  return interval ? (interval->high - interval->low) / 2 : 0;
}

}  // namespace polysweep
