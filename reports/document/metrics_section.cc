// The metrics besides the primary one.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

Table secondary_table(const SweepAnalysis& analysis, const MetricInfo& metric, std::size_t index) {
  Table table;
  table.id = fmt::format("secondary{}", index + 1);
  table.caption = metric_title(metric) + " (" + goal_text(metric) + ")";
  const std::string unit = shortened(metric.unit, 30);
  table.columns = {{"cell", Align::kLeft, ""},
                   {"n", Align::kRight, ""},
                   {"mean", Align::kRight, unit},
                   {"sd", Align::kRight, unit},
                   {analysis.percent + " t interval", Align::kRight, unit},
                   {"difference from baseline", Align::kRight, unit},
                   {"p", Align::kRight, ""},
                   {"BH p", Align::kRight, ""}};
  const Comparison comparison = analysis.compared_on(metric);
  auto compared = comparison.rows.begin();  // in the order of the cells
  const auto& cells = analysis.values.of(metric.name);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const CellValues& values = cells[i];
    const auto numbers = values.numbers();
    TableRow row{cell_field(analysis, i), count_field(numbers.size(), values.planned())};
    row.resize(table.columns.size(), TableCell("-", Tone::kMuted));
    if (!numbers.empty()) {
      const Summary s = summarize(numbers);
      const auto interval = t_interval(numbers, analysis.confidence);
      row[2] = number_field(s.mean, half_width(interval));
      row[3] = number_field(s.sd, s.sd.value_or(0));
      row[4] = interval_field(interval);
    }
    if (compared != comparison.rows.end() && compared->cell == i) {
      if (compared->mean) {
        row[5] = signed_field(compared->mean, half_width(compared->interval));
        const bool joined = comparison.options.test == ComparisonTest::kPooled;
        const double p = joined ? std::max(compared->test_p, compared->own_p) : compared->test_p;
        row[6] = TableCell(p_text(p), p);
        row[7] = TableCell(p_text(compared->benjamini_hochberg_p), compared->benjamini_hochberg_p);
      }
      ++compared;
    }
    table.rows.push_back(std::move(row));
  }
  const ColumnDigits digits = mean_digits(analysis, metric.name);
  for (const std::size_t column : {2, 3, 4}) set_digits(table, column, digits);
  set_signed_digits(table, 5, difference_digits(comparison.rows));
  if (!comparison.rows.empty()) {
    table.notes = {
        "Exploratory, without a verdict: p is that of one comparison, BH p controls the false "
        "discovery rate over the cells of this table only."};
  }
  erase_empty_columns(table);
  return table;
}

// Final metrics, without a curve, in the unit of the primary one: scores of other test
// sets. None where there is only one.
std::vector<MetricInfo> scores_like_primary(const SweepResults& results) {
  std::vector<MetricInfo> scores;
  std::set<std::string> known;
  const auto add = [&](const MetricInfo& metric) {
    const bool alike = metric.unit == results.primary.unit && metric.goal == results.primary.goal &&
                       results.curves.count(metric.name) == 0;
    if (alike && known.insert(metric.name).second) scores.push_back(metric);
  };
  if (results.primary.unit.empty()) return scores;
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

// The digits of a column of means with their standard deviations.
ColumnDigits spread_digits(const std::vector<CellValues>& cells) {
  std::vector<double> means;
  std::vector<double> spreads;
  for (const CellValues& values : cells) {
    if (values.values.empty()) continue;
    const Summary s = summarize(values.numbers());
    means.push_back(s.mean);
    spreads.push_back(s.sd.value_or(0));
  }
  return column_digits(means, spreads);
}

TableCell mean_field(const CellValues& values, const ColumnDigits& digits) {
  if (values.values.empty()) return {"-", Tone::kMuted};
  const Summary s = summarize(values.numbers());
  TableCell field(column_text(s.mean, digits), s.mean);
  if (s.sd) field.text += " (" + column_text(*s.sd, digits) + ")";
  if (!values.missing.empty()) {
    field.text += fmt::format(", n {} of {}", values.values.size(), values.planned());
    field.tone = Tone::kMissing;
  }
  return field;
}

// Cells by metrics; a metric without any value is left out.
Table means_table(const SweepAnalysis& analysis, const std::string& id, const std::string& caption,
                  const std::vector<MetricInfo>& metrics) {
  Table table;
  table.id = id;
  table.caption = caption;
  table.sortable = true;
  table.columns = {{"cell", Align::kLeft, ""}};
  std::vector<TableRow> rows(analysis.results.cells.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(cell_field(analysis, i));
  for (const auto& metric : metrics) {
    const auto& values = analysis.values.of(metric.name);
    const bool any = std::any_of(values.begin(), values.end(),
                                 [](const CellValues& each) { return !each.values.empty(); });
    if (!any) continue;
    table.columns.push_back(
        {shortened(metric.name, 60), Align::kRight, shortened(metric.unit, 30)});
    const ColumnDigits digits = spread_digits(values);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(mean_field(values[i], digits));
  }
  table.rows = std::move(rows);
  return table;
}

}  // namespace

Section metrics_section(const SweepAnalysis& analysis) {
  Section section{"metrics", "Other metrics", {}};
  for (std::size_t i = 0; i < analysis.results.secondary.size(); ++i) {
    section.blocks.push_back(secondary_table(analysis, analysis.results.secondary[i], i));
  }
  const auto scores = scores_like_primary(analysis.results);
  Table tests =
      means_table(analysis, "scores", "Final metrics in " + analysis.unit + ": mean (sd)", scores);
  if (tests.columns.size() > 2) section.blocks.insert(section.blocks.begin(), std::move(tests));
  Table others = means_table(analysis, "other-metrics", "Last values of other metrics: mean (sd)",
                             other_metrics(analysis.results, scores));
  if (others.columns.size() > 1) section.blocks.push_back(std::move(others));
  return section;
}

}  // namespace polysweep
