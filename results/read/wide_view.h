// The view `wide`: a trial a row, a parameter or final metric a column.
//
// What columns there are depends on what the store holds, so the database does
// not keep it: it is made, as a temporary view of the connection, for a query
// that names it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

inline constexpr std::string_view kWideView = "wide";

// Columns: trial, experiment, state; the parameters that any trial has, by name;
// then the metrics, by name, as the view final_metrics has them: NULL for a trial
// that is not done, and for NaN. A metric called as a column before it is called
// final_NAME. Throws Error where there would be more than 1,900 columns.
std::vector<std::string> wide_view_columns(const Database& database);

// True where the text of a query names the view.
bool names_wide_view(std::string_view sql);

// Makes it, on a connection that has it not yet; otherwise does nothing.
void make_wide_view(const Database& database);

}  // namespace polysweep
