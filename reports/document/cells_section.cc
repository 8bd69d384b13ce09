// Every cell: its values as dots, its statistics, its values by replicate.
#include <fmt/format.h>

#include <algorithm>

#include "reports/analysis/ablation.h"
#include "reports/analysis/escaping.h"
#include "reports/analysis/number_text.h"
#include "reports/document/study.h"
#include "reports/figures/dot_plot.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostDotRows = 60;
constexpr std::size_t kMostColumns = 32;  // of the table by replicate
constexpr std::size_t kBestCells = 10;

// All cells; of many, the baseline's and the best complete ones.
std::vector<std::size_t> drawn_cells(const Study& study, const std::vector<std::size_t>& best) {
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i < study.values.size(); ++i) {
    if (!study.values[i].values.empty()) cells.push_back(i);
  }
  if (cells.size() <= kMostDotRows) return cells;
  const auto rank = [&](std::size_t cell) {
    if (study.results.cells[cell].is_baseline) return std::ptrdiff_t{-1};
    return std::find(best.begin(), best.end(), cell) - best.begin();
  };
  std::stable_sort(cells.begin(), cells.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  cells.resize(kMostDotRows);
  std::sort(cells.begin(), cells.end());
  return cells;
}

Figure values_figure(const Study& study, const std::vector<std::size_t>& cells) {
  std::vector<DotRow> rows;
  for (const std::size_t cell : cells) {
    const CellValues& values = study.values[cell];
    DotRow row;
    row.label = study.arms.cells[cell].label;
    if (study.results.cells[cell].is_baseline) row.label += " (baseline)";
    if (!values.holes.empty()) {
      row.label += fmt::format(" (n {} of {})", values.values.size(), values.planned());
    }
    row.style = study.arms.cells[cell].style;
    for (const auto& measured : values.values) {
      row.dots.push_back({measured.replicate, measured.value, false});
    }
    const auto numbers = values.numbers();
    row.mean = mean_of(numbers);
    row.interval = t_interval(numbers, study.options.confidence);
    rows.push_back(std::move(row));
  }
  const std::string metric = metric_title(study.results.primary);
  Figure figure = dot_figure("values", {metric, study.noun, false}, rows);
  figure.caption = fmt::format(
      "{} of every run (small), with the cell's mean (large) and its {} t interval ({}).{}", metric,
      study.percent, goal_text(study.results.primary),
      rows.size() == kMostDotRows
          ? fmt::format(" At most {} cells are drawn: the baseline and the best complete ones.",
                        kMostDotRows)
          : std::string());
  figure.description = "Dot plot. " + figure.caption;
  return figure;
}

TableRow statistics_row(Study& study, std::size_t cell, std::size_t columns) {
  const CellValues& values = study.values[cell];
  TableRow row{study.cell_field(cell), study.count_field(values.values.size(), values.planned())};
  if (values.values.empty()) {
    row.resize(columns - 1, TableCell("-", Tone::kMuted));
  } else {
    const auto numbers = values.numbers();
    const Summary s = summarize(numbers);
    const auto interval = t_interval(numbers, study.options.confidence);
    const double width = half_width(interval);
    row.insert(row.end(),
               {number_field(s.mean, width), number_field(s.sd, s.sd.value_or(0)),
                interval_field(interval),
                interval_field(study.bootstrap.mean_interval(numbers, study.options.confidence)),
                number_field(s.median, width), number_field(s.interquartile_mean, width),
                number_field(s.minimum, width), number_field(s.maximum, width)});
  }
  const std::string holes = holes_text(study.results, values.holes);
  row.push_back(holes.empty() ? TableCell("") : TableCell(holes, Tone::kHole));
  return row;
}

