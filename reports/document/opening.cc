// The opening of a report: its answer as one sentence, and the badges below it.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/document/verdict_words.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kNamedCells = 2;
constexpr std::size_t kLongestHeadline = 120;
constexpr std::size_t kLongestVersion = 12;
constexpr std::size_t kNamedTopics = 3;

// A cell by its label; by its name where all have the same context.
const std::string& called(const SweepAnalysis& analysis, std::size_t cell) {
  const auto& labels = analysis.labels;
  return labels.contexts.size() > 1 ? labels.cells[cell].label : labels.cells[cell].name;
}

// Rows of one verdict, the largest differences first.
std::vector<const CellComparison*> rows_of(const SweepAnalysis& analysis, Verdict verdict) {
  std::vector<const CellComparison*> rows;
  for (const auto& row : analysis.comparison().rows) {
    if (row.verdict == verdict && !row.withheld) rows.push_back(&row);
  }
  if (verdict == Verdict::kBetter || verdict == Verdict::kWorse) {
    std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
      return std::abs(*a->mean) > std::abs(*b->mean);
    });
  }
  return rows;
}

// What the cells are compared with: its name where it is the same for all.
std::string baseline_name(const SweepAnalysis& analysis) {
  std::set<std::string> names;
  for (const auto& row : analysis.comparison().rows) {
    names.insert(analysis.labels.cells[row.baseline].name);
  }
  return names.size() == 1 && !names.begin()->empty() ? *names.begin() : "its baseline";
}

std::string mean_text(const SweepAnalysis& analysis, std::size_t cell) {
  const auto numbers = analysis.primary_values()[cell].numbers();
  return with_unit(analysis, rounded_text(mean_of(numbers),
                                          half_width(t_interval(numbers, analysis.confidence))));
}

// "rope, dimension 64 has the best mean test_bleu: 93.7 BLEU".
std::string best_text(const SweepAnalysis& analysis) {
  const std::string metric = shortened(analysis.results.primary.name, 60);
  const auto& ranking = analysis.ranking();
  if (ranking.empty()) return "No cell is complete";
  if (is_sampled(analysis.results)) return best_setting_text(analysis);
  if (analysis.results.cells.size() == 1) {
    return "The mean " + metric + " is " + mean_text(analysis, ranking[0]);
  }
  const auto mean = [&](std::size_t cell) {
    return mean_of(analysis.primary_values()[cell].numbers());
  };
  const double best = mean(ranking[0]);
  const auto ties = static_cast<std::size_t>(std::count_if(
      ranking.begin(), ranking.end(), [&](std::size_t cell) { return mean(cell) == best; }));
  const std::string among = ranking.size() < analysis.results.cells.size()
                                ? fmt::format(" of the {} complete cells", ranking.size())
                                : std::string();
  return fmt::format("{} {} the best mean {}{}: {}",
                     called(analysis, ranking[0]) +
                         (ties > 1 ? " and " + count_text(ties - 1, "other cell") : std::string()),
                     ties > 1 ? "have" : "has", metric, among, mean_text(analysis, ranking[0]));
}

// "none is worse than sinusoidal by 66.1 BLEU (95% interval 64.7 to 67.4)". Further ones
// need not say again what the numbers are, nor those of the same verdict what it is.
std::string finding(const SweepAnalysis& analysis, const CellComparison& row, bool first,
                    bool names_interval) {
  const Interval interval = row.interval.value_or(Interval{*row.mean, *row.mean});
  const bool turned = *row.mean < 0;
  const Interval shown = turned ? Interval{-interval.high, -interval.low} : interval;
  const double half = half_width(row.interval);
  std::string text = called(analysis, row.cell);
  if (first) {
    text += fmt::format(" is {} than {}", verdict_name(row.verdict), baseline_name(analysis));
  }
  text += " by " + with_unit(analysis, rounded_text(std::abs(*row.mean), half));
  if (!row.interval) return text;
  return text + fmt::format(" ({}{})",
                            names_interval ? analysis.percent + " interval " : std::string(),
                            interval_text(shown));
}

// The largest differences: one that is better and one that is worse, or two of a kind.
void add_findings(std::vector<std::string>& parts, const SweepAnalysis& analysis) {
  const auto better = rows_of(analysis, Verdict::kBetter);
  const auto worse = rows_of(analysis, Verdict::kWorse);
  const std::size_t most = better.empty() || worse.empty() ? kNamedCells : kNamedCells / 2;
  for (const auto& rows : {better, worse}) {
    for (std::size_t i = 0; i < std::min(rows.size(), most); ++i) {
      parts.push_back(finding(analysis, *rows[i], i == 0, parts.size() == 1));
    }
    if (rows.size() <= most) continue;
    parts.push_back(fmt::format("{} more {} {}", rows.size() - most,
                                rows.size() == most + 1 ? "is" : "are",
                                verdict_name(rows[0]->verdict)));
  }
}

