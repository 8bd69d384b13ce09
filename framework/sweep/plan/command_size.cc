#include "framework/sweep/plan/command_size.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "framework/core/error_place.h"
#include "framework/sweep/plan/plan.h"

extern char** environ;

namespace polysweep {
namespace {

constexpr std::size_t kLargestSpace = 6 << 20;
constexpr std::size_t kOverhead = 1 + sizeof(char*);  // of a string: its zero, its pointer

// As many bytes as the longest value of each parameter has.
std::map<std::string_view, std::size_t> longest_values(const Sweep& sweep) {
  std::map<std::string_view, std::size_t> longest;
  for (const ParameterSpec& spec : sweep.experiment.schema.specs()) {
    const Value* fixed = sweep.fixed.find(spec.name);
    const Value& otherwise = fixed == nullptr ? spec.default_value : *fixed;
    longest[spec.name] = otherwise.display().size();
  }
  for (const Factor& factor : sweep.factors) {
    std::size_t& most = longest[factor.name];
    for (const Value& level : factor.levels) most = std::max(most, level.display().size());
  }
  return longest;
}

std::size_t size_of_environment() {
  std::size_t bytes = 0;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    bytes += std::string_view(*entry).size() + kOverhead;
  }
  return bytes;
}

// What a command takes if every parameter has its longest value.
struct Bound {
  std::size_t longest = 0;
  std::size_t sum = 0;

  void add(std::size_t bytes) {
    longest = std::max(longest, bytes);
    sum += bytes + kOverhead;
  }
};

Bound bound_of(const Sweep& sweep) {
  const std::map<std::string_view, std::size_t> values = longest_values(sweep);
  std::size_t of_all = 0;  // as words of Hydra, each text with escapes
  for (const auto& [name, bytes] : values) of_all += name.size() + 3 + 2 * bytes + kOverhead;
  const auto size_of = [&values, of_all](const WordTemplate& word) {
    std::size_t bytes = word.text().size();
    for (const std::string& place : word.places()) {
      if (place == kOverridesPlace) bytes += of_all;
      const auto found = values.find(place);
      if (found == values.end()) continue;
      // Of a list that becomes words, each item with the rest of its word.
      const std::size_t items = word.has_each() ? found->second / 2 + 1 : 1;
      bytes += found->second + (items - 1) * (word.text().size() + kOverhead);
    }
    return bytes;
  };
  Bound bound;
  for (const CommandWords& group : sweep.experiment.command->words) {
    for (const WordTemplate& word : group.words) bound.add(size_of(word));
  }
  for (const CommandVariable& variable : sweep.experiment.command->environment) {
    bound.add(variable.name.size() + 1 + size_of(variable.value));
  }
  return bound;
}

// `places`: those that polysweep fills in when the trial runs, as they are.
void expect_startable(const Plan& plan, std::size_t index, std::size_t environment_bytes,
                      const std::vector<std::pair<std::string_view, std::string>>& places) {
  const Sweep& sweep = plan.sweep();
  const Trial trial = plan.trial(index);
  const FilledCommand filled = fill_command(*sweep.experiment.command, trial.parameters, places);
  const std::string& place = sweep.places.at("command");
  std::size_t sum = environment_bytes;
  for (std::size_t i = 0; i < filled.argv.size(); ++i) {
    const std::size_t bytes = filled.argv[i].size();
    if (bytes > kMaxArgumentBytes) {
      fail_at(place,
              "argument {} of trial {} has {} bytes, and the system starts a program with at most "
              "{} in one; write the text to a file and pass its path",
              i, trial.id.brief(), bytes, kMaxArgumentBytes);
    }
    sum += bytes + kOverhead;
  }
  for (const auto& [name, value] : filled.environment) {
    const std::size_t bytes = name.size() + 1 + value.size();
    if (bytes > kMaxArgumentBytes) {
      fail_at(sweep.places.at("environment " + name),
              "the variable {} of trial {} has {} bytes with its name, and the system starts a "
              "program with at most {} in one; write the text to a file and pass its path",
              name, trial.id.brief(), bytes, kMaxArgumentBytes);
    }
    sum += bytes + kOverhead;
  }
  if (sum > argument_space()) {
    fail_at(place,
            "the arguments and the environment of trial {} take {} bytes, and the system starts a "
            "program with at most {}; write long texts to files and pass their paths",
            trial.id.brief(), sum, argument_space());
  }
}

}  // namespace

std::size_t argument_space() {
  const long of_system = sysconf(_SC_ARG_MAX);
  check(of_system > 0, "the system limits the arguments of a program");
  return std::min(static_cast<std::size_t>(of_system), kLargestSpace);
}

void expect_startable(const Plan& plan) {
  if (!plan.sweep().experiment.command) return;
  const std::size_t environment_bytes = size_of_environment();
  const Bound bound = bound_of(plan.sweep());
  if (bound.longest <= kMaxArgumentBytes && environment_bytes + bound.sum <= argument_space()) {
    return;
  }
  std::vector<std::pair<std::string_view, std::string>> places;
  for (const std::string_view name : kCommandPlaces) {
    places.emplace_back(name, fmt::format("{{{}}}", name));
  }
  for (std::size_t i = 0; i < plan.size(); ++i) {
    expect_startable(plan, i, environment_bytes, places);
  }
}

}  // namespace polysweep
