// The sections of a report, and the tables and figures that commands show alone.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/convergence.h"
#include "reports/analysis/sweep_analysis.h"
#include "reports/document/report.h"
#include "reports/document/report_options.h"

namespace polysweep {

// The opening: what was found, as one sentence, a table, a figure and badges.
// `warnings`: how many warnings follow.
Opening opening_of(const SweepAnalysis& analysis, std::size_t warnings);
// At most 16 arms in rows, the crossed factor in columns; none where no trial is done.
std::optional<Table> answer_table(const SweepAnalysis& analysis);
// How it was decided, and what must be known before the rest is read.
std::vector<std::string> verdict_sentences(const SweepAnalysis& analysis);
std::vector<std::string> warnings_of(const SweepAnalysis& analysis);

// No figure where there is nothing to draw.
Table audit_table(const SweepAnalysis& analysis);
std::optional<Figure> states_figure(const SweepAnalysis& analysis);
// At most `most` rows: of more, those that are decided come first.
Table comparison_table(const SweepAnalysis& analysis,
                       std::size_t most = std::numeric_limits<std::size_t>::max());
std::vector<Figure> comparison_figures(const SweepAnalysis& analysis);
// The forest plot of the opening: at most 16 cells, of more those with the smallest p.
std::optional<Figure> answer_figure(const SweepAnalysis& analysis);
Table one_factor_table(const SweepAnalysis& analysis, const Ablation& ablation);
std::optional<Figure> one_factor_figure(const SweepAnalysis& analysis, const Ablation& ablation);
// The targets, then the ratios of what is spent, a table for each counter.
std::vector<Table> convergence_tables(const SweepAnalysis& analysis,
                                      const Convergence& convergence);
std::vector<Figure> convergence_figures(const SweepAnalysis& analysis,
                                        const Convergence& convergence);

// Of a sampled design (reports/analysis/search_space.h).
// "The best of 30 sampled settings is rate 4.64e-3, with accuracy 0.874".
std::string best_setting_text(const SweepAnalysis& analysis);
// That the best of many noisy values is optimistic; "" where each setting has replicates.
std::string optimism_text(const SweepAnalysis& analysis);
std::optional<Table> best_settings_table(const SweepAnalysis& analysis);
std::optional<Figure> search_progress_figure(const SweepAnalysis& analysis);
std::optional<Figure> search_scatter_figure(const SweepAnalysis& analysis);
std::optional<Figure> search_parallel_figure(const SweepAnalysis& analysis);
// The opening's table and figure are the best settings and the progress of the search: no
// cell is compared with a baseline.
bool opens_with_search(const SweepAnalysis& analysis);

// In the order of the page. A section without blocks is left out.
Section ledger_section(const SweepAnalysis& analysis);
Section audit_section(const SweepAnalysis& analysis);
Section search_section(const SweepAnalysis& analysis);
Section comparison_section(const SweepAnalysis& analysis);
Section effects_section(const SweepAnalysis& analysis);
Section one_factor_section(const SweepAnalysis& analysis);
Section factor_pair_section(const SweepAnalysis& analysis);
Section factor_curve_section(const SweepAnalysis& analysis);
Section convergence_section(const SweepAnalysis& analysis);
Section curves_section(const SweepAnalysis& analysis);
Section metrics_section(const SweepAnalysis& analysis);
Section cells_section(const SweepAnalysis& analysis);
Section trials_section(const SweepAnalysis& analysis);
Section provenance_section(const SweepAnalysis& analysis, const ReportOptions& options);

}  // namespace polysweep