void add_equivalent(std::vector<std::string>& parts, const SweepAnalysis& analysis) {
  const auto rows = rows_of(analysis, Verdict::kEquivalent);
  if (rows.empty()) return;
  std::vector<std::string> names;
  for (const auto* row : rows) names.push_back(called(analysis, row->cell));
  parts.push_back(fmt::format(
      "{} {} equivalent to {} within {}", list_text_of_at_most(names, kNamedCells, "; "),
      rows.size() == 1 ? "is" : "are", baseline_name(analysis),
      with_unit(analysis, significant_text(*analysis.comparison().options.smallest_difference))));
}

// " (a difference of 1.2 BLEU would show with probability 80%)"; "" where no one number
// says it.
std::string would_show(const SweepAnalysis& analysis,
                       const std::vector<const CellComparison*>& undecided) {
  double smallest = std::numeric_limits<double>::infinity();
  double largest = 0;
  for (const CellComparison* row : undecided) {
    if (!row->detectable) return "";
    smallest = std::min(smallest, *row->detectable);
    largest = std::max(largest, *row->detectable);
  }
  // Of cells whose spreads differ no one number tells it.
  if (largest > 2 * smallest) return "";
  return fmt::format(" (a difference of {} would show with probability {:g}%)",
                     with_unit(analysis, rounded_text(largest, largest / 2)),
                     100 * analysis.comparison().options.power);
}

void add_undecided(std::vector<std::string>& parts, const SweepAnalysis& analysis) {
  const Comparison& comparison = analysis.comparison();
  const auto withheld = static_cast<std::size_t>(
      std::count_if(comparison.rows.begin(), comparison.rows.end(),
                    [](const CellComparison& row) { return row.withheld; }));
  const auto undecided = rows_of(analysis, Verdict::kNotDecided);
  if (comparison.family == 1 && !undecided.empty()) {
    parts.push_back("the difference of " + called(analysis, undecided[0]->cell) + " from " +
                    baseline_name(analysis) + " is not decided: " + undecided[0]->reason);
  } else if (!undecided.empty()) {
    parts.push_back(fmt::format("{} of {} not decided{}", undecided.size(), comparison.family,
                                would_show(analysis, undecided)));
  }
  if (withheld > 0) {
    parts.push_back(fmt::format("{} of {} withheld, because runs of the side in favour were lost",
                                withheld, comparison.family));
  }
}

std::string answer_of(const SweepAnalysis& analysis) {
  if (analysis.count(TrialState::kDone) == 0) {
    return "No trial is done: there is nothing to compare.";
  }
  std::vector<std::string> parts = {best_text(analysis)};
  add_findings(parts, analysis);
  add_equivalent(parts, analysis);
  add_undecided(parts, analysis);
  const std::string optimism = optimism_text(analysis);
  if (!optimism.empty()) parts.push_back(optimism);
  return list_text(parts, "; ") + ".";
}

// One finding: the largest that is better, else worse, else the best mean.
std::string headline_of(const SweepAnalysis& analysis) {
  if (analysis.count(TrialState::kDone) == 0) return "no trial is done";
  for (const Verdict verdict : {Verdict::kBetter, Verdict::kWorse}) {
    const auto rows = rows_of(analysis, verdict);
    if (rows.empty()) continue;
    std::string text = fmt::format(
        "{} is {} by {}", called(analysis, rows[0]->cell), verdict_name(verdict),
        with_unit(analysis, rounded_text(std::abs(*rows[0]->mean), half_width(rows[0]->interval))));
    if (rows.size() > 1)
      text += fmt::format(", {} more {}", rows.size() - 1, verdict_name(verdict));
    return shortened(text, kLongestHeadline);
  }
  const bool compared = analysis.comparison().family > 0;
  return shortened(best_text(analysis) + (compared ? ", nothing better or worse" : ""),
                   kLongestHeadline);
}

Badge trials_badge(const SweepAnalysis& analysis) {
  const std::size_t planned = analysis.results.trials.size();
  const std::size_t done = analysis.count(TrialState::kDone);
  std::string text = fmt::format("{} of {} done", done, count_text(planned, "trial"));
  for (const TrialState state :
       {TrialState::kFailed, TrialState::kDiverged, TrialState::kRunning, TrialState::kPending}) {
    const std::size_t count = analysis.count(state);
    if (count > 0) text += fmt::format(", {} {}", count, state_name(state));
  }
  const bool lost = analysis.count(TrialState::kFailed) + analysis.count(TrialState::kDiverged) > 0;
  const Tone tone = lost ? Tone::kBad : done < planned ? Tone::kMissing : Tone::kGood;
  return {text, tone, "ledger"};
}

