// A sweep: one TOML file, checked against the schema of its experiment.
//
// The grammar is documented in docs/sweep_file.md. What can be wrong with a file
// is found here, or at planning (plan.h), before anything runs: as an Error with
// file:line:column and the nearest known name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/experiment.h"
#include "framework/sweep/parameters.h"

namespace polysweep {

// A parameter that varies. `levels` are typed, in the file's order, distinct.
struct Factor {
  std::string name;
  std::vector<Value> levels;
  std::vector<Condition> when;  // of the file and of the schema
};

// Cells that are left out (exclude) or that alone are kept (where).
struct Selection {
  std::vector<Condition> conditions;
  std::string text;  // as in the file, for the reason that `plan` prints
};

struct MetricChoice {
  std::string name;
  Goal goal = Goal::kMinimize;
};

struct Sweep {
  std::string name;
  std::string file;  // path as given; "" for a text
  std::string text;  // the file's content
  std::vector<std::string> overrides;

  ExperimentSpec experiment;
  Parameters fixed;                            // typed; defaults are not in it
  std::vector<Factor> factors;                 // the replicate is among them
  std::string replicate;                       // "" where nothing is repeated
  std::vector<std::vector<std::string>> zips;  // factors that move together
  std::vector<Selection> excludes;
  std::vector<Selection> wheres;
  Parameters baseline;  // names levels of some factors; empty: no baseline
  MetricChoice primary;
  std::vector<MetricChoice> secondary;
  // Where it stands what only planning can judge ("file:line:column" or
  // "override '...'"): of "factors", "baseline", "fixed NAME", "factor NAME".
  std::map<std::string, std::string> places;

  const Factor* find_factor(std::string_view name) const;
};

}  // namespace polysweep
