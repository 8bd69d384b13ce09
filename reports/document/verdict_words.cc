#include "reports/document/verdict_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "reports/analysis/pooled_test.h"
#include "reports/analysis/titles.h"
#include "reports/analysis/value_shape.h"
#include "reports/document/fields.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

std::string family_text(const Comparison& comparison) {
  return count_text(comparison.family, "comparison");
}

std::string decided_by(const Comparison& comparison, const CellComparison& row) {
  switch (comparison.options.test) {
    case ComparisonTest::kPairedT:
      return "its paired t test";
    case ComparisonTest::kSignFlip:
      return "the exact test";
    case ComparisonTest::kPooled:
      break;
  }
  switch (row.pooling) {
    case ErrorPooling::kAllGroups:
      return "the pooled error and its own paired t test";
    case ErrorPooling::kOwnGroup:
      return "the error pooled over its baseline's cells and its own paired t test";
    case ErrorPooling::kNone:
      break;
  }
  return "the pooled error and its own paired t test, both adjusted because spreads differ";
}

std::string remote_text(const SweepAnalysis& analysis, const std::vector<RemoteValue>& remote) {
  std::vector<std::string> runs(remote.size());
  for (std::size_t i = 0; i < std::min(remote.size(), kNamedRuns); ++i) {
    const std::size_t cell = remote[i].cell;
    const Measured& run = analysis.primary_values().at(cell).values[remote[i].index];
    runs[i] =
        fmt::format("{} of {} ({}, median of the cell {})",
                    replicate_text(analysis.results, run.trial), analysis.labels.cells[cell].label,
                    significant_text(run.value), significant_text(remote[i].median));
  }
  return list_text_of_at_most(runs, kNamedRuns, "; ");
}

std::string spreads_text(const SweepAnalysis& analysis) {
  const auto& spreads = analysis.comparison().spreads;
  if (!spreads) return "";
  const auto named = [&](const CellSpread& each) {
    return fmt::format("{} ({})", with_unit(analysis, rounded_text(each.sd, each.sd)),
                       analysis.labels.cells[each.cell].label);
  };
  return fmt::format("from {} to {}", named(spreads->first), named(spreads->second));
}

// What was changed between two plans beside the number of replicates and the rule.
std::string planned_otherwise(const SweepResults& results) {
  std::set<std::string> changes;
  std::size_t done = 0;
  for (const EarlierPlan& earlier : results.earlier_plans) {
    changes.insert(earlier.changes.begin(), earlier.changes.end());
    if (!earlier.changes.empty()) done = std::max(done, earlier.done);
  }
  if (changes.empty()) return "";
  return fmt::format(
      "The sweep was planned again {} when {} done. The p-values are valid only if that was "
      "decided before the results were seen.",
      list_text({changes.begin(), changes.end()}),
      count_text(done, "trial") + (done == 1 ? " was" : " were"));
}

}  // namespace

std::string with_unit(const SweepAnalysis& analysis, const std::string& number) {
  return analysis.unit.empty() ? number : number + " " + analysis.unit;
}

std::string difference_text(const SweepAnalysis& analysis, const CellComparison& row) {
  const bool decided = row.verdict == Verdict::kBetter || row.verdict == Verdict::kWorse;
  const bool turned = decided && *row.mean < 0;
  const double uncertainty = half_width(row.interval);
  std::string text = with_unit(analysis, decided ? rounded_text(std::abs(*row.mean), uncertainty)
                                                 : signed_text(*row.mean, uncertainty));
  if (row.interval) {
    const Interval shown =
        turned ? Interval{-row.interval->high, -row.interval->low} : *row.interval;
    text += fmt::format(" ({} interval {})", analysis.percent, interval_text(shown));
  }
  return text;
}

std::string exact_text(const SweepAnalysis& analysis, const CellComparison& row) {
  const Comparison& comparison = analysis.comparison();
  if (comparison.options.test == ComparisonTest::kSignFlip || !row.mean) return "";
  const bool decided = row.verdict == Verdict::kBetter || row.verdict == Verdict::kWorse;
  const bool exactly = row.exact.holm_p <= comparison.options.alpha;
  if (!decided) {
    return exactly ? fmt::format("the exact test decides (p {})", p_text(row.exact.holm_p)) : "";
  }
  if (exactly) return "also by the exact test";
  const auto floor = comparison.pairs_for_exact;
  if (!floor) return "no number of " + analysis.noun + "s is enough for the exact test";
  if (row.pairs.size() < *floor) {
    return fmt::format("the exact test needs {} for that", count_text(*floor, analysis.noun));
  }
  return fmt::format("not by the exact test (p {})", p_text(row.exact.holm_p));
}

