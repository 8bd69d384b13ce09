#include "reports/analysis/compare_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "reports/analysis/rule_tests.h"
#include "reports/analysis/titles.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

// True where both cells have values of the same replicates and none is missing.
bool all_paired(const CellValues& cell, const CellValues& baseline, std::size_t pairs) {
  return cell.missing.empty() && baseline.missing.empty() && pairs == cell.values.size() &&
         pairs == baseline.values.size();
}

// Which side has no value for each replicate without a pair.
std::vector<std::string> unpaired(const SweepResults& results, const CellValues& cell,
                                  const CellValues& baseline) {
  std::vector<std::string> missing;
  for (const auto& each : cell.missing) {
    missing.push_back(replicate_text(results, each.trial) + " " + each.reason);
  }
  for (const auto& each : baseline.missing) {
    missing.push_back("baseline's " + replicate_text(results, each.trial) + " " + each.reason);
  }
  const auto planned = [](const CellValues& side, const std::string& replicate) {
    return side.find(replicate) != nullptr ||
           std::any_of(side.missing.begin(), side.missing.end(),
                       [&](const MissingValue& each) { return each.replicate == replicate; });
  };
  for (const auto& measured : cell.values) {
    if (!planned(baseline, measured.replicate)) {
      missing.push_back(replicate_text(results, measured.trial) + " not planned for the baseline");
    }
    const Measured* other = baseline.find(measured.replicate);
    if (other != nullptr && !std::isfinite(measured.value - other->value)) {
      missing.push_back(replicate_text(results, measured.trial) + " has no finite difference");
    }
  }
  for (const auto& measured : baseline.values) {
    if (!planned(cell, measured.replicate)) {
      missing.push_back(replicate_text(results, measured.trial) + " planned for the baseline only");
    }
  }
  return missing;
}

void measure(CellComparison& row, const ComparisonOptions& options, Bootstrap& bootstrap) {
  const auto differences = differences_of(row.pairs);
  if (differences.empty()) return;
  row.mean = mean_of(differences);
  row.interval = t_interval(differences, options.confidence);
  row.bootstrap = bootstrap.mean_interval(differences, options.confidence);
  row.effect_size = paired_effect_size(differences, magnitude_of(row.pairs));
  std::vector<double> own;
  std::vector<double> theirs;
  for (const auto& pair : row.pairs) {
    own.push_back(pair.value);
    theirs.push_back(pair.baseline);
  }
  row.superiority = superiority(own, theirs);
}

// Why the exact test does not decide.
std::string exact_undecided(const CellComparison& row, const Comparison& comparison,
                            const std::string& noun) {
  const double alpha = comparison.options.alpha;
  const auto floor = comparison.pairs_for_exact;
  if (row.exact.holm_p > alpha && (!floor || row.pairs.size() < *floor)) {
    return fmt::format(
        "with {} the smallest p of the exact test is {}; {}{}", count_text(row.pairs.size(), noun),
        p_text(row.exact.smallest_p),
        floor ? fmt::format("{} or more are needed", *floor) : "no number of them is enough",
        comparison.family == 1 ? "" : fmt::format(" for a family of {}", comparison.family));
  }
  return fmt::format("p {} over {} is above {:g}", p_text(row.p),
                     count_text(comparison.family, "comparison"), alpha);
}

// Why a comparison is not decided, the plainest reason first.
std::string undecided(const CellComparison& row, const Comparison& comparison,
                      const std::string& noun) {
  const std::size_t pairs = row.pairs.size();
  const ComparisonTest test = comparison.options.test;
  if (pairs == 0) return "no " + noun + " has a value in both cells";
  if (test == ComparisonTest::kSignFlip) return exact_undecided(row, comparison, noun);
  const std::size_t least = test == ComparisonTest::kPooled ? kLeastPairs : 2;
  if (pairs < least) {
    return fmt::format("{} with a value in both cells; {} or more are needed",
                       count_text(pairs, noun), least);
  }
  if (test == ComparisonTest::kPooled && comparison.no_spread) {
    return "the values do not vary with the " + noun +
           " but for rounding, so there is nothing to "
           "test a difference against";
  }
  if (test == ComparisonTest::kPairedT && !row.effect_size) {
    return "the differences do not vary with the " + noun +
           " but for rounding, so there is "
           "nothing to test their mean against";
  }
  if (!row.compatible)
    return fmt::format("p {} is above {:g}", p_text(row.p), comparison.options.alpha);
  return fmt::format("from {} is compatible with {}", interval_text(*row.compatible),
                     count_text(pairs, noun));
}

