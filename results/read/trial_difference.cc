#include "results/read/trial_difference.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "framework/core/error.h"

namespace polysweep {
namespace {

using Facts = std::map<std::string, std::string>;

Facts identity_facts(const TrialRecord& trial) {
  Facts out{{"experiment", trial.experiment},
            {"version", std::to_string(trial.experiment_version)},
            {"code", trial.code_digest},
            {"data", trial.data_digest},
            {"state", std::string(state_name(trial.state))}};
  if (const AttemptRecord* end = trial.counted_attempt())
    out["outcome"] = end->running ? "running" : end->outcome;
  return out;
}

Facts parameter_facts(const TrialRecord& trial) {
  Facts out;
  for (const auto& [name, value] : trial.parameters) out[name] = value.display();
  return out;
}

Facts text_facts(const TrialRecord& trial) {
  Facts out;
  for (const TextEntry& each : trial.texts) {
    out[each.name + " at step " + std::to_string(each.step)] = each.value;
  }
  return out;
}

bool same_value(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

}  // namespace

std::vector<FactDifference> fact_differences(const Facts& first, const Facts& second) {
  const auto value_in = [](const Facts& facts, const std::string& name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::nullopt : std::optional(found->second);
  };
  std::set<std::string> names;
  for (const Facts* facts : {&first, &second}) {
    for (const auto& [name, value] : *facts) names.insert(name);
  }
  std::vector<FactDifference> out;
  for (const std::string& name : names) {
    FactDifference each{name, value_in(first, name), value_in(second, name)};
    if (each.first != each.second) out.push_back(std::move(each));
  }
  return out;
}

bool TrialDifference::empty() const {
  return identity.empty() && parameters.empty() && provenance.empty() && texts.empty() &&
         std::none_of(series.begin(), series.end(),
                      [](const SeriesDifference& each) { return each.differs(); });
}

SeriesDifference series_difference(const std::string& metric, const std::vector<CurvePoint>& first,
                                   const std::vector<CurvePoint>& second) {
  for (const std::vector<CurvePoint>* points : {&first, &second}) {
    check(std::is_sorted(points->begin(), points->end(),
                         [](const auto& a, const auto& b) { return a.step < b.step; }),
          "the points of a series are ordered by step");
  }
  SeriesDifference out;
  out.metric = metric;
  if (!first.empty()) out.first = first.back().value;
  if (!second.empty()) out.second = second.back().value;
  const auto differs_at = [&](std::int64_t step) {
    if (!out.since_step) out.since_step = step;
  };
  auto a = first.begin();
  auto b = second.begin();
  while (a != first.end() || b != second.end()) {
    const bool only_a = b == second.end() || (a != first.end() && a->step < b->step);
    const bool only_b = a == first.end() || (b != second.end() && b->step < a->step);
    if (only_a || only_b) {
      ++out.other_steps;
      differs_at(only_a ? (a++)->step : (b++)->step);
      continue;
    }
    ++out.common_steps;
    if (!same_value(a->value, b->value)) differs_at(a->step);
    if (std::isfinite(a->value) && std::isfinite(b->value)) {
      out.largest = std::max(out.largest, std::abs(a->value - b->value));
    }
    ++a;
    ++b;
  }
  return out;
}

TrialDifference difference_of(const Database& database, const TrialRecord& first,
                              const TrialRecord& second) {
  TrialDifference out;
  out.identity = fact_differences(identity_facts(first), identity_facts(second));
  out.parameters = fact_differences(parameter_facts(first), parameter_facts(second));
  out.provenance = fact_differences(first.provenance, second.provenance);
  out.texts = fact_differences(text_facts(first), text_facts(second));
  std::set<std::string> metrics;
  for (const TrialRecord* trial : {&first, &second}) {
    for (const MetricSummary& each : trial->metrics) metrics.insert(each.name);
  }
  for (const std::string& metric : metrics) {
    out.series.push_back(series_difference(metric, load_curve(database, first.id, metric),
                                           load_curve(database, second.id, metric)));
  }
  return out;
}

}  // namespace polysweep
