#include "results/read/replay_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace polysweep {
namespace {

std::string end_of(const TrialRecord& trial) {
  const AttemptRecord* end = trial.counted_attempt();
  if (end == nullptr || end->running || end->outcome == state_name(trial.state))
    return std::string(state_name(trial.state));
  return fmt::format("{} ({}): {}", state_name(trial.state), end->outcome, end->message);
}

std::optional<std::string> value_at(const ReplayedTrial& side, const std::string& metric,
                                    std::int64_t step) {
  for (const CurvePoint& point : load_curve(side.database, side.trial.id, metric)) {
    if (point.step == step) return fmt::format("{}", point.value);
  }
  return std::nullopt;
}

void compare_metrics(const ReplayedTrial& then, const ReplayedTrial& now,
                     const std::set<std::string>& left_out, ReplayCheck& verdict) {
  std::set<std::string> metrics;
  for (const ReplayedTrial* side : {&then, &now}) {
    for (const MetricSummary& each : side->trial.metrics) metrics.insert(each.name);
  }
  for (const std::string& metric : metrics) {
    if (left_out.contains(metric)) continue;
    const SeriesDifference series =
        series_difference(metric, load_curve(then.database, then.trial.id, metric),
                          load_curve(now.database, now.trial.id, metric));
    verdict.points += series.common_steps + series.other_steps;
    if (!series.differs()) continue;
    verdict.differing.push_back(metric);
    if (verdict.first && verdict.first->step <= *series.since_step) continue;
    verdict.first =
        FirstDifference{metric, *series.since_step, value_at(then, metric, *series.since_step),
                        value_at(now, metric, *series.since_step)};
  }
}

using Texts = std::map<std::pair<std::int64_t, std::string>, std::string>;

Texts texts_of(const TrialRecord& trial) {
  Texts out;
  for (const TextEntry& each : trial.texts) out[{each.step, each.name}] = each.value;
  return out;
}

std::optional<std::string> text_in(const Texts& texts, const Texts::key_type& key) {
  const auto found = texts.find(key);
  return found == texts.end() ? std::nullopt : std::optional(found->second);
}

void compare_texts(const TrialRecord& then, const TrialRecord& now, ReplayCheck& verdict) {
  const Texts first = texts_of(then);
  const Texts second = texts_of(now);
  std::set<Texts::key_type> keys;
  for (const Texts* texts : {&first, &second}) {
    for (const auto& [key, value] : *texts) keys.insert(key);
  }
  verdict.texts = keys.size();
  for (const Texts::key_type& key : keys) {
    const auto& [step, name] = key;
    FirstDifference each{name, step, text_in(first, key), text_in(second, key)};
    if (each.then == each.now) continue;
    std::vector<std::string>& names = verdict.differing;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    if (!verdict.first || step < verdict.first->step) verdict.first = std::move(each);
  }
}

}  // namespace

ReplayCheck check_replay(const ReplayedTrial& then, const ReplayedTrial& now,
                         const std::set<std::string>& left_out) {
  ReplayCheck verdict;
  if (then.trial.state != now.trial.state) verdict.other_end = end_of(now.trial);
  compare_metrics(then, now, left_out, verdict);
  compare_texts(then.trial, now.trial, verdict);
  verdict.provenance = fact_differences(then.trial.provenance, now.trial.provenance);
  return verdict;
}

bool measures_time(std::string_view unit) {
  constexpr std::array<std::string_view, 9> kTimes = {"ns",  "us", "µs",      "ms",     "s",
                                                      "min", "h",  "seconds", "minutes"};
  const std::size_t slash = unit.rfind('/');
  const std::string_view time = slash == std::string_view::npos ? unit : unit.substr(slash + 1);
  return std::find(kTimes.begin(), kTimes.end(), time) != kTimes.end();
}

}  // namespace polysweep
