#include "results/read/sweeps_of_trial.h"

#include <algorithm>

#include "results/read/stored_plan.h"
#include "results/schema/connection.h"

namespace polysweep {
namespace {

// "" where the command line said nothing of it.
std::string override_of(const PlanDescription& sweep, const std::string& name) {
  for (const std::string& word : sweep.overrides) {
    if (word.starts_with(name + "=")) return word;
  }
  return "";
}

ParameterSetting origin_of(const PlanDescription& sweep, const std::string& name,
                           const Value& value) {
  ParameterSetting out;
  const auto factor = std::find_if(sweep.factors.begin(), sweep.factors.end(),
                                   [&](const FactorInfo& each) { return each.name == name; });
  // A factor that does not apply to a trial's cell leaves it the default.
  const bool varies =
      factor != sweep.factors.end() &&
      std::find(factor->levels.begin(), factor->levels.end(), value) != factor->levels.end();
  if (varies) {
    out.source = ParameterSource::kFactor;
    out.levels = factor->levels;
  } else if (name == sweep.replicate) {
    out.source = ParameterSource::kReplicate;
  } else if (sweep.fixed.find(name) != nullptr) {
    out.source = ParameterSource::kFixed;
  }
  if (out.source != ParameterSource::kDefault) out.override_argument = override_of(sweep, name);
  if (!out.override_argument.empty()) out.source = ParameterSource::kOverride;
  return out;
}

}  // namespace

std::string_view source_name(ParameterSource source) {
  switch (source) {
    case ParameterSource::kDefault:
      return "default";
    case ParameterSource::kFixed:
      return "fixed";
    case ParameterSource::kFactor:
      return "factor";
    case ParameterSource::kReplicate:
      return "replicate";
    case ParameterSource::kOverride:
      return "override";
  }
  return "";
}

std::vector<SweepOfTrial> load_sweeps_of_trial(const Database& database, const TrialId& id,
                                               const Parameters& parameters) {
  Statement rows = database.connection().prepare(
      "SELECT s.name, n.planned_us, n.description FROM trial t "
      "JOIN sweep_trial x ON x.trial_id = t.trial_id "
      "JOIN planning n ON n.revision_id = x.revision_id "
      "JOIN sweep s ON s.planning_id = n.planning_id WHERE t.trial = ? ORDER BY s.name");
  const std::string hex = id.hex();
  std::vector<SweepOfTrial> out;
  rows.with(hex);
  while (rows.step()) {
    PlanDescription sweep = read_description(rows.string(0), rows.text(2));
    // A replicate is not a factor here: its levels do not distinguish cells.
    std::erase_if(sweep.factors,
                  [&](const FactorInfo& factor) { return factor.name == sweep.replicate; });
    SweepOfTrial& origin = out.emplace_back();
    origin.sweep = rows.string(0);
    origin.planned_us = rows.integer(1);
    origin.file = sweep.file;
    origin.overrides = sweep.overrides;
    origin.data_digests = sweep.data_digests;
    origin.code_files = sweep.code_files;
    for (const auto& [name, value] : parameters) {
      origin.parameters[name] = origin_of(sweep, name, value);
    }
  }
  return out;
}

TrialMembership trial_membership(const Database& database, const TrialId& id) {
  Statement row = database.connection().prepare(
      "SELECT t.state, EXISTS (SELECT 1 FROM sweep_trial x "
      "JOIN planning n ON n.revision_id = x.revision_id "
      "JOIN sweep s ON s.planning_id = n.planning_id WHERE x.trial_id = t.trial_id), "
      "t.trial_id "
      "FROM trial t WHERE t.trial = ?");
  const std::string hex = id.hex();
  if (!row.with(hex).step()) return {};
  return {true, row.integer(1) != 0, database.current_state(row.integer(2), row.integer(0))};
}

}  // namespace polysweep
