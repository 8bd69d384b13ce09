#include "reports/analysis/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "framework/core/error.h"
#include "reports/analysis/sweep_series.h"
#include "reports/analysis/titles.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kShownValues = 4;

// The distinct names of cells, numbered: cells of one name differ in context only.
struct CellNames {
  explicit CellNames(const CellLabels& labels) {
    std::unordered_map<std::string_view, std::size_t> known;
    for (const auto& cell : labels.cells) {
      const auto [entry, is_new] = known.try_emplace(cell.name, names.size());
      if (is_new) names.push_back(&cell.name);
      of_cell.push_back(entry->second);
    }
  }
  std::vector<const std::string*> names;
  std::vector<std::size_t> of_cell;
};

// The cells (by a number each) that have a value, and the number of trials.
struct Seen {
  std::set<std::size_t> cells;
  std::size_t trials = 0;
};
using Values = std::map<std::string, Seen>;

// True where every value is seen by the same set of cells.
bool alike(const Values& values) {
  return std::all_of(values.begin(), values.end(), [&](const auto& entry) {
    return entry.second.cells == values.begin()->second.cells;
  });
}

// The names behind the numbers in Seen::cells.
using NameOf = std::function<const std::string&(std::size_t)>;

std::string cells_text(const std::set<std::size_t>& cells, const NameOf& name_of) {
  std::vector<std::string> names;
  for (const std::size_t cell : cells) {
    if (names.size() == kShownValues) break;
    names.push_back(name_of(cell));
  }
  std::string text = list_text(names, "; ");
  if (cells.size() > names.size()) text += fmt::format(" and {} more", cells.size() - names.size());
  return text;
}

// The value of most trials comes last, without its cells.
std::string values_text(const Values& values, bool with_cells, const NameOf& name_of) {
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
    append_item(text, shortened(value, 80), "; ");
    if (with_cells) text += last ? " elsewhere" : " in " + cells_text(seen.cells, name_of);
    if (!with_cells) text += " (" + count_text(seen.trials, "trial") + ")";
  }
  return text;
}

AuditItem judged(const std::string& topic, const std::string& name, const Values& values,
                 const NameOf& name_of) {
  AuditItem item{topic, AuditState::kUnknown, name + " was not recorded"};
  if (values.empty()) return item;
  if (values.size() == 1) {
    item.state = AuditState::kSame;
    item.finding = name + ": " + shortened(values.begin()->first, 120);
    return item;
  }
  const bool spread = alike(values);
  item.state = spread ? AuditState::kDiffers : AuditState::kConfounded;
  item.finding = name + (spread ? " differs, alike in all cells: " : " differs: ") +
                 values_text(values, !spread, name_of);
  return item;
}

bool has_prefix(const std::string& fact, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const auto& prefix) { return fact.starts_with(prefix); });
}

// What every part of the audit reads.
struct Source {
  const SweepResults& results;
  const CellLabels& labels;
  CellNames names;
  // Done trials by their provenance document and cell name; without a document: "".
  std::map<std::string, std::map<std::size_t, std::size_t>> trials_of;

  Source(const SweepResults& sweep, const CellLabels& of) : results(sweep), labels(of), names(of) {
    for (const auto& trial : sweep.trials) {
      if (trial.state != TrialState::kDone) continue;
      const bool known = sweep.provenance.count(trial.provenance) != 0;
      ++trials_of[known ? trial.provenance : ""][names.of_cell[trial.cell]];
    }
  }
  NameOf name_of() const {
    return [this](std::size_t name) -> const std::string& { return *names.names[name]; };
  }
};

// Fact -> its values over the done trials that have a provenance document.
std::map<std::string, Values> facts_of(const Source& source,
                                       const std::vector<std::string>& prefixes) {
  std::map<std::string, Values> facts;
  for (const auto& [digest, document] : source.results.provenance) {
    for (const auto& [fact, value] : document) {
      if (has_prefix(fact, prefixes)) facts[fact];
    }
  }
  for (const auto& [digest, counts] : source.trials_of) {
    const auto document = source.results.provenance.find(digest);
    if (document == source.results.provenance.end()) continue;
    for (auto& [fact, values] : facts) {
      const auto value = document->second.find(fact);
      const bool set = value != document->second.end();
      Seen& seen = values[!set ? "not set" : value->second.empty() ? "(empty)" : value->second];
      for (const auto& [name, trials] : counts) {
        seen.cells.insert(name);
        seen.trials += trials;
      }
    }
  }
  return facts;
}

