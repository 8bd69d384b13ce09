// The view `wide`: one row per trial, one column per parameter and final metric.
//
// Its columns depend on the content of the store, so the database does not keep
// it: it is created as a temporary view of the connection for a query that names it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

inline constexpr std::string_view kWideView = "wide";

// Columns: trial, experiment, state; the parameters of all trials, by name; then
// the metrics, by name, as in the view final_metrics: NULL for a trial that is not
// done, and for NaN. A metric with the name of an earlier column is the column
// final_NAME. Throws Error if there would be more than 1,900 columns.
std::vector<std::string> wide_view_columns(const Database& database);

// True if the text of a query names the view.
bool names_wide_view(std::string_view sql);

// Creates it unless the connection already has it.
void make_wide_view(const Database& database);

}  // namespace polysweep