Table cells_table(Study& study) {
  Table table;
  table.id = "cells-table";
  table.caption = metric_title(study.results.primary) + " of every cell (" +
                  goal_text(study.results.primary) + ")";
  table.columns = {{"cell", Align::kLeft, ""},
                   {"n", Align::kRight, ""},
                   {"mean", Align::kRight, study.unit},
                   {"sd", Align::kRight, study.unit},
                   {study.percent + " t interval", Align::kRight, study.unit},
                   {study.percent + " bootstrap", Align::kRight, study.unit},
                   {"median", Align::kRight, study.unit},
                   {"IQM", Align::kRight, study.unit},
                   {"min", Align::kRight, study.unit},
                   {"max", Align::kRight, study.unit},
                   {"holes", Align::kLeft, ""}};
  table.sortable = true;
  bool any_hole = false;
  for (std::size_t i = 0; i < study.values.size(); ++i) {
    table.rows.push_back(statistics_row(study, i, table.columns.size()));
    any_hole = any_hole || !study.values[i].holes.empty();
  }
  if (!any_hole) {
    table.columns.pop_back();
    for (auto& row : table.rows) row.pop_back();
  }
  table.notes = {
      "sd with n - 1; IQM: mean without the lowest and highest quarter; n counts done trials with "
      "a finite value, \"2 of 3\" marks a cell with holes, whose other numbers are of the values "
      "that exist. Below n = 20 the t interval is the one to read; the bootstrap's is too narrow "
      "there."};
  return table;
}

// Cells by replicates, each field the value or why there is none.
Table replicates_table(const Study& study) {
  Table table;
  table.id = "values-by-replicate";
  table.caption = metric_title(study.results.primary) + " by " + study.noun;
  table.columns = {{"cell", Align::kLeft, ""}};
  std::vector<std::string> names;
  for (const auto& trial : study.results.trials) {
    if (std::find(names.begin(), names.end(), trial.replicate) == names.end()) {
      names.push_back(trial.replicate);
    }
    if (names.size() > kMostColumns) return table;
  }
  for (const auto& name : names) {
    table.columns.push_back(
        {name.empty() ? "value" : study.noun + " " + shortened(name, 20), Align::kRight, ""});
  }
  for (std::size_t i = 0; i < study.values.size(); ++i) {
    const CellValues& values = study.values[i];
    const double uncertainty = half_width(t_interval(values.numbers(), study.options.confidence));
    TableRow row{study.cell_field(i)};
    for (const auto& name : names) {
      TableCell field("not planned", Tone::kMuted);
      if (const Measured* measured = values.find(name)) {
        field = number_field(measured->value, uncertainty / 10);
      }
      for (const auto& hole : values.holes) {
        if (hole.replicate == name) field = TableCell(hole.reason, Tone::kHole);
      }
      row.push_back(std::move(field));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table best_table(const Study& study, const std::vector<std::size_t>& best) {
  Table table;
  table.id = "best-cells";
  table.caption = "Best complete cells by mean " + metric_title(study.results.primary);
  table.columns = {{"rank", Align::kRight, ""},
                   {"cell", Align::kLeft, ""},
                   {"n", Align::kRight, ""},
                   {"mean", Align::kRight, study.unit},
                   {study.percent + " t interval", Align::kRight, study.unit}};
  for (std::size_t rank = 0; rank < best.size() && rank < kBestCells; ++rank) {
    const auto numbers = study.values[best[rank]].numbers();
    const auto interval = t_interval(numbers, study.options.confidence);
    table.rows.push_back({std::to_string(rank + 1), study.cell_field(best[rank]),
                          study.count_field(numbers.size(), numbers.size()),
                          number_field(mean_of(numbers), half_width(interval)),
                          interval_field(interval)});
  }
  table.notes = {
      "A ranking, not a verdict: the best of many means is partly luck. Cells with holes are not "
      "ranked."};
  return table;
}

}  // namespace

Section cells_section(Study& study) {
  Section section{"cells", "Cells", {}};
  const auto best = best_cells(study.results, study.results.primary);
  if (best.size() > 3) section.blocks.push_back(best_table(study, best));
  const auto drawn = drawn_cells(study, best);
  if (!drawn.empty()) section.blocks.push_back(values_figure(study, drawn));
  section.blocks.push_back(cells_table(study));
  Table values = replicates_table(study);
  if (!values.rows.empty()) section.blocks.push_back(FoldedTable{std::move(values)});
  return section;
}

}  // namespace polysweep