std::string verdict_text(const SweepAnalysis& analysis, const CellComparison& row) {
  const Comparison& comparison = analysis.comparison();
  const auto& smallest = comparison.options.smallest_difference;
  std::string text = verdict_name(row.verdict);
  switch (row.verdict) {
    case Verdict::kNotDecided:
      text += ": " + row.reason;
      break;
    case Verdict::kEquivalent:
      text += fmt::format(" within {}: {}, p {} over {} of two one-sided tests",
                          with_unit(analysis, significant_text(*smallest)),
                          difference_text(analysis, row), p_text(row.equivalence_p),
                          family_text(comparison));
      break;
    case Verdict::kBetter:
    case Verdict::kWorse:
      text += fmt::format(" by {}, p {} over {}, decided by {}", difference_text(analysis, row),
                          p_text(row.p), family_text(comparison), decided_by(comparison, row));
      if (row.within_smallest) {
        text += fmt::format("; smaller than {}, which the sweep calls the smallest that matters",
                            with_unit(analysis, significant_text(*smallest)));
      }
      break;
  }
  if (const std::string exact = exact_text(analysis, row); !exact.empty()) {
    append_item(text, exact, "; ");
  }
  return text;
}

std::string rule_text(const Comparison& comparison) {
  const std::string holm = fmt::format("Holm's adjustment over {} at {:g}", family_text(comparison),
                                       comparison.options.alpha);
  switch (comparison.options.test) {
    case ComparisonTest::kPairedT:
      return "the paired t test of each cell with " + holm;
    case ComparisonTest::kSignFlip:
      return "the exact sign-flip test with " + holm;
    case ComparisonTest::kPooled:
      break;
  }
  return fmt::format(
      "t tests with the error of all cells ({} degrees of freedom) and {}, and by the paired t "
      "test of each cell",
      comparison.error.degrees, holm);
}

std::string detectable_text(const SweepAnalysis& analysis) {
  const Comparison& comparison = analysis.comparison();
  std::vector<double> smallest;
  std::size_t most_pairs = 0;
  for (const auto& row : comparison.rows) {
    most_pairs = std::max(most_pairs, row.pairs.size());
    if (row.detectable) smallest.push_back(*row.detectable);
  }
  if (smallest.empty()) return "";
  const auto [low, high] = std::minmax_element(smallest.begin(), smallest.end());
  const auto shown = [](double value) { return rounded_text(value, value / 2); };
  std::string text = fmt::format(
      "With {} a difference of {} is decided with probability {:g}%",
      count_text(most_pairs, analysis.noun),
      *high > 1.1 * *low ? with_unit(analysis, shown(*low) + " to " + shown(*high)) + ", by cell,"
                         : with_unit(analysis, shown(*high)),
      100 * comparison.options.power);
  if (comparison.options.smallest_difference) {
    const std::string declared =
        with_unit(analysis, significant_text(*comparison.options.smallest_difference));
    if (comparison.replicates_wanted) {
      text += fmt::format("; {} needs {}", declared,
                          count_text(*comparison.replicates_wanted, analysis.noun));
    }
  }
  return text + ".";
}

