// Every trial with its value.
#include <fmt/format.h>

#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr double kBytesPerMiB = 1024.0 * 1024.0;

}  // namespace

Section trials_section(const SweepAnalysis& analysis) {
  Section section{"trials", "Every trial", {}};
  Table table;
  table.id = "raw-values";
  table.caption = "Every trial with its value of " + metric_title(analysis.results.primary);
  table.columns = {{"trial", Align::kLeft, ""},
                   {"cell", Align::kLeft, ""},
                   {analysis.noun, Align::kRight, ""},
                   {"state", Align::kLeft, ""},
                   {shortened(analysis.results.primary.name, 60), Align::kRight, analysis.unit},
                   {"time", Align::kRight, "s"},
                   {"peak memory", Align::kRight, "MiB"},
                   {"attempts", Align::kRight, ""}};
  table.sortable = true;
  for (const auto& trial : analysis.results.trials) {
    const bool done = trial.state == TrialState::kDone;
    const auto value = trial.final_metrics.find(analysis.results.primary.name);
    const bool has_value = done && value != trial.final_metrics.end();
    TableCell cell = cell_field(analysis, trial.cell);
    if (analysis.results.trials.size() > kMostSwatches) cell.swatch.reset();
    const double memory = trial.peak_memory_bytes / kBytesPerMiB;
    table.rows.push_back(
        {trial.id.brief(), std::move(cell), shortened(trial.replicate, 60),
         TableCell(std::string(state_name(trial.state)), done ? Tone::kPlain : Tone::kMissing),
         has_value ? number_field(value->second, 0) : TableCell("-", Tone::kMuted),
         trial.elapsed_s > 0 ? TableCell(fmt::format("{:.4g}", trial.elapsed_s), trial.elapsed_s)
                             : TableCell("-", Tone::kMuted),
         memory > 0 ? TableCell(fmt::format("{:.0f}", memory), memory)
                    : TableCell("-", Tone::kMuted),
         total_field(static_cast<std::size_t>(trial.attempts))});
  }
  erase_empty_columns(table);
  section.blocks.push_back(FoldedTable{std::move(table)});
  return section;
}

}  // namespace polysweep
