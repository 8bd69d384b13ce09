// Other metrics, and every trial with its value.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/analysis/escaping.h"
#include "reports/analysis/number_text.h"
#include "reports/document/study.h"

namespace polysweep {
namespace {

constexpr double kBytesPerMiB = 1024.0 * 1024.0;
constexpr std::size_t kMostSwatches = 1000;

Table secondary_table(Study& study, const MetricInfo& metric, std::size_t index) {
  Table table;
  table.id = fmt::format("secondary{}", index + 1);
  table.caption = metric_title(metric) + " (" + goal_text(metric) + ")";
  const std::string unit = shortened(metric.unit, 30);
  table.columns = {{"cell", Align::kLeft, ""},
                   {"n", Align::kRight, ""},
                   {"mean", Align::kRight, unit},
                   {"sd", Align::kRight, unit},
                   {study.percent + " t interval", Align::kRight, unit},
                   {"difference from baseline", Align::kRight, unit},
                   {"p", Align::kRight, ""},
                   {"BH p", Align::kRight, ""}};
  const Comparison comparison =
      compare(study.results, metric, study.comparison.options, study.bootstrap);
  for (std::size_t i = 0; i < study.results.cells.size(); ++i) {
    const CellValues values = cell_values(study.results, i, metric.name);
    const auto numbers = values.numbers();
    TableRow row{study.cell_field(i), study.count_field(numbers.size(), values.planned())};
    row.resize(table.columns.size(), TableCell("-", Tone::kMuted));
    if (!numbers.empty()) {
      const Summary s = summarize(numbers);
      const auto interval = t_interval(numbers, study.options.confidence);
      row[2] = number_field(s.mean, half_width(interval));
      row[3] = number_field(s.sd, s.sd.value_or(0));
      row[4] = interval_field(interval);
    }
    for (const auto& compared : comparison.rows) {
      if (compared.cell != i || !compared.mean) continue;
      row[5] =
          TableCell(signed_text(*compared.mean, half_width(compared.interval)), *compared.mean);
      row[6] = TableCell(p_text(compared.p), compared.p);
      row[7] = TableCell(p_text(compared.benjamini_hochberg_p), compared.benjamini_hochberg_p);
    }
    table.rows.push_back(std::move(row));
  }
  table.notes = {
      "Exploratory, without a verdict: BH p holds the false discovery rate over the "
      "cells of this table only."};
  return table;
}

// Scores of test sets are called test..., and are final: they have no curve.
std::vector<MetricInfo> test_scores(const SweepResults& results) {
  std::vector<MetricInfo> scores;
  std::set<std::string> known;
  const auto add = [&](const MetricInfo& metric) {
    const bool score = metric.name.starts_with("test") && results.curves.count(metric.name) == 0;
    if (score && known.insert(metric.name).second) scores.push_back(metric);
  };
  add(results.primary);
  for (const auto& metric : results.secondary) add(metric);
  for (const auto& metric : results.metrics) add(metric);
  return scores.size() > 1 ? scores : std::vector<MetricInfo>{};
}

// Metrics that are neither primary nor secondary nor in `shown`.
std::vector<MetricInfo> other_metrics(const SweepResults& results,
                                      const std::vector<MetricInfo>& shown) {
  std::set<std::string> known{results.primary.name};
  for (const auto& metric : results.secondary) known.insert(metric.name);
  for (const auto& metric : shown) known.insert(metric.name);
  std::vector<MetricInfo> others;
  for (const auto& metric : results.metrics) {
    if (known.insert(metric.name).second) others.push_back(metric);
  }
  for (const auto& trial : results.trials) {
    for (const auto& [name, value] : trial.final_metrics) {
      if (known.insert(name).second) others.push_back(metric_info(results, name));
    }
  }
  return others;
}

TableCell mean_field(const CellValues& values) {
  if (values.values.empty()) return {"-", Tone::kMuted};
  const Summary s = summarize(values.numbers());
  const double spread = s.sd.value_or(0);
  TableCell field(rounded_text(s.mean, spread), s.mean);
  if (s.sd) field.text += " (" + rounded_text(spread, spread) + ")";
  if (!values.holes.empty()) {
    field.text += fmt::format(", n {} of {}", values.values.size(), values.planned());
    field.tone = Tone::kHole;
  }
  return field;
}

// Cells by metrics; a metric without any value is left out.
Table means_table(const Study& study, const std::string& id, const std::string& caption,
                  const std::vector<MetricInfo>& metrics) {
  Table table;
  table.id = id;
  table.caption = caption;
  table.sortable = true;
  table.columns = {{"cell", Align::kLeft, ""}};
  std::vector<TableRow> rows(study.results.cells.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(study.cell_field(i));
  for (const auto& metric : metrics) {
    std::vector<CellValues> values;
    bool any = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      values.push_back(cell_values(study.results, i, metric.name));
      any = any || !values.back().values.empty();
    }
    if (!any) continue;
    table.columns.push_back(
        {shortened(metric.name, 60), Align::kRight, shortened(metric.unit, 30)});
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(mean_field(values[i]));
  }
  table.rows = std::move(rows);
  return table;
}

}  // namespace

Section metrics_section(Study& study) {
  Section section{"metrics", "Test sets and other metrics", {}};
  for (std::size_t i = 0; i < study.results.secondary.size(); ++i) {
    section.blocks.push_back(secondary_table(study, study.results.secondary[i], i));
  }
  const auto scores = test_scores(study.results);
  Table tests = means_table(study, "test-sets", "Scores by test set: mean (sd)", scores);
  if (tests.columns.size() > 2) section.blocks.insert(section.blocks.begin(), std::move(tests));
  Table others = means_table(study, "other-metrics", "Last values of other metrics: mean (sd)",
                             other_metrics(study.results, scores));
  if (others.columns.size() > 1) section.blocks.push_back(std::move(others));
  return section;
}

Section raw_section(const Study& study) {
  Section section{"trials", "Every trial", {}};
  Table table;
  table.id = "raw-values";
  table.caption = "Every trial with its value of " + metric_title(study.results.primary);
  table.columns = {{"trial", Align::kLeft, ""},
                   {"cell", Align::kLeft, ""},
                   {study.noun, Align::kRight, ""},
                   {"state", Align::kLeft, ""},
                   {shortened(study.results.primary.name, 60), Align::kRight, study.unit},
                   {"time", Align::kRight, "s"},
                   {"peak memory", Align::kRight, "MiB"},
                   {"attempts", Align::kRight, ""}};
  table.sortable = true;
  for (const auto& trial : study.results.trials) {
    const bool done = trial.state == TrialState::kDone;
    const auto value = trial.final_metrics.find(study.results.primary.name);
    const bool has_value = done && value != trial.final_metrics.end();
    TableCell cell = study.cell_field(trial.cell);
    if (study.results.trials.size() > kMostSwatches) cell.arm.reset();
    const double memory = trial.peak_memory_bytes / kBytesPerMiB;
    table.rows.push_back(
        {trial.id.brief(), std::move(cell), shortened(trial.replicate, 60),
         TableCell(std::string(state_name(trial.state)), done ? Tone::kPlain : Tone::kHole),
         has_value ? number_field(value->second, 0) : TableCell("-", Tone::kMuted),
         trial.elapsed_s > 0 ? TableCell(fmt::format("{:.4g}", trial.elapsed_s), trial.elapsed_s)
                             : TableCell("-", Tone::kMuted),
         memory > 0 ? TableCell(fmt::format("{:.0f}", memory), memory)
                    : TableCell("-", Tone::kMuted),
         TableCell(std::to_string(trial.attempts), static_cast<double>(trial.attempts))});
  }
  section.blocks.push_back(FoldedTable{std::move(table)});
  return section;
}

}  // namespace polysweep
