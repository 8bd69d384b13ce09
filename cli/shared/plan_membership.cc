#include "cli/shared/plan_membership.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <set>

#include "cli/shared/plan_from_file.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostCompared = 200'000;  // trials of a plan

// ("steps: 20 now, 5 in this trial", ...) in the order of names.
std::vector<std::string> differences(const Parameters& theirs, const Parameters& ours) {
  std::vector<std::string> out;
  std::set<std::string> names;
  for (const auto& [name, value] : theirs) names.insert(name);
  for (const auto& [name, value] : ours) names.insert(name);
  for (const std::string& name : names) {
    const Value* there = theirs.find(name);
    const Value* here = ours.find(name);
    if (there == nullptr) {
      out.push_back(fmt::format("{}: not set now, {} in this trial", name, here->display()));
    } else if (here == nullptr) {
      out.push_back(fmt::format("{}: {} now, not set in this trial", name, there->display()));
    } else if (!(*there == *here)) {
      out.push_back(
          fmt::format("{}: {} now, {} in this trial", name, there->display(), here->display()));
    }
  }
  return out;
}

std::size_t count_differences(const Parameters& theirs, const Parameters& ours) {
  std::size_t same = 0;
  for (const auto& [name, value] : theirs) {
    const Value* here = ours.find(name);
    same += here != nullptr && *here == value ? 1 : 0;
  }
  return theirs.size() + ours.size() - 2 * same;
}

// The trial of the plan whose parameters differ least from ours.
Trial nearest_trial(const Plan& plan, const Parameters& ours) {
  std::size_t nearest = 0;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (std::size_t i = 0; i < std::min(plan.size(), kMostCompared) && least > 0; ++i) {
    const std::size_t count = count_differences(plan.trial(i).parameters, ours);
    if (count >= least) continue;
    least = count;
    nearest = i;
  }
  return plan.trial(nearest);
}

// `verb`: what a trial does with such files. `other`: said where no file differs.
void add_file_differences(const std::map<std::string, std::string>& theirs,
                          const std::map<std::string, std::string>& ours, std::string_view verb,
                          std::string_view other, std::vector<std::string>& out) {
  const std::size_t before = out.size();
  for (const auto& [path, digest] : theirs) {
    const auto here = ours.find(path);
    if (here == ours.end()) {
      out.push_back(fmt::format("it also {} {}", verb, path));
    } else if (here->second != digest) {
      out.push_back(fmt::format("the content of {} has changed", path));
    }
  }
  for (const auto& [path, digest] : ours) {
    if (!theirs.contains(path)) out.push_back(fmt::format("it no longer {} {}", verb, path));
  }
  if (out.size() == before) out.emplace_back(other);
}

std::map<std::string, std::string> code_files(const Plan& plan) {
  std::map<std::string, std::string> out;
  const std::optional<CommandSpec>& command = plan.sweep().experiment.command;
  if (!command) return out;
  for (const InputFile& file : command->files) out.emplace(file.path, file.sha256);
  return out;
}

std::string what_differs(const PlanFromFile& planned, const SweepOfTrial& origin,
                         const TrialRecord& ours) {
  const Trial theirs = nearest_trial(planned.plan, ours.parameters);
  std::vector<std::string> out;
  if (theirs.experiment != ours.experiment) {
    out.push_back(
        fmt::format("experiment: {} now, {} in this trial", theirs.experiment, ours.experiment));
  } else if (theirs.experiment_version != ours.experiment_version) {
    out.push_back(fmt::format("version of experiment {}: {} now, {} in this trial",
                              theirs.experiment, theirs.experiment_version,
                              ours.experiment_version));
  }
  if (theirs.code_digest != ours.code_digest) {
    add_file_differences(code_files(planned.plan), origin.code_files, "runs", "it runs other code",
                         out);
  }
  if (theirs.data_digest != ours.data_digest) {
    add_file_differences(planned.data_digests, origin.data_digests, "reads",
                         "it reads other data, or its command has changed", out);
  }
  const std::vector<std::string> parameters = differences(theirs.parameters, ours.parameters);
  out.insert(out.end(), parameters.begin(), parameters.end());
  return fmt::format("the nearest trial is {} ({})", theirs.id.brief(), fmt::join(out, "; "));
}

po::variables_map planning_arguments(const po::variables_map& given, const SweepOfTrial& origin) {
  po::variables_map arguments;
  for (const char* name : {"worker", "data"}) {
    if (given.count(name) > 0) arguments.emplace(name, given[name]);
  }
  const std::vector<std::string> file = {origin.file};
  arguments.emplace("file", po::variable_value(boost::any(file), false));
  arguments.emplace("overrides", po::variable_value(boost::any(origin.overrides), false));
  return arguments;
}

}  // namespace

PlanMembership plan_membership(const po::variables_map& given, const SweepOfTrial& origin,
                               const TrialRecord& trial) {
  std::error_code unknown;
  if (!std::filesystem::exists(origin.file, unknown)) {
    return {Membership::kUnknown, fmt::format("the file {} does not exist", origin.file)};
  }
  try {
    const PlanFromFile planned = overridden_plan(planning_arguments(given, origin));
    for (std::size_t i = 0; i < planned.plan.size(); ++i) {
      if (planned.plan.id(i) == trial.id) return {Membership::kPlanned, ""};
    }
    return {Membership::kNotPlanned, what_differs(planned, origin, trial)};
  } catch (const Error& wrong) {
    return {Membership::kUnknown, wrong.what()};
  }
}

}  // namespace polysweep