// One item for the facts that are the same everywhere, one for each that is not.
void audit_facts(std::vector<AuditItem>& items, const Source& source, const std::string& topic,
                 const std::vector<std::string>& prefixes) {
  std::size_t same = 0;
  std::string shown;
  for (const auto& [fact, values] : facts_of(source, prefixes)) {
    if (values.size() > 1) {
      items.push_back(judged(topic, shortened(fact, 60), values, source.name_of()));
    }
    if (values.size() != 1) continue;
    if (++same <= kShownValues) {
      append_item(shown, shortened(fact, 60) + " " + shortened(values.begin()->first, 80), "; ");
    }
  }
  std::size_t unknown = 0;
  const auto undocumented = source.trials_of.find("");
  if (undocumented != source.trials_of.end()) {
    for (const auto& [name, trials] : undocumented->second) unknown += trials;
  }
  if (unknown > 0) {
    items.push_back(
        {topic, AuditState::kUnknown, "not recorded for " + count_text(unknown, "done trial")});
  }
  if (same > kShownValues) shown += " and " + count_text(same - kShownValues, "more fact");
  if (same > 0) items.push_back({topic, AuditState::kSame, "alike in all done trials: " + shown});
}

// What the user's code ran with, where it is recorded.
void audit_world(std::vector<AuditItem>& items, const Source& source) {
  const std::pair<const char*, std::vector<std::string>> topics[] = {
      {"code", {"code.commit", "code.dirty", "code.diff"}},
      {"interpreter", {"interpreter.", "container"}},
      {"packages", {"package."}}};
  for (const auto& [topic, prefixes] : topics) {
    if (!facts_of(source, prefixes).empty()) audit_facts(items, source, topic, prefixes);
  }
}

// The parameters of a role: fixed, varied alike, or tied to a cell's name.
void audit_parameters(std::vector<AuditItem>& items, const SweepResults& results, Role role) {
  const std::string topic(role_name(role));
  std::string shared;
  for (const auto& [name, known] : results.roles) {
    if (known != role) continue;
    const Value* value = results.fixed.find(name);
    if (value == nullptr) value = results.defaults.find(name);
    const bool varies =
        std::any_of(results.factors.begin(), results.factors.end(),
                    [&name = name](const FactorInfo& factor) { return factor.name == name; });
    if (varies) {
      const bool tied = results.baseline.find(name) != nullptr;
      items.push_back(
          {topic, tied ? AuditState::kConfounded : AuditState::kSame,
           name + (tied ? " is a factor that the baseline fixes: compared cells differ in it"
                        : " is a factor; cells are compared at equal levels of it")});
    } else if (value != nullptr) {
      append_item(shared, name + " = " + shortened(value->display(), 60));
    }
  }
  if (!shared.empty()) {
    items.push_back({topic, AuditState::kSame, "planned alike: " + shared});
  }
}

void audit_code(std::vector<AuditItem>& items, const SweepResults& results) {
  if (results.code_digest.empty()) return;
  std::string finding = fmt::format("{}: {}", results.code_digest.substr(0, 12),
                                    count_text(results.code_files.size(), "file"));
  if (!results.code_runs.empty()) {
    finding +=
        fmt::format("; code {} is declared to mean the same (code_same_as), which is not checked",
                    results.code_runs.substr(0, 12));
  }
  items.push_back({"code", AuditState::kSame, std::move(finding)});
}

// Files of the sweep's folder that trials may have written to through a link.
void audit_written_files(std::vector<AuditItem>& items, const SweepResults& results) {
  std::set<std::string> files;
  std::size_t trials = 0;
  for (const TrialResult& trial : results.trials) {
    trials += trial.findings.written_to.empty() ? 0 : 1;
    files.insert(trial.findings.written_to.begin(), trial.findings.written_to.end());
  }
  if (trials == 0) return;
  std::string names;
  for (const std::string& file : files) append_item(names, shortened(file, 60));
  items.push_back({"files", AuditState::kConfounded,
                   fmt::format("{} of the sweep's folder changed while {} ran: one trial may have "
                               "changed what another read",
                               names, count_text(trials, "trial"))});
}

void audit_data(std::vector<AuditItem>& items, const SweepResults& results) {
  audit_parameters(items, results, Role::kData);
  const std::size_t files = results.data_digests.size();
  items.push_back({"data", AuditState::kSame,
                   files == 0 ? "no data files are declared; what is read besides is not checked"
                              : count_text(files, "data file") +
                                    ", pinned by digest for the entire sweep (see provenance)"});
}

