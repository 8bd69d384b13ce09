#include "reports/analysis/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/analysis/cell_values.h"
#include "reports/analysis/escaping.h"
#include "reports/analysis/number_text.h"
#include "reports/analysis/sweep_series.h"

namespace polysweep {
namespace {

constexpr std::size_t kShownValues = 4;

// Parameters that say how much an arm may learn from, and what.
constexpr const char* kBudgetParameters[] = {"updates", "epochs",     "steps",  "batch_tokens",
                                             "batch",   "batch_size", "budget", "patience"};
constexpr const char* kDataParameters[] = {"corpus", "data", "dataset", "sentences", "vocabulary"};
// Metrics that say how much was spent or how large the model is.
constexpr const char* kSpentMetrics[] = {"updates", "tokens", "tokens_seen", "examples"};
constexpr const char* kSizeMetrics[] = {"parameters", "parameter_count"};

// Value -> the arms that have it and the number of trials.
struct Seen {
  std::set<std::string> arms;
  std::size_t trials = 0;
};
using Values = std::map<std::string, Seen>;

// True where every value is seen by the same set of arms.
bool alike(const Values& values) {
  return std::all_of(values.begin(), values.end(), [&](const auto& entry) {
    return entry.second.arms == values.begin()->second.arms;
  });
}

std::string arms_text(const std::set<std::string>& arms) {
  std::string text;
  std::size_t shown = 0;
  for (const auto& arm : arms) {
    if (shown++ == kShownValues) return text + fmt::format(" and {} more", arms.size() - shown + 1);
    text += (text.empty() ? "" : "; ") + arm;
  }
  return text;
}

// The value most trials have stands last, without its arms.
std::string values_text(const Values& values, bool with_arms) {
  std::vector<Values::const_pointer> ordered;
  for (const auto& entry : values) ordered.push_back(&entry);
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
    return a->second.trials < b->second.trials;
  });
  std::string text;
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    const auto& [value, seen] = *ordered[i];
    const bool last = i + 1 == ordered.size();
    if (i >= kShownValues && !last) continue;
    if (last && ordered.size() > kShownValues + 1) {
      text += fmt::format("; and {} more values", ordered.size() - kShownValues - 1);
    }
    text += (text.empty() ? "" : "; ") + shortened(value, 80);
    if (with_arms) text += last ? " elsewhere" : " in " + arms_text(seen.arms);
    if (!with_arms) text += " (" + count_text(seen.trials, "trial") + ")";
  }
  return text;
}

AuditItem judged(const std::string& topic, const std::string& name, const Values& values) {
  AuditItem item{topic, AuditState::kUnknown, name + " was not recorded"};
  if (values.empty()) return item;
  if (values.size() == 1) {
    item.state = AuditState::kSame;
    item.finding = name + ": " + shortened(values.begin()->first, 120);
    return item;
  }
  const bool spread = alike(values);
  item.state = spread ? AuditState::kDiffers : AuditState::kConfounded;
  item.finding = name + (spread ? " differs, alike in all arms: " : " differs: ") +
                 values_text(values, !spread);
  return item;
}

bool has_prefix(const std::string& fact, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const auto& prefix) { return fact.starts_with(prefix); });
}

// Fact -> its values over the done trials that have a provenance document.
std::map<std::string, Values> facts_of(const SweepResults& results, const Arms& arms,
                                       const std::vector<std::string>& prefixes) {
  std::map<std::string, Values> facts;
  for (const auto& [digest, document] : results.provenance) {
    for (const auto& [fact, value] : document) {
      if (has_prefix(fact, prefixes)) facts[fact];
    }
  }
  for (const auto& trial : results.trials) {
    const auto document = results.provenance.find(trial.provenance);
    if (trial.state != TrialState::kDone || document == results.provenance.end()) continue;
    for (auto& [fact, values] : facts) {
      const auto value = document->second.find(fact);
      const bool set = value != document->second.end();
      Seen& seen = values[!set ? "not set" : value->second.empty() ? "(empty)" : value->second];
      seen.arms.insert(arms.cells[trial.cell].arm);
      ++seen.trials;
    }
  }
  return facts;
}

// One item for the facts that are the same everywhere, one for each that is not.
void audit_facts(std::vector<AuditItem>& items, const SweepResults& results, const Arms& arms,
                 const std::string& topic, const std::vector<std::string>& prefixes) {
  std::size_t same = 0;
  std::string shown;
  for (const auto& [fact, values] : facts_of(results, arms, prefixes)) {
    if (values.size() > 1) items.push_back(judged(topic, shortened(fact, 60), values));
    if (values.size() != 1) continue;
    if (++same <= kShownValues) {
      shown += (shown.empty() ? "" : "; ") + shortened(fact, 60) + " " +
               shortened(values.begin()->first, 80);
    }
  }
  const auto unknown =
      std::count_if(results.trials.begin(), results.trials.end(), [&](const TrialResult& trial) {
        return trial.state == TrialState::kDone && results.provenance.count(trial.provenance) == 0;
      });
  if (unknown > 0) {
    items.push_back(
        {topic, AuditState::kUnknown,
         "not recorded for " + count_text(static_cast<std::size_t>(unknown), "done trial")});
  }
  if (same > kShownValues) shown += " and " + count_text(same - kShownValues, "more fact");
  if (same > 0) items.push_back({topic, AuditState::kSame, "alike in all done trials: " + shown});
}