Badge missing_badge(const SweepAnalysis& analysis) {
  std::size_t missing = 0;
  std::size_t cells = 0;
  for (const auto& values : analysis.primary_values()) {
    missing += values.missing.size();
    cells += values.missing.empty() ? 0 : 1;
  }
  if (missing == 0) return {"no missing values", Tone::kGood, "cells"};
  return {fmt::format("{} in {}", count_text(missing, "missing value"), count_text(cells, "cell")),
          Tone::kMissing, "cells"};
}

// Missing values have a badge of their own. Arms often differ in size by design: that is
// said, not as a fault.
Badge audit_badge(const SweepAnalysis& analysis) {
  bool size = false;
  bool missing = false;
  for (const AuditState state :
       {AuditState::kConfounded, AuditState::kDiffers, AuditState::kUnknown}) {
    std::vector<std::string> topics;
    for (const auto& item : analysis.audit_items()) {
      if (item.topic == "size") size = size || item.state == AuditState::kConfounded;
      if (item.topic == "missing values") {
        missing = missing || item.state == AuditState::kConfounded;
      }
      if (item.state != state || item.topic == "size" || item.topic == "missing values") continue;
      if (std::find(topics.begin(), topics.end(), item.topic) == topics.end()) {
        topics.push_back(item.topic);
      }
    }
    if (topics.empty()) continue;
    return {fmt::format("audit: {} {}{}", list_text_of_at_most(topics, kNamedTopics),
                        state == AuditState::kUnknown   ? "not recorded"
                        : state == AuditState::kDiffers ? "not the same in all trials"
                                                        : "not the same in all cells",
                        size ? "; sizes differ" : ""),
            state == AuditState::kConfounded ? Tone::kBad : Tone::kMissing, "audit"};
  }
  std::string except;
  if (size) append_item(except, "model size");
  if (missing) append_item(except, "missing values");
  return {"audit: the same conditions in all cells" + (except.empty() ? "" : ", except " + except),
          missing ? Tone::kMissing : Tone::kGood, "audit"};
}

// The version of a trial's code, and how it is shown: the files of a command, or else its
// program; the commit of a built-in experiment. "" where none is recorded.
struct CodeVersion {
  std::string exact;
  std::string shown;
};

CodeVersion code_version(const std::map<std::string, std::string>& facts) {
  CodeVersion version;
  const auto fact = [&](const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::string() : found->second;
  };
  for (const char* name :
       {"code.digest", "command.program_digest", "build.commit", "build.program"}) {
    if (version.shown.empty()) version.shown = fact(name);
    if (!version.shown.empty()) {
      version.exact += fact(name);
      break;
    }
  }
  if (version.shown == fact("build.commit")) version.exact += " " + fact("build.dirty_digest");
  return version;
}

Badge code_badge(const SweepAnalysis& analysis) {
  std::map<std::string, std::string> versions;  // exact -> shown
  bool everywhere = true;
  for (const auto& trial : analysis.results.trials) {
    if (trial.state != TrialState::kDone) continue;
    const auto document = analysis.results.provenance.find(trial.provenance);
    const CodeVersion version = document == analysis.results.provenance.end()
                                    ? CodeVersion()
                                    : code_version(document->second);
    if (version.shown.empty()) {
      everywhere = false;
    } else {
      versions[version.exact] = version.shown;
    }
  }
  if (versions.empty()) return {"code version not recorded", Tone::kMissing, "provenance"};
  if (versions.size() > 1) {
    return {fmt::format("{} code versions", versions.size()), Tone::kBad, "provenance"};
  }
  return {"code " +
              shortened(versions.begin()->second.substr(0, kLongestVersion), kLongestVersion) +
              (everywhere ? "" : ", not recorded in all trials"),
          everywhere ? Tone::kGood : Tone::kMissing, "provenance"};
}

}  // namespace

Opening opening_of(const SweepAnalysis& analysis, std::size_t warnings) {
  Opening opening;
  opening.headline = headline_of(analysis);
  opening.answer = answer_of(analysis);
  const bool search = opens_with_search(analysis);
  opening.table = search ? best_settings_table(analysis) : answer_table(analysis);
  opening.figure = search ? search_progress_figure(analysis) : answer_figure(analysis);
  opening.badges = {trials_badge(analysis), missing_badge(analysis), audit_badge(analysis),
                    code_badge(analysis)};
  if (warnings > 0) {
    opening.badges.push_back({count_text(warnings, "warning"), Tone::kMissing, kWarningsId});
  }
  return opening;
}

}  // namespace polysweep
