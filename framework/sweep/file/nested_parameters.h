// Nested parameters: lr in [parameters.optim] is the parameter optim.lr
// (docs/sweep_file.md, "Nested parameters").
#pragma once

#include "framework/sweep/experiment.h"
#include "framework/sweep/file/toml_document.h"

namespace polysweep {

// Gives nested parameters of the root table of a sweep file their dotted names: in
// [parameters], [fixed], [factors], [sample.factors], [baseline] and conditions. `catalogue`
// has the parameters of an experiment that the file does not declare itself. Throws Error
// with the place of a table that may be a parameter or a group of them.
void flatten_parameters(TomlNode& root, const Catalogue& catalogue);

}  // namespace polysweep
