// How the verdicts of a report were decided, and its warnings.
#include <fmt/format.h>

#include <algorithm>

#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/document/verdict_words.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

// What decides, and what the exact test says to it.
std::string certainty(const SweepAnalysis& analysis) {
  const auto& comparison = analysis.comparison();
  std::size_t decided = 0;
  std::size_t exactly = 0;
  std::size_t most_pairs = 0;
  for (const auto& row : comparison.rows) {
    most_pairs = std::max(most_pairs, row.pairs.size());
    if (row.verdict != Verdict::kBetter && row.verdict != Verdict::kWorse) continue;
    ++decided;
    exactly += row.exact.holm_p <= comparison.options.alpha ? 1 : 0;
  }
  const bool equivalent = comparison.count(Verdict::kEquivalent) > 0;
  std::string text =
      (decided > 0 || equivalent ? "Decided by " : "Not decided by ") + rule_text(comparison);
  if (comparison.options.test == ComparisonTest::kPooled && most_pairs < kLeastPairs) {
    return fmt::format("With {} nothing can be decided: {} or more are needed.",
                       count_text(most_pairs, analysis.noun), kLeastPairs);
  }
  if (comparison.options.test == ComparisonTest::kSignFlip) {
    const auto floor = comparison.pairs_for_exact;
    if (!floor || most_pairs < *floor) {
      text += floor ? fmt::format("; it needs {} for that", count_text(*floor, analysis.noun))
                    : "; no number of " + analysis.noun + "s is enough for that";
    }
    return text + ".";
  }
  if (decided == 0) return text + ".";
  if (exactly == decided) return text + "; also by the exact test.";
  const auto floor = comparison.pairs_for_exact;
  if (!floor) return text + "; no number of " + analysis.noun + "s is enough for the exact test.";
  if (most_pairs < *floor) {
    return text +
           fmt::format("; the exact test needs {} for that.", count_text(*floor, analysis.noun));
  }
  return text + fmt::format("; {} of these {} also by the exact test.", exactly, decided);
}

}  // namespace

std::vector<std::string> verdict_sentences(const SweepAnalysis& analysis) {
  const auto& comparison = analysis.comparison();
  const std::string metric = metric_title(comparison.metric) + ", " + goal_text(comparison.metric);
  if (analysis.count(TrialState::kDone) == 0) {
    return {fmt::format("{} planned; the ledger shows the state of each.",
                        count_text(analysis.results.trials.size(), "trial"))};
  }
  if (comparison.family == 0) {
    return {"No cell has a baseline to be compared with, so there are no verdicts (" + metric +
            ")."};
  }
  const std::size_t better = comparison.count(Verdict::kBetter);
  const std::size_t worse = comparison.count(Verdict::kWorse);
  const std::size_t equivalent = comparison.count(Verdict::kEquivalent);
  std::string first = fmt::format("Against their baseline on {}: {} of {} better, {} worse", metric,
                                  better, count_text(comparison.family, "cell"), worse);
  if (comparison.options.smallest_difference) {
    first +=
        fmt::format(", {} equivalent within {}", equivalent,
                    with_unit(analysis, significant_text(*comparison.options.smallest_difference)));
  }
  first += fmt::format(", {} not decided", comparison.family - better - worse - equivalent);
  std::vector<std::string> sentences = {first + ".", certainty(analysis)};
  const std::string detectable = detectable_text(analysis);
  if (!detectable.empty()) sentences.push_back(detectable);
  return sentences;
}

// What programs reported that is not in the series as it was.
std::vector<std::string> report_notes(const SweepAnalysis& analysis) {
  std::size_t incomplete = 0;
  std::uint64_t dropped = 0;
  std::size_t contradictory = 0;
  std::uint64_t conflicts = 0;
  std::string reason;
  std::string conflict;
  for (const auto& trial : analysis.results.trials) {
    if (has_result(trial.state) && trial.points_dropped > 0) {
      ++incomplete;
      dropped += trial.points_dropped;
      if (reason.empty() && !trial.findings.first_refusal.empty()) {
        reason = "; the first reason: " + shortened(trial.findings.first_refusal, 200);
      }
    }
    if (trial.findings.conflicts == 0) continue;
    if (contradictory++ == 0) conflict = shortened(trial.findings.first_conflict, 200);
    conflicts += trial.findings.conflicts;
  }
  std::vector<std::string> notes;
  if (incomplete > 0) {
    notes.push_back(fmt::format(
        "The series of {} are incomplete: {} that they reported were dropped (`polysweep show "
        "TRIAL` says why){}.",
        count_text(incomplete, "finished trial"), count_text(dropped, "point"), reason));
  }
  if (contradictory > 0) {
    notes.push_back(fmt::format(
        "{} of {} gave another value at a step that had one; the later value counts. Two processes "
        "may report one metric. The first: {}.",
        count_text(conflicts, "point"), count_text(contradictory, "trial"), conflict));
  }
  return notes;
}

std::vector<std::string> warnings_of(const SweepAnalysis& analysis) {
  std::vector<std::string> warnings = later_choices(analysis);
  for (std::string& note : guard_rails(analysis)) warnings.push_back(std::move(note));
  for (std::string& note : report_notes(analysis)) warnings.push_back(std::move(note));
  for (const auto& item : analysis.audit_items()) {
    if (item.state == AuditState::kConfounded && item.topic != "size" &&
        item.topic != "missing values") {
      warnings.push_back("Not the same in all cells (" + item.topic + "): " + item.finding + ".");
    }
  }
  std::size_t missing = 0;
  std::size_t selective = 0;
  for (const auto& values : analysis.primary_values()) {
    missing += values.missing.size();
    selective += values.selective_missing();
  }
  if (missing > 0) {
    const std::string of = count_text(analysis.results.trials.size(), "trial");
    const std::string& metric = analysis.results.primary.name;
    std::string text =
        missing == selective
            ? fmt::format("{} of {} ended without a value of {}", missing, of, metric)
            : fmt::format("{} of {} have no value of {}; {} of these ended without one", missing,
                          of, metric, selective);
    warnings.push_back(text +
                       ". Cells with missing values are marked, and the ledger names every trial.");
  }
  if (!analysis.results.baseline.empty() && analysis.comparison().family > 0) {
    std::size_t orphans = 0;
    for (const auto& cell : analysis.results.cells) {
      orphans += cell.baseline < 0 && !cell.is_baseline ? 1 : 0;
    }
    if (orphans > 0) {
      warnings.push_back(count_text(orphans, "cell") +
                         " cannot be compared: no baseline cell agrees on the other factors.");
    }
  }
  return warnings;
}

}  // namespace polysweep
