// Output on a terminal: tables fitted to its width, colour where it is supported.
#pragma once

#include <string>
#include <vector>

#include "framework/sweep/parameters.h"
#include "reports/text/table.h"
#include "results/read/sweep_results.h"

namespace polysweep {

// Columns of the terminal on standard output; where it is not a terminal,
// $COLUMNS, else 100.
std::size_t terminal_width();
bool output_is_terminal();
// Standard output is a terminal and NO_COLOR is not set.
bool colour_wanted();

// On standard output. In a file or pipe the table has its full width.
void print_table(const Table& table);

// "2026-01-31 14:05:09" (UTC); "" for 0.
std::string date_text(std::int64_t time_us);
// "512 MiB"; "" for 0.
std::string memory_text(double bytes);
// A series as characters of eight heights; a value that is not finite is '!'.
std::string sparkline(const std::vector<CurvePoint>& points);

}  // namespace polysweep
