// Conditions and sort orders for a table of trials, as the command line takes them:
// 'encoding=rope and test_bleu>30', '-test_bleu,encoding'.
//
//   expression  = conjunction { "or" conjunction }
//   conjunction = term { "and" term }
//   term        = "not" term | "(" expression ")" | name comparison value
//   comparison  = "=" | "==" | "!=" | "<" | "<=" | ">" | ">="
// A name is that of a column: trial, experiment, state, attempts, a parameter or
// a final metric; of two with the same name, the first in this list is meant. Names
// and values that contain characters other than letters, digits and _ . + - / : are
// quoted, '...' or "..."; a quote inside is doubled.
//
// Numbers are compared as numbers, everything else as text. For a row without the
// value (or with NaN) every comparison is false, "!=" as well as "=".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "results/read/trial_table.h"

namespace polysweep {

// A row's value in a column. Integers are reals here.
using TrialField = std::variant<std::monostate, double, std::string>;

// The columns of the rows, in the order of lookup; parameters and metrics by name.
std::vector<std::string> trial_columns(const std::vector<TrialRow>& rows);

// Throws Error with the nearest of `known` if `name` is not one of them.
void expect_column(const std::string& name, const std::vector<std::string>& known);

TrialField trial_field(const TrialRow& row, const std::string& column);

using TrialFilter = std::function<bool(const TrialRow&)>;
// After "=" and "!=" a number that none of `rows` has means the only real value of that
// parameter in them that is shown so (framework/sweep/level_names.h). Throws Error with the
// position of a syntax error, and for a name that is not in `known`.
TrialFilter parse_trial_filter(std::string_view expression, const std::vector<std::string>& known,
                               const std::vector<TrialRow>& rows);

// Sorts by comma-separated columns, descending where "-" precedes the name. Rows
// without a value come last; equal rows keep their order.
void sort_trials(std::vector<TrialRow>& rows, std::string_view columns,
                 const std::vector<std::string>& known);

}  // namespace polysweep
