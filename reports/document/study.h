// What the sections of a report share, and the commands that print one of them:
// every result computed once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/ablation.h"
#include "reports/analysis/arms.h"
#include "reports/analysis/audit.h"
#include "reports/analysis/cell_values.h"
#include "reports/analysis/comparison.h"
#include "reports/analysis/convergence.h"
#include "reports/analysis/statistics.h"
#include "reports/document/report.h"

namespace polysweep {

struct Study {
  Study(const SweepResults& sweep, const ReportOptions& chosen);

  const SweepResults& results;
  const ReportOptions& options;
  Bootstrap bootstrap;
  Arms arms;
  std::string noun;                // "seed"
  std::string percent;             // "95%"
  std::string unit;                // of the primary metric
  std::vector<CellValues> values;  // of the primary metric, by cell
  Comparison comparison;           // on the primary metric
  std::vector<AuditItem> audit_items;

  std::size_t count(TrialState state) const;
  // First cell of a table's row: the cell's label and colour, the baseline marked.
  TableCell cell_field(std::size_t cell) const;
  // "3", or "2 of 3" as a hole.
  TableCell count_field(std::size_t have, std::size_t planned) const;
};

// "higher is better".
std::string goal_text(const MetricInfo& metric);

// A field with the value rounded to what `uncertainty` supports; "-" for none.
TableCell number_field(std::optional<double> value, double uncertainty);
TableCell interval_field(const std::optional<Interval>& interval);
double half_width(const std::optional<Interval>& interval);

// The sentences at the top, and what must be known before reading on.
std::vector<std::string> verdict_sentences(const Study& study);
std::vector<std::string> warnings_of(const Study& study);

// The cells that differ in one factor from a reference: ReportOptions::reference
// (chosen), else the best complete cell; none where there is no such cell.
struct Ablation {
  std::size_t reference = 0;
  bool chosen = false;
  std::vector<OneOff> rows;
};
std::optional<Ablation> ablation_of(const Study& study);

// The table and the figures of one section each; no figure where there is
// nothing to draw.
Table audit_table(const Study& study);
std::optional<Figure> states_figure(const Study& study);
Table comparison_table(const Study& study);
std::vector<Figure> comparison_figures(const Study& study);
Table one_off_table(const Study& study, const Ablation& ablation);
std::optional<Figure> one_off_figure(const Study& study, const Ablation& ablation);
Table convergence_table(const Study& study, const Convergence& convergence);
std::optional<Figure> convergence_figure(const Study& study, const Convergence& convergence);

// In the order of the page. A section without blocks is left out.
Section ledger_section(const Study& study);
Section audit_section(const Study& study);
Section comparison_section(const Study& study);
Section effects_section(const Study& study);
Section ablation_section(const Study& study);
Section heat_map_section(const Study& study);
Section order_section(const Study& study);
Section convergence_section(const Study& study);
Section curves_section(const Study& study);
Section metrics_section(Study& study);
Section cells_section(Study& study);
Section raw_section(const Study& study);
Section provenance_section(const Study& study);

}  // namespace polysweep
