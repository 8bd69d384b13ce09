#include "framework/sweep/parameter_history.h"

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

std::vector<ParameterHistory> history_of(const Schema& schema) {
  std::vector<ParameterHistory> out;
  for (const ParameterSpec& spec : schema.specs()) {
    if (spec.was.empty() && spec.since == 1) continue;
    out.push_back({spec.name, spec.was, spec.since, spec.default_value, spec.when});
  }
  return out;
}

EarlierParameters earlier_parameters(const Schema& schema, int version) {
  EarlierParameters out;
  for (const ParameterHistory& each : history_of(schema)) {
    if (!each.was.empty()) out.names.emplace(each.name, each.was);
    if (each.since > version) out.missing.insert(each.name);
  }
  return out;
}

Parameters current_parameters(const std::vector<ParameterHistory>& history, int version,
                              Parameters parameters) {
  for (const ParameterHistory& each : history) {
    const Value* value = each.was.empty() ? nullptr : parameters.find(each.was);
    if (value == nullptr) continue;
    Value kept = *value;
    parameters.erase(each.was);
    parameters.set(each.name, std::move(kept));
  }
  for (const ParameterHistory& each : history) {
    const bool lacks = each.since > version && parameters.find(each.name) == nullptr;
    if (lacks && all_hold(each.when, parameters)) parameters.set(each.name, each.default_value);
  }
  return parameters;
}

void check_history(const ParameterSpec& spec, const Schema& schema, int version) {
  if (spec.since < 1 || spec.since > version) {
    fail(
        "parameter '{}' is there since version {}, and the version of the experiment is {}; raise "
        "it, or correct 'since'",
        spec.name, spec.since, version);
  }
  if (spec.was.empty()) return;
  if (spec.was == spec.name)
    fail("parameter '{}' was called as it is now; remove 'was'", spec.name);
  for (const ParameterSpec& other : schema.specs()) {
    if (other.name == spec.was) {
      fail("parameter '{}' cannot have been {}, which is a parameter of its own", spec.name,
           in_quotes(spec.was));
    }
    if (other.name != spec.name && other.was == spec.was) {
      fail("parameters '{}' and '{}' cannot both have been {}", spec.name, other.name,
           in_quotes(spec.was));
    }
  }
}

}  // namespace polysweep