// Parameters that set data or budget: fixed, varied alike, or tied to an arm.
template <typename Names>
void audit_parameters(std::vector<AuditItem>& items, const SweepResults& results,
                      const std::string& topic, const Names& names) {
  std::string shared;
  for (const char* name : names) {
    const Value* value = results.fixed.find(name);
    if (value == nullptr) value = results.defaults.find(name);
    const bool varies = std::any_of(results.factors.begin(), results.factors.end(),
                                    [&](const FactorInfo& factor) { return factor.name == name; });
    if (varies) {
      const bool tied = results.baseline.find(name) != nullptr;
      items.push_back(
          {topic, tied ? AuditState::kConfounded : AuditState::kSame,
           std::string(name) + (tied ? " is a factor that the baseline fixes: arms differ in it"
                                     : " is a factor; arms are compared at equal levels of it")});
    } else if (value != nullptr) {
      shared += (shared.empty() ? "" : ", ") + std::string(name) + " = " +
                shortened(value->display(), 60);
    }
  }
  if (!shared.empty()) items.push_back({topic, AuditState::kSame, "planned alike: " + shared});
}

void audit_data(std::vector<AuditItem>& items, const SweepResults& results) {
  audit_parameters(items, results, "data", kDataParameters);
  const std::size_t files = results.data_digests.size();
  items.push_back({"data", AuditState::kSame,
                   files == 0 ? "no data files: whatever is learned from is made by the experiment"
                              : count_text(files, "data file") +
                                    ", pinned by digest for the whole sweep (see provenance)"});
}

template <typename Names>
void audit_metrics(std::vector<AuditItem>& items, const SweepResults& results, const Arms& arms,
                   const std::string& topic, const Names& names) {
  for (const char* name : names) {
    // Compared within a context: a wider model is larger in every arm.
    std::map<std::string, Values> by_context;
    for (const auto& trial : results.trials) {
      const auto found = trial.final_metrics.find(name);
      if (trial.state != TrialState::kDone || found == trial.final_metrics.end()) continue;
      const auto& cell = arms.cells[trial.cell];
      Seen& seen = by_context[cell.context][significant_text(found->second)];
      seen.arms.insert(cell.arm);
      ++seen.trials;
    }
    for (const auto& [context, values] : by_context) {
      items.push_back(
          judged(topic, context.empty() ? name : std::string(name) + ", " + context, values));
    }
  }
}

// The last step that any curve of a trial reached.
void audit_last_step(std::vector<AuditItem>& items, const SweepResults& results, const Arms& arms) {
  std::map<std::size_t, std::int64_t> last;
  for (const auto& [metric, curves] : results.curves) {
    for (const auto& series : series_of(results, metric)) {
      auto& step = last[series.trial];
      step = std::max(step, series.last_step);
    }
  }
  Values values;
  for (const auto& [index, step] : last) {
    const TrialResult& trial = results.trials.at(index);
    if (trial.state != TrialState::kDone) continue;
    Seen& seen = values[std::to_string(step)];
    seen.arms.insert(arms.cells[trial.cell].arm);
    ++seen.trials;
  }
  if (!values.empty()) items.push_back(judged("budget", "the last step of a run", values));
}

void audit_seeds(std::vector<AuditItem>& items, const SweepResults& results, const Arms& arms) {
  Values done;
  Values planned;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    std::set<std::string> all;
    std::size_t count = 0;
    for (std::size_t trial : results.cells[i].trials) {
      all.insert(results.trials[trial].replicate);
      count += results.trials[trial].state == TrialState::kDone ? 1 : 0;
    }
    std::string names;
    for (const auto& name : all) names += (names.empty() ? "" : ", ") + shortened(name, 20);
    Seen& plan = planned[names.empty() ? "one run" : names];
    plan.arms.insert(arms.cells[i].label);
    plan.trials += all.size();
    Seen& seen = done[fmt::format("{} done of {}", count, all.size())];
    seen.arms.insert(arms.cells[i].label);
    seen.trials += count;
  }
  const std::string noun = replicate_noun(results);
  items.push_back(judged("seeds", "the " + noun + "s planned for a cell", planned));
  items.push_back(judged("holes", "the number of " + noun + "s done in a cell", done));
}

void audit_attempts(std::vector<AuditItem>& items, const SweepResults& results) {
  std::size_t retried = 0;
  for (const auto& trial : results.trials) retried += trial.attempts > 1 ? 1 : 0;
  items.push_back({"attempts", retried == 0 ? AuditState::kSame : AuditState::kDiffers,
                   retried == 0 ? "no trial needed a second attempt"
                                : count_text(retried, "trial") + " needed more than one attempt"});
}

}  // namespace

std::string audit_state_name(AuditState state) {
  switch (state) {
    case AuditState::kSame:
      return "same";
    case AuditState::kDiffers:
      return "differs";
    case AuditState::kConfounded:
      return "confounded";
    case AuditState::kUnknown:
      break;
  }
  return "unknown";
}

std::vector<AuditItem> audit(const SweepResults& results, const Arms& arms) {
  std::vector<AuditItem> items;
  audit_data(items, results);
  audit_parameters(items, results, "budget", kBudgetParameters);
  audit_metrics(items, results, arms, "budget", kSpentMetrics);
  audit_last_step(items, results, arms);
  audit_seeds(items, results, arms);
  audit_facts(items, results, arms, "build", {"build.", "library."});
  audit_facts(items, results, arms, "hardware", {"machine.", "device."});
  audit_facts(items, results, arms, "threads", {"threads.", "env."});
  audit_attempts(items, results);
  audit_metrics(items, results, arms, "size", kSizeMetrics);
  return items;
}

}  // namespace polysweep
