// The sentences at the top of a report, and its warnings.
#include <fmt/format.h>

#include <algorithm>

#include "reports/analysis/sign_flip.h"
#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kNamedCells = 3;

std::string with_unit(const SweepAnalysis& analysis, const std::string& number) {
  return analysis.unit.empty() ? number : number + " " + analysis.unit;
}

std::string difference_text(const SweepAnalysis& analysis, const CellComparison& row) {
  std::string text = with_unit(analysis, signed_text(*row.mean, half_width(row.interval)));
  if (row.interval) {
    text += fmt::format(" ({} interval {})", analysis.percent, interval_text(*row.interval));
  }
  return text;
}

// "a (+1.2 ...), b (...) and 2 more", the largest differences first.
std::string named(const SweepAnalysis& analysis, Verdict verdict) {
  std::vector<const CellComparison*> rows;
  for (const auto& row : analysis.comparison().rows) {
    if (row.verdict == verdict) rows.push_back(&row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
    return std::abs(*a->mean) > std::abs(*b->mean);
  });
  std::string text;
  for (std::size_t i = 0; i < rows.size() && i < kNamedCells; ++i) {
    text += (i == 0 ? "" : "; ") + analysis.labels.cells[rows[i]->cell].label + " by " +
            difference_text(analysis, *rows[i]);
  }
  if (rows.size() > kNamedCells) text += fmt::format("; and {} more", rows.size() - kNamedCells);
  return text;
}

std::size_t count(const Comparison& comparison, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(comparison.rows.begin(), comparison.rows.end(),
                    [&](const CellComparison& row) { return row.verdict == verdict; }));
}

std::string without_baseline(const SweepAnalysis& analysis) {
  if (analysis.ranking().empty()) return "No cell is complete.";
  const std::size_t best = analysis.ranking().front();
  return fmt::format(
      "The best mean of a complete cell is {}, of {}.",
      with_unit(analysis, significant_text(mean_of(analysis.primary_values()[best].numbers()))),
      analysis.labels.cells[best].label);
}

// How certain the verdicts are, or why there are none.
std::string certainty(const SweepAnalysis& analysis) {
  const auto& comparison = analysis.comparison();
  std::size_t most_pairs = 0;
  for (const auto& row : comparison.rows) most_pairs = std::max(most_pairs, row.pairs.size());
  const double smallest = smallest_sign_flip_p(most_pairs);
  const auto alone = pairs_to_reach(analysis.options.alpha, 1);
  const auto together = pairs_to_reach(analysis.options.alpha, comparison.family);
  const std::string have = count_text(most_pairs, analysis.noun);
  const std::string first = fmt::format("With {} the smallest p is {}", have, p_text(smallest));
  const auto needed = [](const std::optional<std::size_t>& pairs) {
    return pairs ? fmt::format("{} or more are needed", *pairs) : "no number of them is enough";
  };
  if (!alone || most_pairs < *alone) {
    std::string text = first + ": no verdict is possible; " + needed(alone);
    if (alone && comparison.family > 1) {
      text += fmt::format(" for one comparison, {} for this family of {}",
                          together ? std::to_string(*together) : "more than can be tested",
                          comparison.family);
    }
    return text + ".";
  }
  if (!together || most_pairs < *together) {
    return fmt::format("{}, too large for a family of {}: no verdict is possible; {}.", first,
                       comparison.family, needed(together));
  }
  return fmt::format(
      "The verdicts better and worse hold together at {:g}% over the family of {} (Holm on "
      "sign-flip tests paired by {}; up to {} each).",
      100 * (1 - analysis.options.alpha), count_text(comparison.family, "comparison"),
      analysis.noun, have);
}

}  // namespace

std::vector<std::string> verdict_sentences(const SweepAnalysis& analysis) {
  const auto& comparison = analysis.comparison();
  const std::string metric = metric_title(comparison.metric) + ", " + goal_text(comparison.metric);
  if (analysis.count(TrialState::kDone) == 0) {
    return {"No trial is done: there is nothing to compare.",
            fmt::format("{} planned; the ledger shows the state of each.",
                        count_text(analysis.results.trials.size(), "trial"))};
  }
  if (comparison.family == 0) {
    return {
        "No cell has a baseline to be compared with, so there are no verdicts (" + metric + ").",
        without_baseline(analysis)};
  }
  const std::size_t better = count(comparison, Verdict::kBetter);
  const std::size_t worse = count(comparison, Verdict::kWorse);
  std::string first = fmt::format(
      "Against their baseline on {}: {} of {} better, {} worse, {} inconclusive", metric, better,
      count_text(comparison.family, "cell"), worse, comparison.family - better - worse);
  if (better > 0) first += ". Better: " + named(analysis, Verdict::kBetter);
  if (worse > 0) first += ". Worse: " + named(analysis, Verdict::kWorse);
  return {first + ".", certainty(analysis)};
}

std::vector<std::string> warnings_of(const SweepAnalysis& analysis) {
  std::vector<std::string> warnings;
  std::size_t incomplete = 0;
  std::uint64_t dropped = 0;
  for (const auto& trial : analysis.results.trials) {
    if (!has_result(trial.state) || trial.points_dropped == 0) continue;
    ++incomplete;
    dropped += trial.points_dropped;
  }
  if (incomplete > 0) {
    warnings.push_back(fmt::format(
        "The series of {} are incomplete: {} that they reported were dropped (`polysweep show "
        "TRIAL` says why).",
        count_text(incomplete, "finished trial"), count_text(dropped, "point")));
  }
  for (const auto& item : analysis.audit_items()) {
    if (item.state == AuditState::kConfounded && item.topic != "size" &&
        item.topic != "missing values") {
      warnings.push_back("Not the same in all cells (" + item.topic + "): " + item.finding + ".");
    }
  }
  if (!analysis.options.family.empty()) {
    const auto all = std::count_if(analysis.results.cells.begin(), analysis.results.cells.end(),
                                   [](const CellResult& cell) { return cell.baseline >= 0; });
    warnings.push_back(fmt::format(
        "The family was restricted by the user to {} of {} comparisons; p-values are valid only if "
        "that was decided before the results were seen.",
        analysis.comparison().family, all));
  }
  std::size_t missing = 0;
  std::size_t selective = 0;
  for (const auto& values : analysis.primary_values()) {
    missing += values.missing.size();
    selective += values.selective_missing();
  }
  if (missing > 0) {
    warnings.push_back(fmt::format(
        "{} of {} have no value of {}; {} of them ended without one. Cells with missing values are "
        "marked, and the ledger names every trial.",
        missing, count_text(analysis.results.trials.size(), "trial"), analysis.results.primary.name,
        selective));
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
