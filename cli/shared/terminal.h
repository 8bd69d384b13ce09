// How polysweep prints: tables fitted to the terminal, colour only where it helps.
#pragma once

#include <string>
#include <vector>

#include "framework/sweep/parameters.h"
#include "reports/text/table.h"
#include "results/read/sweep_results.h"

namespace polysweep {

// Columns of the terminal on standard output; $COLUMNS, else 100, where it is
// none.
std::size_t terminal_width();
bool output_is_terminal();
// Standard output is a terminal and NO_COLOR is not set.
bool colour_wanted();

// On standard output. To a file or pipe the table is printed as wide as it is.
void print_table(const Table& table);

// "2026-01-31 14:05:09" (UTC); "" for 0.
std::string date_text(std::int64_t time_us);
// "512 MiB"; "" for 0.
std::string memory_text(double bytes);
// A series as a line of eight heights; what is not finite is shown as '!'.
std::string sparkline(const std::vector<CurvePoint>& points);
// "encoding=rope dimension=64"; "(all)" where there are none.
std::string levels_text(const Parameters& levels);

}  // namespace polysweep
