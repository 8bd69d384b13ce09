// Every cell: its values as dots, its statistics, its values by replicate.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/analysis/search_space.h"
#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/figures/dot_plot.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostDotRows = 32;
constexpr std::size_t kMostColumns = 32;  // of the table by replicate
constexpr std::size_t kBestCells = 10;

// All cells; of many, the baseline's and the best complete ones.
std::vector<std::size_t> drawn_cells(const SweepAnalysis& analysis,
                                     const std::vector<std::size_t>& best) {
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i < analysis.primary_values().size(); ++i) {
    if (!analysis.primary_values()[i].values.empty()) cells.push_back(i);
  }
  if (cells.size() <= kMostDotRows) return cells;
  std::vector<std::size_t> rank(analysis.results.cells.size(), best.size() + 1);
  for (std::size_t i = 0; i < best.size(); ++i) rank[best[i]] = i + 1;
  for (const std::size_t cell : cells) {
    if (analysis.results.cells[cell].is_baseline) rank[cell] = 0;
  }
  std::stable_sort(cells.begin(), cells.end(),
                   [&](std::size_t a, std::size_t b) { return rank[a] < rank[b]; });
  cells.resize(kMostDotRows);
  std::sort(cells.begin(), cells.end());
  return cells;
}

Figure values_figure(const SweepAnalysis& analysis, const std::vector<std::size_t>& cells) {
  std::vector<DotRow> rows;
  for (const std::size_t cell : cells) {
    const CellValues& values = analysis.primary_values()[cell];
    DotRow row;
    row.label = marked_label(analysis, cell);
    if (!values.missing.empty()) {
      row.label += fmt::format(" (n {} of {})", values.values.size(), values.planned());
    }
    row.style = analysis.labels.cells[cell].style;
    for (const auto& measured : values.values) {
      row.dots.push_back({measured.replicate, measured.value});
    }
    const auto numbers = values.numbers();
    row.mean = mean_of(numbers);
    row.interval = t_interval(numbers, analysis.confidence);
    rows.push_back(std::move(row));
  }
  const std::string metric = metric_title(analysis.results.primary);
  Figure figure = dot_figure("values", {metric, analysis.noun}, rows);
  figure.caption = fmt::format(
      "{} of every run (small), with the cell's mean (large) and its {} t interval ({}).{}", metric,
      analysis.percent, goal_text(analysis.results.primary),
      rows.size() == kMostDotRows
          ? fmt::format(" At most {} cells are drawn: the baseline and the best complete ones.",
                        kMostDotRows)
          : std::string());
  figure.description = "Dot plot. " + figure.caption;
  return figure;
}

TableRow statistics_row(const SweepAnalysis& analysis, std::size_t cell, std::size_t columns) {
  const CellValues& values = analysis.primary_values()[cell];
  TableRow row{cell_field(analysis, cell), count_field(values.values.size(), values.planned())};
  if (values.values.empty()) {
    row.resize(columns - 1, TableCell("-", Tone::kMuted));
  } else {
    const auto numbers = values.numbers();
    const Summary s = summarize(numbers);
    const auto interval = t_interval(numbers, analysis.confidence);
    const double width = half_width(interval);
    row.insert(row.end(),
               {number_field(s.mean, width), number_field(s.sd, s.sd.value_or(0)),
                interval_field(interval), interval_field(analysis.bootstrap_interval(numbers)),
                number_field(s.median, width), number_field(s.interquartile_mean, width),
                number_field(s.minimum, width), number_field(s.maximum, width)});
  }
  const std::string missing = missing_text(analysis.results, values.missing);
  row.push_back(missing.empty() ? TableCell("") : TableCell(missing, Tone::kMissing));
  return row;
}

void erase_column(Table& table, const std::string& title) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].title == title) return polysweep::erase_column(table, i);
  }
}

