// Fields of the report's tables.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/sweep_analysis.h"
#include "reports/text/interval.h"
#include "reports/text/number_text.h"
#include "reports/text/table.h"

namespace polysweep {

// First field of a cell's row: its label and style, the baseline marked.
TableCell cell_field(const SweepAnalysis& analysis, std::size_t cell);
// "rope, dimension 64 (baseline)".
std::string marked_label(const SweepAnalysis& analysis, std::size_t cell);

// "3", or "2 of 3" marked as missing values.
TableCell count_field(std::size_t have, std::size_t planned);
// "3".
TableCell total_field(std::size_t count);

// The value rounded to what `uncertainty` supports; "-" for none.
TableCell number_field(std::optional<double> value, double uncertainty);
// The same with a sign: "+1.2".
TableCell signed_field(std::optional<double> value, double uncertainty);
TableCell interval_field(const std::optional<Interval>& interval);
double half_width(const std::optional<Interval>& interval);  // 0 for none

// A longer table has none, so that its page opens sooner.
inline constexpr std::size_t kMostSwatches = 1000;

void erase_column(Table& table, std::size_t column);
// Erases the columns in which no row has a value ("-" or nothing), but not the first.
void erase_empty_columns(Table& table);

// The digits of columns of differences, which their intervals decide.
ColumnDigits difference_digits(const std::vector<CellComparison>& rows);
ColumnDigits difference_digits(const std::vector<const CellComparison*>& rows);
// The digits of columns of the cells' means, which their t intervals decide.
ColumnDigits mean_digits(const SweepAnalysis& analysis, const std::string& metric);
// Writes the numbers and intervals of a column with these digits.
void set_digits(Table& table, std::size_t column, const ColumnDigits& digits);
// The same with signs: "+1.2".
void set_signed_digits(Table& table, std::size_t column, const ColumnDigits& digits);

}  // namespace polysweep
