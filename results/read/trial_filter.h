// Which rows of a listing a person asks for, and in which order:
// 'encoding=rope and test_bleu>30', '-test_bleu,encoding'.
//
//   expression  = conjunction { "or" conjunction }
//   conjunction = term { "and" term }
//   term        = "not" term | "(" expression ")" | name comparison value
//   comparison  = "=" | "==" | "!=" | "<" | "<=" | ">" | ">="
// A name is that of a column: trial, experiment, state, attempts, a parameter or
// a final metric; where one is called as another, the one that stands earlier
// here is meant. Names and values with other characters than letters, digits and
// _ . + - / : stand in quotes, '...' or "...", which are doubled inside.
//
// Numbers are compared as numbers, all else as text. A row that has no such
// value (or NaN) fulfils no comparison, "!=" no more than "=".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "results/read/trial_table.h"

namespace polysweep {

// What a row has in a column. Integers are reals here.
using TrialField = std::variant<std::monostate, double, std::string>;

// The columns that any of the rows has, in the order in which they are looked up;
// parameters and metrics by name.
std::vector<std::string> trial_columns(const std::vector<TrialRow>& rows);

// Throws Error that names the nearest of `known` where `name` is none of them.
void expect_column(const std::string& name, const std::vector<std::string>& known);

TrialField trial_field(const TrialRow& row, const std::string& column);

using TrialFilter = std::function<bool(const TrialRow&)>;
// Throws Error that shows the place, for what is no expression, and for a name
// that is not in `known`.
TrialFilter parse_trial_filter(std::string_view expression, const std::vector<std::string>& known);

// Sorts by columns with a comma between, each falling where "-" stands before
// it. Rows without a value come last; equal ones keep their order.
void sort_trials(std::vector<TrialRow>& rows, std::string_view columns,
                 const std::vector<std::string>& known);

}  // namespace polysweep
