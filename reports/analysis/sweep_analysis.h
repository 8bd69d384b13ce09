// The analyses of one sweep: each result is computed once, when it is first asked for.
//
// Shared by the sections of a report and by the commands that print one of them.
// Not thread-safe. Results and options must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/audit.h"
#include "reports/analysis/cell_labels.h"
#include "reports/analysis/cell_values.h"
#include "reports/analysis/comparison.h"
#include "reports/analysis/family_tests.h"
#include "reports/analysis/one_factor.h"
#include "reports/analysis/search_space.h"
#include "reports/analysis/statistics.h"

namespace polysweep {

struct AnalysisOptions {
  // None: 0.95, or 1 - alpha where alpha is larger.
  std::optional<double> confidence;
  double power = 0.8;
  // Instead of what the sweep declares (framework/sweep/comparison_rule.h).
  std::optional<ComparisonTest> test;
  std::optional<double> alpha;
  std::optional<double> smallest_difference;
  std::uint64_t bootstrap_seed = 1;
  int bootstrap_samples = 10000;
  // The curve that convergence is measured on; "": see converge().
  std::string convergence_metric;
  // The cell from which one factor is changed, as find_cells() reads it; "": the
  // best complete one.
  std::string reference;
  // The family: cells as find_cells() reads them; empty: as the sweep declares. A report
  // says at the top that it was narrowed.
  std::vector<std::string> family;
};

// Throws Error for a confidence, alpha or power that is not between 0 and 1, and for a
// smallest difference that is not positive and finite.
void check_options(const AnalysisOptions& options);

// The rule of a sweep, with what the options change.
ComparisonRule rule_of(const SweepResults& results, const AnalysisOptions& options);
// For a comparison of the primary metric over all cells.
ComparisonOptions comparison_options(const ComparisonRule& rule, const AnalysisOptions& options);

// The cells that differ in one factor from a reference: AnalysisOptions::reference
// (chosen), else the best complete cell.
struct Ablation {
  std::size_t reference = 0;
  bool chosen = false;
  std::vector<OneFactorChange> rows;
};

class SweepAnalysis {
 public:
  // Throws Error for options that check_options() refuses, and for a family of which
  // no cell has a baseline.
  SweepAnalysis(const SweepResults& sweep, const AnalysisOptions& chosen);
  // Of results that have only some cells of a large family: comparison() says what
  // `tested` found of these. The indexes of cells in it are those of the results.
  SweepAnalysis(const SweepResults& sweep, const AnalysisOptions& chosen, FamilyTests tested);

  const SweepResults& results;
  const AnalysisOptions& options;
  CellLabels labels;
  std::string noun;     // of a replicate: "seed"
  ComparisonRule rule;  // the sweep's, with what the options change
  double confidence;    // of intervals
  std::string percent;  // "95%"
  std::string unit;     // of the primary metric
  CellValueTable values;

  // Of the primary metric.
  const std::vector<CellValues>& primary_values() const { return values.of(results.primary.name); }
  const Comparison& comparison() const;
  // Complete cells, best mean first.
  const std::vector<std::size_t>& ranking() const;

  // Of a sampled design (is_sampled()), on the primary metric.
  const Search& search() const;

  Comparison compared_on(const MetricInfo& metric) const;
  const std::vector<AuditItem>& audit_items() const;
  // None where no reference is chosen and no cell is complete. Throws Error where the
  // chosen one is not a cell.
  std::optional<Ablation> ablation() const;
  std::optional<Interval> bootstrap_interval(const std::vector<double>& numbers) const;

  std::size_t count(TrialState state) const;

 private:
  std::vector<std::size_t> family_;
  mutable Bootstrap bootstrap_;
  std::optional<FamilyTests> tested_;
  mutable std::optional<Comparison> comparison_;
  mutable std::optional<std::vector<std::size_t>> ranking_;
  mutable std::optional<std::vector<AuditItem>> audit_items_;
  mutable std::optional<Search> search_;
};

}  // namespace polysweep
