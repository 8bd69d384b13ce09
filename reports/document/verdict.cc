// The sentences at the top of a report, and its warnings.
#include <fmt/format.h>

#include <algorithm>

#include "reports/analysis/number_text.h"
#include "reports/document/study.h"

namespace polysweep {
namespace {

constexpr std::size_t kNamedCells = 3;

std::string with_unit(const Study& study, const std::string& number) {
  return study.unit.empty() ? number : number + " " + study.unit;
}

std::string difference_text(const Study& study, const CellComparison& row) {
  std::string text = with_unit(study, signed_text(*row.mean, half_width(row.interval)));
  if (row.interval) {
    text += fmt::format(" ({} interval {})", study.percent, interval_text(*row.interval));
  }
  return text;
}

// "a (+1.2 ...), b (...) and 2 more", the largest differences first.
std::string named(const Study& study, Verdict verdict) {
  std::vector<const CellComparison*> rows;
  for (const auto& row : study.comparison.rows) {
    if (row.verdict == verdict) rows.push_back(&row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
    return std::abs(*a->mean) > std::abs(*b->mean);
  });
  std::string text;
  for (std::size_t i = 0; i < rows.size() && i < kNamedCells; ++i) {
    text += (i == 0 ? "" : "; ") + study.arms.cells[rows[i]->cell].label + " by " +
            difference_text(study, *rows[i]);
  }
  if (rows.size() > kNamedCells) text += fmt::format("; and {} more", rows.size() - kNamedCells);
  return text;
}

std::size_t count(const Comparison& comparison, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(comparison.rows.begin(), comparison.rows.end(),
                    [&](const CellComparison& row) { return row.verdict == verdict; }));
}

std::string without_baseline(const Study& study) {
  double best = 0;
  std::string label;
  for (std::size_t i = 0; i < study.values.size(); ++i) {
    const auto& values = study.values[i];
    if (values.values.empty() || !values.holes.empty()) continue;
    const double mean = mean_of(values.numbers());
    const bool first = label.empty();
    const bool wins = study.results.primary.goal == Goal::kMaximize ? mean > best : mean < best;
    if (first || wins) {
      best = mean;
      label = study.arms.cells[i].label;
    }
  }
  if (label.empty()) return "No cell is complete.";
  return fmt::format("The best mean of a complete cell is {}, of {}.",
                     with_unit(study, significant_text(best)), label);
}

// Why nothing was decided, in the words of most rows.
std::string certainty(const Study& study) {
  const auto& comparison = study.comparison;
  std::size_t most_pairs = 0;
  for (const auto& row : comparison.rows) most_pairs = std::max(most_pairs, row.pairs.size());
  const double smallest = smallest_sign_flip_p(most_pairs);
  const std::size_t alone = pairs_to_reach(study.options.alpha, 1);
  const std::size_t together = pairs_to_reach(study.options.alpha, comparison.family);
  const std::string have = count_text(most_pairs, study.noun);
  if (most_pairs < alone) {
    return fmt::format(
        "With {} the smallest p is {}: no verdict is possible; {} or more are "
        "needed{}.",
        have, p_text(smallest), alone,
        comparison.family == 1 ? std::string()
                               : fmt::format(" for one comparison, {} for this family of {}",
                                             together, comparison.family));
  }
  std::string text = fmt::format(
      "\"Better\" and \"worse\" hold together at {:g}% over the family of {} (Holm on "
      "exact sign-flip tests paired by {}; up to {} each).",
      100 * (1 - study.options.alpha), count_text(comparison.family, "comparison"), study.noun,
      have);
  if (most_pairs < together) {
    text = fmt::format(
        "With {} the smallest p is {}, too large for a family of {}: no verdict is possible; {} or "
        "more are needed.",
        have, p_text(smallest), comparison.family, together);
  }
  return text;
}

}  // namespace

std::vector<std::string> verdict_sentences(const Study& study) {
  const auto& comparison = study.comparison;
  const std::string metric = metric_title(comparison.metric) + ", " + goal_text(comparison.metric);
  if (study.count(TrialState::kDone) == 0) {
    return {"No trial is done: there is nothing to compare.",
            fmt::format("{} planned; the ledger says what became of each.",
                        count_text(study.results.trials.size(), "trial"))};
  }
  if (comparison.family == 0) {
    return {"No cell has a baseline to be compared with: nothing is called better or worse (" +
                metric + ").",
            without_baseline(study)};
  }
  const std::size_t better = count(comparison, Verdict::kBetter);
  const std::size_t worse = count(comparison, Verdict::kWorse);
  std::string first = fmt::format(
      "Against their baseline on {}: {} of {} better, {} worse, {} inconclusive", metric, better,
      count_text(comparison.family, "cell"), worse, comparison.family - better - worse);
  if (better > 0) first += ". Better: " + named(study, Verdict::kBetter);
  if (worse > 0) first += ". Worse: " + named(study, Verdict::kWorse);
  return {first + ".", certainty(study)};
}

std::vector<std::string> warnings_of(const Study& study) {
  std::vector<std::string> warnings;
  std::size_t incomplete = 0;
  std::uint64_t dropped = 0;
  for (const auto& trial : study.results.trials) {
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
  for (const auto& item : study.audit_items) {
    if (item.state == AuditState::kConfounded && item.topic != "size" && item.topic != "holes") {
      warnings.push_back("Not alike in all arms (" + item.topic + "): " + item.finding + ".");
    }
  }
  if (!study.options.family.empty()) {
    const auto all = std::count_if(study.results.cells.begin(), study.results.cells.end(),
                                   [](const CellResult& cell) { return cell.baseline >= 0; });
    warnings.push_back(fmt::format(
        "The family was narrowed by hand to {} of {} comparisons; p-values hold only if that was "
        "settled before the results were seen.",
        study.comparison.family, all));
  }
  std::size_t holes = 0;
  std::size_t selective = 0;
  for (const auto& values : study.values) {
    holes += values.holes.size();
    selective += values.selective_holes();
  }
  if (holes > 0) {
    warnings.push_back(fmt::format(
        "{} of {} have no value of {}; {} of them ended without one. Cells with holes are marked, "
        "and the ledger names every trial.",
        holes, count_text(study.results.trials.size(), "trial"), study.results.primary.name,
        selective));
  }
  if (!study.results.baseline.empty() && study.comparison.family > 0) {
    std::size_t orphans = 0;
    for (const auto& cell : study.results.cells) {
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