Table cells_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "cells-table";
  table.caption = metric_title(analysis.results.primary) + " of every cell (" +
                  goal_text(analysis.results.primary) + ")";
  table.columns = {{"cell", Align::kLeft, ""},
                   {"n", Align::kRight, ""},
                   {"mean", Align::kRight, analysis.unit},
                   {"sd", Align::kRight, analysis.unit},
                   {analysis.percent + " t interval", Align::kRight, analysis.unit},
                   {analysis.percent + " bootstrap", Align::kRight, analysis.unit},
                   {"median", Align::kRight, analysis.unit},
                   {"IQM", Align::kRight, analysis.unit},
                   {"min", Align::kRight, analysis.unit},
                   {"max", Align::kRight, analysis.unit},
                   {"missing values", Align::kLeft, ""}};
  table.sortable = true;
  bool one_each = true;
  for (std::size_t i = 0; i < analysis.primary_values().size(); ++i) {
    table.rows.push_back(statistics_row(analysis, i, table.columns.size()));
    if (analysis.results.cells.size() > kMostSwatches) table.rows.back()[0].swatch.reset();
    one_each = one_each && analysis.primary_values()[i].values.size() < 2;
  }
  const ColumnDigits digits = mean_digits(analysis, analysis.results.primary.name);
  for (std::size_t column = 2; column <= 9; ++column) set_digits(table, column, digits);
  erase_empty_columns(table);
  // Of one value each, these are the mean again.
  if (one_each) {
    for (const char* title : {"median", "IQM", "min", "max"}) erase_column(table, title);
    return table;
  }
  table.notes = {
      "sd with n - 1; IQM: mean without the lowest and highest quarter; n counts done trials with "
      "a finite value, \"2 of 3\" marks a cell with missing values; its other numbers are of the "
      "values that it has. Below n = 20 read the t interval; the bootstrap interval is too narrow "
      "there."};
  return table;
}

// A row of the table: the value of each replicate, or why there is none.
TableRow replicates_row(const SweepAnalysis& analysis, std::size_t cell,
                        const std::map<std::string, std::size_t>& column_of) {
  const CellValues& values = analysis.primary_values()[cell];
  const double uncertainty = half_width(t_interval(values.numbers(), analysis.confidence));
  TableRow row(1 + column_of.size(), TableCell("not planned", Tone::kMuted));
  row[0] = cell_field(analysis, cell);
  for (const auto& measured : values.values) {
    row[column_of.at(measured.replicate)] = number_field(measured.value, uncertainty / 10);
  }
  for (const auto& missing : values.missing) {
    row[column_of.at(missing.replicate)] = TableCell(missing.reason, Tone::kMissing);
  }
  return row;
}

Table replicates_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "values-by-replicate";
  table.caption = metric_title(analysis.results.primary) + " by " + analysis.noun;
  table.columns = {{"cell", Align::kLeft, ""}};
  const auto names = replicate_names(analysis.results, kMostColumns);
  if (names.size() < 2) return table;  // of one, the table of the cells has the values
  std::map<std::string, std::size_t> column_of;
  for (const auto& name : names) {
    column_of[name] = table.columns.size();
    table.columns.push_back(
        {name.empty() ? "value" : analysis.noun + " " + shortened(name, 20), Align::kRight, ""});
  }
  for (std::size_t i = 0; i < analysis.results.cells.size(); ++i) {
    table.rows.push_back(replicates_row(analysis, i, column_of));
  }
  const ColumnDigits digits = mean_digits(analysis, analysis.results.primary.name);
  for (std::size_t column = 1; column < table.columns.size(); ++column) {
    set_digits(table, column, digits);
  }
  return table;
}

Table best_table(const SweepAnalysis& analysis, const std::vector<std::size_t>& best) {
  Table table;
  table.id = "best-cells";
  table.caption = "Best complete cells by mean " + metric_title(analysis.results.primary);
  table.columns = {{"rank", Align::kRight, ""},
                   {"cell", Align::kLeft, ""},
                   {"n", Align::kRight, ""},
                   {"mean", Align::kRight, analysis.unit},
                   {analysis.percent + " t interval", Align::kRight, analysis.unit}};
  for (std::size_t rank = 0; rank < best.size() && rank < kBestCells; ++rank) {
    const auto numbers = analysis.primary_values()[best[rank]].numbers();
    const auto interval = t_interval(numbers, analysis.confidence);
    table.rows.push_back({std::to_string(rank + 1), cell_field(analysis, best[rank]),
                          count_field(numbers.size(), numbers.size()),
                          number_field(mean_of(numbers), half_width(interval)),
                          interval_field(interval)});
  }
  const ColumnDigits digits = mean_digits(analysis, analysis.results.primary.name);
  for (const std::size_t column : {3, 4}) set_digits(table, column, digits);
  erase_empty_columns(table);
  table.notes = {
      "A ranking, not a verdict: the best of many means is partly luck. Cells with missing "
      "values are not ranked."};
  return table;
}

}  // namespace

Section cells_section(const SweepAnalysis& analysis) {
  Section section{"cells", "Cells", {}};
  const auto& best = analysis.ranking();
  // The best settings of a sampled design stand in the opening or in its section.
  if (best.size() > 3 && !is_sampled(analysis.results))
    section.blocks.push_back(best_table(analysis, best));
  const auto drawn = drawn_cells(analysis, best);
  if (!drawn.empty()) section.blocks.push_back(values_figure(analysis, drawn));
  section.blocks.push_back(cells_table(analysis));
  Table values = replicates_table(analysis);
  if (!values.rows.empty()) section.blocks.push_back(FoldedTable{std::move(values)});
  return section;
}

}  // namespace polysweep