std::string lost_text(std::size_t lost, const CellValues& side, const std::string& noun,
                      const std::string& name) {
  return fmt::format("{} of {} of {} ended without a value: those left are a selected sample", lost,
                     count_text(side.planned(), noun), name);
}

// A verdict in favour of the side that lost runs is withheld: what is left of
// that side are the runs that went well.
std::string withheld(bool in_favour_of_cell, const CellValues& cell, const CellValues& baseline,
                     const std::string& noun) {
  const CellValues& favoured = in_favour_of_cell ? cell : baseline;
  const std::size_t lost = favoured.selective_missing();
  if (lost == 0) return "";
  return lost_text(lost, favoured, noun, in_favour_of_cell ? "this cell" : "the baseline");
}

// True where the data say on which side of 0 the difference is.
bool is_decided(const CellComparison& row, const Comparison& comparison) {
  if (!row.mean || *row.mean == 0 || row.p > comparison.options.alpha) return false;
  // With missing values the two estimates can differ; they have to agree.
  return !row.fitted || (*row.fitted > 0) == (*row.mean > 0);
}

void judge(CellComparison& row, const Comparison& comparison, const SweepResults& results,
           const CellValues& cell, const CellValues& baseline) {
  const std::string noun = replicate_noun(results);
  if (is_decided(row, comparison)) {
    const bool better = (*row.mean > 0) == (comparison.metric.goal == Goal::kMaximize);
    row.reason = withheld(better, cell, baseline, noun);
    row.withheld = !row.reason.empty();
    if (!row.withheld) row.verdict = better ? Verdict::kBetter : Verdict::kWorse;
    return;
  }
  if (!row.within_smallest) {
    row.reason = undecided(row, comparison, noun);
    return;
  }
  // Equivalence favours both sides.
  for (const bool in_favour_of_cell : {true, false}) {
    row.reason = withheld(in_favour_of_cell, cell, baseline, noun);
    row.withheld = !row.reason.empty();
    if (row.withheld) return;
  }
  row.verdict = Verdict::kEquivalent;
}

}  // namespace

Comparison compare(const SweepResults& results, const std::vector<CellValues>& values,
                   const MetricInfo& metric, const ComparisonOptions& options,
                   Bootstrap& bootstrap) {
  check(values.size() == results.cells.size(), "there are values of every cell");
  Comparison comparison;
  comparison.metric = metric;
  comparison.options = options;
  std::vector<bool> compared(results.cells.size(), options.cells.empty());
  for (const std::size_t cell : options.cells) compared.at(cell) = true;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    compared[i] = compared[i] && results.cells[i].baseline >= 0;
    if (compared[i]) ++comparison.family;
  }
  comparison.rows.reserve(comparison.family);
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    if (!compared[i]) continue;
    CellComparison row;
    row.cell = i;
    row.baseline = static_cast<std::size_t>(results.cells[i].baseline);
    check(row.baseline < results.cells.size() && row.baseline != i,
          "a cell is compared with another one");
    row.planned = values[i].planned();
    row.pairs = paired(values[i], values[row.baseline]);
    if (!all_paired(values[i], values[row.baseline], row.pairs.size())) {
      row.missing = unpaired(results, values[i], values[row.baseline]);
    }
    measure(row, options, bootstrap);
    comparison.rows.push_back(std::move(row));
  }
  apply_tests(comparison, values);
  for (auto& row : comparison.rows) {
    judge(row, comparison, results, values[row.cell], values[row.baseline]);
  }
  return comparison;
}

}  // namespace polysweep
