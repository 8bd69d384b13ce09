// The schema of a sweep that runs a command: [parameters] and [metrics], as its
// file declares them (docs/sweep_file.md, "Any program as an experiment").
#pragma once

#include <string>
#include <vector>

#include "framework/sweep/experiment.h"
#include "framework/sweep/file/toml_document.h"

namespace polysweep {

// The parameters that [parameters] declares, as NAME = DEFAULT or NAME = { default = ...,
// type = ..., range = ..., ... }, and those that [fixed] and [factors] imply
// (implied_parameters.h). A declaration without a default or a type has those of the
// parameter's values there. A parameter that only a factor with a `when` implies applies
// where that holds. Throws Error with the place.
Schema read_schema(const TomlNode& root);

// The keys of a declaration.
const std::vector<std::string>& parameter_keys();

// The place of the name of a parameter of read_schema().
const std::string& parameter_place(const TomlNode& root, const std::string& name);

struct DeclaredMetrics {
  std::vector<MetricSpec> metrics;  // the primary first
  std::string primary;
  std::vector<std::string> diverging;  // those whose NaN or infinity is a divergence
  Undeclared undeclared = Undeclared::kRecord;
};

// point = "last", "best" or { mean_of_last = N } of a metric. `has_goal`: what is best is
// known. Throws Error with the place.
PointRule read_point(const TomlEntry& entry, bool has_goal);

// Reads primary, secondary and other, each { name, goal, unit, doc, step, role,
// nan, point }, and undeclared. `clock` is the experiment's, and the default of `step`. Throws
// Error with the place.
DeclaredMetrics read_declared_metrics(const TomlEntry& metrics, const std::string& clock);

// Throws Error with the place of an `axis` that is not one of `metrics`. `schema` is
// that of `parameters`.
void check_axes(const TomlEntry& parameters, const Schema& schema,
                const std::vector<MetricSpec>& metrics);

// Throws Error with the place of a `since` or `was` that contradicts `schema`, or the
// `version` of the file.
void check_histories(const TomlEntry& parameters, const Schema& schema, int version);

}  // namespace polysweep
