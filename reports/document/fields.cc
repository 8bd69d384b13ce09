#include "reports/document/fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "reports/text/number_text.h"

namespace polysweep {

std::string marked_label(const SweepAnalysis& analysis, std::size_t cell) {
  const std::string& label = analysis.labels.cells.at(cell).label;
  return analysis.results.cells[cell].is_baseline ? label + " (baseline)" : label;
}

TableCell cell_field(const SweepAnalysis& analysis, std::size_t cell) {
  TableCell field(marked_label(analysis, cell));
  field.swatch = analysis.labels.cells[cell].style;
  return field;
}

TableCell count_field(std::size_t have, std::size_t planned) {
  check(have <= planned, "no more values than planned");
  if (have == planned) return total_field(have);
  TableCell field(fmt::format("{} of {}", have, planned), Tone::kMissing);
  field.number = static_cast<double>(have);
  return field;
}

TableCell total_field(std::size_t count) {
  return {std::to_string(count), static_cast<double>(count)};
}

TableCell number_field(std::optional<double> value, double uncertainty) {
  if (!value) return {"-", Tone::kMuted};
  return {rounded_text(*value, uncertainty), *value};
}

TableCell signed_field(std::optional<double> value, double uncertainty) {
  if (!value) return {"-", Tone::kMuted};
  return {signed_text(*value, uncertainty), *value};
}

TableCell interval_field(const std::optional<Interval>& interval) {
  TableCell field(interval ? interval_text(*interval) : "-", interval);
  if (!interval) field.tone = Tone::kMuted;
  return field;
}

double half_width(const std::optional<Interval>& interval) {
  return interval ? (interval->high - interval->low) / 2 : 0;
}

void erase_column(Table& table, std::size_t column) {
  const auto at = static_cast<std::ptrdiff_t>(column);
  table.columns.erase(table.columns.begin() + at);
  for (auto& row : table.rows) row.erase(row.begin() + at);
}

void erase_empty_columns(Table& table) {
  for (std::size_t column = table.columns.size(); column-- > 1;) {
    const bool empty = std::all_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
      return row[column].text.empty() || row[column].text == "-";
    });
    if (empty) erase_column(table, column);
  }
}

ColumnDigits difference_digits(const std::vector<CellComparison>& rows) {
  std::vector<const CellComparison*> all;
  for (const auto& row : rows) all.push_back(&row);
  return difference_digits(all);
}

ColumnDigits difference_digits(const std::vector<const CellComparison*>& rows) {
  std::vector<double> values;
  std::vector<double> halves;
  for (const CellComparison* row : rows) {
    if (!row->mean) continue;
    values.push_back(*row->mean);
    halves.push_back(half_width(row->interval));
  }
  return column_digits(values, halves);
}

ColumnDigits mean_digits(const SweepAnalysis& analysis, const std::string& metric) {
  std::vector<double> means;
  std::vector<double> halves;
  for (const CellValues& values : analysis.values.of(metric)) {
    if (values.values.empty()) continue;
    const auto numbers = values.numbers();
    means.push_back(mean_of(numbers));
    halves.push_back(half_width(t_interval(numbers, analysis.confidence)));
  }
  return column_digits(means, halves);
}

void set_digits(Table& table, std::size_t column, const ColumnDigits& digits) {
  for (auto& row : table.rows) {
    TableCell& field = row.at(column);
    if (field.interval) field.text = column_interval_text(*field.interval, digits);
    if (field.number) field.text = column_text(*field.number, digits);
  }
}

void set_signed_digits(Table& table, std::size_t column, const ColumnDigits& digits) {
  for (auto& row : table.rows) {
    TableCell& field = row.at(column);
    if (field.number) field.text = signed_column_text(*field.number, digits);
  }
}

}  // namespace polysweep