std::vector<std::string> guard_rails(const SweepAnalysis& analysis) {
  const Comparison& comparison = analysis.comparison();
  std::vector<std::string> notes;
  if (comparison.family == 0) return notes;
  const std::string& metric = comparison.metric.name;
  const bool pooled = comparison.options.test == ComparisonTest::kPooled;
  if (pooled && comparison.no_spread && comparison.error.degrees > 0) {
    notes.push_back(fmt::format(
        "Beside what cell and {} determine, {} varies by no more than rounding: there is no spread "
        "to test a difference against, and nothing is decided.",
        analysis.noun, metric));
    return notes;
  }
  if (pooled && comparison.spread_p < kAlikeSpreads) {
    notes.push_back(fmt::format(
        "The spreads of the cells differ (Bartlett's test, p {}): {}. {}",
        p_text(comparison.spread_p), spreads_text(analysis),
        comparison.spreads_apart
            ? "In cells whose spreads differ, the paired t test is adjusted over the family, too."
            : "The error is pooled over the cells of each baseline, which are alike."));
  }
  const ValueShape& shape = comparison.shape;
  if (shape.two_modes) {
    notes.push_back(fmt::format(
        "{} looks two-moded: in {} the values fall into two groups about {} apart. A mean "
        "describes such runs badly; compare how many reach the upper group.",
        metric, count_text(shape.two_modes->cells, "cell"),
        with_unit(analysis, significant_text(shape.two_modes->gap))));
  }
  if (!shape.remote.empty()) {
    notes.push_back(fmt::format(
        "Far away from the other runs of its cell: {}. A run that diverged without saying so "
        "counts like any other, and widens the intervals.",
        remote_text(analysis, shape.remote)));
  }
  return notes;
}

std::vector<std::string> later_choices(const SweepAnalysis& analysis) {
  const auto& results = analysis.results;
  std::vector<std::string> notes;
  std::size_t now = 0;
  std::size_t before = 0;  // the most replicates that an earlier plan had
  std::size_t done_before = 0;
  for (const auto& cell : results.cells) now = std::max(now, cell.trials.size());
  std::set<std::size_t> looks;
  std::size_t done = 0;
  bool changed = false;
  std::size_t done_at_change = 0;
  for (const EarlierPlan& earlier : results.earlier_plans) {
    if (earlier.replicates < now) {
      looks.insert(earlier.replicates);
      done = std::max(done, earlier.done);
    }
    if (earlier.replicates > now && earlier.done > 0) {
      before = std::max(before, earlier.replicates);
      done_before = std::max(done_before, earlier.done);
    }
    if (earlier.comparison != results.comparison) {
      changed = true;
      done_at_change = std::max(done_at_change, earlier.done);
    }
  }
  if (!looks.empty() && analysis.comparison().family > 0) {
    std::vector<std::string> numbers;
    for (const std::size_t look : looks) numbers.push_back(std::to_string(look));
    notes.push_back(fmt::format(
        "{}s were added when {} done: looked at {} and {} {}s, the p-values are optimistic. "
        "Settle the number of {}s before the first result.",
        analysis.noun, count_text(done, "trial") + (done == 1 ? " was" : " were"),
        list_text(numbers), now, analysis.noun, analysis.noun));
    notes.back()[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(notes.back()[0])));
  }
  if (before > 0 && analysis.comparison().family > 0) {
    notes.push_back(fmt::format(
        "The sweep had {} when {} done; now it has {}. The p-values are valid only if that was "
        "decided before the results were seen.",
        count_text(before, analysis.noun),
        count_text(done_before, "trial") + (done_before == 1 ? " was" : " were"), now));
  }
  notes.insert(notes.end(), results.code_notes.begin(), results.code_notes.end());
  const std::string otherwise = planned_otherwise(results);
  if (!otherwise.empty() && analysis.comparison().family > 0) notes.push_back(otherwise);
  if (!analysis.options.family.empty()) {
    const auto all = std::count_if(results.cells.begin(), results.cells.end(),
                                   [](const CellResult& cell) { return cell.baseline >= 0; });
    notes.push_back(fmt::format(
        "The family was restricted by the user to {} of {} comparisons; p-values are valid only if "
        "that was decided before the results were seen.",
        analysis.comparison().family, all));
  }
  if (changed) {
    notes.push_back(fmt::format(
        "[comparison] was changed in the sweep file when {} done; p-values are valid only for a "
        "rule that was settled before.",
        count_text(done_at_change, "trial") + (done_at_change == 1 ? " was" : " were")));
  }
  const auto& declared = results.comparison;
  std::string chosen;
  if (analysis.rule.test != declared.test) append_item(chosen, "the test");
  if (analysis.rule.alpha != declared.alpha) append_item(chosen, "alpha");
  if (analysis.rule.smallest_difference != declared.smallest_difference) {
    append_item(chosen, "the smallest difference");
  }
  if (!chosen.empty()) {
    notes.push_back(fmt::format(
        "Not as the sweep declares: {}. The verdicts are valid only if that was decided before "
        "the results were seen.",
        chosen));
  }
  return notes;
}

}  // namespace polysweep