// The metrics of a role, compared within a context: a wider model is larger in every
// cell.
void audit_metrics(std::vector<AuditItem>& items, const Source& source, Role role) {
  for (const std::string& name : metrics_with(source.results, role)) {
    std::map<std::string, Values> by_context;
    std::map<std::string, std::map<std::string, std::set<std::string>>> by_replicate;
    for (const auto& trial : source.results.trials) {
      const auto found = trial.final_metrics.find(name);
      if (trial.state != TrialState::kDone || found == trial.final_metrics.end()) continue;
      const std::string& context = source.labels.context(trial.cell);
      const std::string value = significant_text(found->second);
      Seen& seen = by_context[context][value];
      by_replicate[context][trial.replicate].insert(value);
      seen.cells.insert(source.names.of_cell[trial.cell]);
      ++seen.trials;
    }
    for (const auto& [context, values] : by_context) {
      AuditItem item =
          judged(std::string(role_name(role)), context.empty() ? name : name + ", " + context,
                 values, source.name_of());
      // Cells are compared within a replicate: what it decides is the same for them.
      const auto& replicates = by_replicate[context];
      if (item.state == AuditState::kDiffers &&
          std::all_of(replicates.begin(), replicates.end(),
                      [](const auto& each) { return each.second.size() == 1; })) {
        item.state = AuditState::kSame;
        item.finding += "; the same in all cells of a " + replicate_noun(source.results);
      }
      items.push_back(std::move(item));
    }
  }
}

// The last step that any curve of a trial reached.
void audit_last_step(std::vector<AuditItem>& items, const Source& source) {
  std::map<std::size_t, std::int64_t> last;
  for (const auto& [metric, curves] : source.results.curves) {
    for (const auto& series : series_of(source.results, metric)) {
      auto& step = last[series.trial];
      step = std::max(step, series.last_step);
    }
  }
  Values values;
  for (const auto& [index, step] : last) {
    const TrialResult& trial = source.results.trials.at(index);
    if (trial.state != TrialState::kDone) continue;
    Seen& seen = values[std::to_string(step)];
    seen.cells.insert(source.names.of_cell[trial.cell]);
    ++seen.trials;
  }
  if (values.empty()) return;
  items.push_back(judged("budget", "the last step of a run", values, source.name_of()));
}

void audit_replicates(std::vector<AuditItem>& items, const Source& source) {
  Values done;
  Values planned;
  for (std::size_t i = 0; i < source.results.cells.size(); ++i) {
    std::set<std::string> all;
    std::size_t count = 0;
    for (const std::size_t index : source.results.cells[i].trials) {
      const TrialResult& trial = source.results.trials[index];
      all.insert(trial.replicate);
      count += trial.state == TrialState::kDone ? 1 : 0;
    }
    std::string names;
    for (const auto& name : all) append_item(names, shortened(name, 20));
    Seen& plan = planned[names.empty() ? "one run" : names];
    plan.cells.insert(i);
    plan.trials += all.size();
    Seen& seen = done[fmt::format("{} done of {}", count, all.size())];
    seen.cells.insert(i);
    seen.trials += count;
  }
  const std::string noun = replicate_noun(source.results);
  const NameOf label_of = [&](std::size_t cell) -> const std::string& {
    return source.labels.cells[cell].label;
  };
  items.push_back(judged("seeds", "the " + noun + "s planned for a cell", planned, label_of));
  items.push_back(
      judged("missing values", "the number of " + noun + "s done in a cell", done, label_of));
}

void audit_attempts(std::vector<AuditItem>& items, const SweepResults& results) {
  std::size_t failed = 0;
  std::size_t resumed = 0;
  for (const auto& trial : results.trials) {
    if (trial.attempts < 2 || trial.state != TrialState::kDone) continue;
    (trial.failed_attempts > 0 ? failed : resumed) += 1;
  }
  std::string finding = failed == 0 ? "no done trial had failed before"
                                    : count_text(failed, "trial") + " failed before and ran again";
  if (resumed > 0) {
    finding += "; " + count_text(resumed, "trial") + (resumed == 1 ? " was" : " were") +
               " stopped and resumed";
  }
  items.push_back(
      {"attempts", failed == 0 ? AuditState::kSame : AuditState::kDiffers, std::move(finding)});
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

std::vector<AuditItem> audit(const SweepResults& results, const CellLabels& labels) {
  check(labels.cells.size() == results.cells.size(), "the labels are those of the sweep");
  std::vector<AuditItem> items;
  const Source source(results, labels);
  audit_code(items, results);
  audit_written_files(items, results);
  audit_world(items, source);
  audit_data(items, results);
  audit_parameters(items, results, Role::kBudget);
  audit_metrics(items, source, Role::kBudget);
  audit_last_step(items, source);
  audit_replicates(items, source);
  audit_facts(items, source, "build", {"build.", "library."});
  audit_facts(items, source, "hardware", {"machine.", "device."});
  audit_facts(items, source, "threads", {"threads.", "env."});
  audit_attempts(items, results);
  audit_metrics(items, source, Role::kSize);
  return items;
}

}  // namespace polysweep
