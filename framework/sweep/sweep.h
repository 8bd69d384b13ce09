// A sweep: what varies, what is fixed, what is compared, checked against the
// schema of its experiment. It is read by framework/sweep/file/sweep_file.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/comparison_rule.h"
#include "framework/sweep/experiment.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/sampling.h"

namespace polysweep {

// A factor has no more levels than this.
inline constexpr std::size_t kMaxLevels = 65534;

// A parameter that varies. `levels` are typed, in the file's order, distinct.
struct Factor {
  std::string name;
  std::vector<Value> levels;
  std::vector<Condition> when;  // of the file and of the schema
  Sampling sampling = Sampling::kNone;
};

// Factors that are drawn together: one axis of points.
struct JointSample {
  SampleDesign design = SampleDesign::kSobol;
  std::vector<std::string> factors;
  // Per factor and point: an index into Factor::levels. Two points may be equal.
  std::vector<std::vector<std::uint16_t>> levels;

  std::size_t points() const { return levels.empty() ? 0 : levels[0].size(); }
};

// Combinations to leave out (exclude), or the only ones to keep (where).
struct Selection {
  std::vector<Condition> conditions;
  std::string text;  // as in the file, for the reason that `plan` prints
};

struct Sweep {
  std::string name;
  std::string file;  // path as given; "" for a text
  std::string text;  // the file's content
  std::vector<std::string> overrides;
  bool renamed = false;  // `name` is of the command line (--as), not of the file

  ExperimentSpec experiment;
  Parameters fixed;                            // typed; defaults are not in it
  std::vector<Factor> factors;                 // the replicate is among them
  std::string replicate;                       // "" where nothing is repeated
  std::vector<std::vector<std::string>> zips;  // factors that move together
  std::optional<JointSample> sample;
  std::vector<Selection> excludes;
  std::vector<Selection> wheres;
  Parameters baseline;  // names levels of some factors; empty: no baseline
  MetricSpec primary;   // the experiment's, with the goal that the sweep chose
  std::vector<MetricSpec> secondary;
  ComparisonRule comparison;
  // For errors of planning: places ("file:line:column", "override '...'") of "command",
  // "factors", "baseline", "family", "environment NAME", "fixed NAME", "factor NAME".
  std::map<std::string, std::string> places;

  const Factor* find_factor(std::string_view name) const;
};

}  // namespace polysweep
