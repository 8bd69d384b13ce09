#include "reports/analysis/compare_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "framework/core/error.h"
#include "reports/analysis/titles.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

// True where both cells have values of the same replicates and none is missing.
bool all_paired(const CellValues& cell, const CellValues& baseline, std::size_t pairs) {
  return cell.missing.empty() && baseline.missing.empty() && pairs == cell.values.size() &&
         pairs == baseline.values.size();
}

// Says which side has no value for each replicate without a pair.
void add_missing(CellComparison& row, const SweepResults& results, const CellValues& cell,
                 const CellValues& baseline) {
  std::vector<std::string>& missing = row.missing;
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
      ++row.not_finite;
    }
  }
  for (const auto& measured : baseline.values) {
    if (!planned(cell, measured.replicate)) {
      missing.push_back(replicate_text(results, measured.trial) + " planned for the baseline only");
    }
  }
}

void measure(CellComparison& row, const ComparisonOptions& options, Bootstrap& bootstrap) {
  const auto differences = differences_of(row.pairs);
  if (differences.empty()) return;
  row.interval = t_interval(differences, options.confidence);
  row.bootstrap = bootstrap.mean_interval(differences, options.confidence);
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
  if (pairs == 0) {
    return row.not_finite > 0 ? "the differences are too large for a number"
                              : "no " + noun + " has a value in both cells";
  }
  if (test != ComparisonTest::kPooled && pairs >= 2 && !row.effect_size) {
    return "the differences do not vary with the " + noun +
           " but for rounding, so there is nothing to test their mean against";
  }
  if (test == ComparisonTest::kSignFlip) return exact_undecided(row, comparison, noun);
  const std::size_t least = test == ComparisonTest::kPooled ? kLeastPairs : 2;
  if (pairs < least) {
    return fmt::format("{} with a value in both cells; {} or more are needed",
                       count_text(pairs, noun), least);
  }
  if (test == ComparisonTest::kPooled && comparison.no_spread) {
    return "beside what cell and " + noun +
           " determine, the values vary by no more than rounding, so there is nothing to test a "
           "difference against";
  }
  if (row.p <= comparison.options.alpha) {
    return "the mean over the pairs and the difference by least squares do not agree on the sign";
  }
  if (!row.compatible)
    return fmt::format("p {} is above {:g}", p_text(row.p), comparison.options.alpha);
  return fmt::format("from {} is compatible with {}", interval_text(*row.compatible),
                     count_text(pairs, noun));
}

std::string lost_text(const CellValues& side, const std::string& noun, const std::string& name) {
  return fmt::format("{} of {} of {} ended without a value: those left are a selected sample",
                     side.selective_missing(), count_text(side.planned(), noun), name);
}

// Why the row has no verdict; "" where it has one.
std::string reason(const CellComparison& row, const Comparison& comparison, const std::string& noun,
                   const CellValues& cell, const CellValues& baseline) {
  if (row.verdict != Verdict::kNotDecided) return "";
  if (!row.withheld) return undecided(row, comparison, noun);
  return row.cell_lost ? lost_text(cell, noun, "this cell")
                       : lost_text(baseline, noun, "the baseline");
}

MetricValues numbers_of(const SweepResults& results, const std::vector<CellValues>& values) {
  MetricValues out;
  std::unordered_map<std::string_view, std::uint32_t> replicates;
  for (std::size_t i = 0; i < values.size(); ++i) {
    out.baselines.push_back(results.cells[i].baseline);
    out.planned.push_back(static_cast<std::uint32_t>(values[i].planned()));
    out.lost.push_back(static_cast<std::uint32_t>(values[i].selective_missing()));
    for (const Measured& each : values[i].values) {
      const auto number = static_cast<std::uint32_t>(replicates.size());
      out.replicates.push_back(replicates.try_emplace(each.replicate, number).first->second);
      out.values.push_back(each.value);
    }
    out.begins.push_back(out.values.size());
  }
  out.replicate_count = replicates.size();
  return out;
}

}  // namespace

Comparison compare(const SweepResults& results, const std::vector<CellValues>& values,
                   const MetricInfo& metric, ComparisonOptions options, Bootstrap& bootstrap) {
  check(values.size() == results.cells.size(), "there are values of every cell");
  options.goal = metric.goal;
  return compare_tested(results, values, metric, test_family(numbers_of(results, values), options),
                        bootstrap);
}

Comparison compare_tested(const SweepResults& results, const std::vector<CellValues>& values,
                          const MetricInfo& metric, FamilyTests tested, Bootstrap& bootstrap) {
  check(values.size() == results.cells.size(), "there are values of every cell");
  const std::string noun = replicate_noun(results);
  Comparison comparison;
  static_cast<FamilyFacts&>(comparison) = std::move(tested.facts);
  comparison.metric = metric;
  comparison.rows.reserve(tested.rows.size());
  for (const TestedComparison& known : tested.rows) {
    CellComparison row;
    static_cast<TestedComparison&>(row) = known;
    const CellValues& cell = values.at(row.cell);
    const CellValues& baseline = values.at(row.baseline);
    row.planned = cell.planned();
    row.pairs = paired(cell, baseline);
    check(row.pairs.size() == row.pair_count, "what is tested is what is shown");
    if (!all_paired(cell, baseline, row.pairs.size())) {
      add_missing(row, results, cell, baseline);
    }
    measure(row, comparison.options, bootstrap);
    row.reason = reason(row, comparison, noun, cell, baseline);
    comparison.rows.push_back(std::move(row));
  }
  return comparison;
}

}  // namespace polysweep
