// What the journal and the database keep of a plan, enough to report on it
// without its sweep file: everything but the cells and the trials, which have
// events of their own.
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
#include "framework/sweep/parameter_history.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/role.h"
#include "framework/sweep/sampling.h"

namespace polysweep {

// Combinations that were left out.
struct Exclusion {
  std::string reason;  // 'exclude optimizer="sgd" width=128', ...
  std::uint64_t count = 0;
};

// A factor as reports need it.
struct FactorInfo {
  std::string name;
  std::vector<Value> levels;
  std::string unit;
  std::string doc;
  Role role = Role::kNone;
  std::string axis;      // ParameterSpec::axis
  bool partial = false;  // some cell of the plan has no level of it
  Sampling sampling = Sampling::kNone;
};

struct PlanDescription {
  std::string sweep;
  std::string experiment;
  int experiment_version = 1;
  std::string experiment_doc;
  std::string clock{kDefaultClock};  // ExperimentSpec::clock
  std::string file;                  // path as given
  std::string text;                  // the file's content
  std::vector<std::string> overrides;
  bool renamed = false;               // Sweep::renamed
  Parameters fixed;                   // by the file or an override
  Parameters defaults;                // what trials have without the file giving it
  std::map<std::string, Role> roles;  // of the parameters that have one
  // Of the parameters that were added or renamed (parameter_history.h).
  std::vector<ParameterHistory> history;
  std::string replicate;             // "" where nothing is repeated
  std::vector<FactorInfo> factors;   // the replicate is among them
  std::optional<SampleInfo> sample;  // factors that were drawn together
  Parameters baseline;
  MetricSpec primary;                 // with the goal that the sweep chose
  std::vector<MetricSpec> secondary;  // likewise
  ComparisonRule comparison;
  std::vector<MetricSpec> metrics;                  // all that the experiment publishes
  std::map<std::string, std::string> data_digests;  // path -> SHA-256 (hex)
  std::string code_digest;                          // Trial::code_digest of all its trials
  std::string code_runs;  // the code that runs, where it is declared to mean the same; else ""
  std::map<std::string, std::string> code_files;  // as data_digests
  std::size_t cell_count = 0;
  std::vector<Exclusion> exclusions;
};

// No description is longer as JSON, in bytes: a journal record holds it.
inline constexpr std::size_t kMaxDescriptionBytes = 15 * 1024 * 1024;

// One JSON object; the same description always gives the same text. Throws
// Error if it is longer than kMaxDescriptionBytes.
std::string description_json(const PlanDescription& description);

// Reads what description_json() wrote. Throws Error that says what is wrong.
PlanDescription parse_description(std::string_view json);

}  // namespace polysweep
