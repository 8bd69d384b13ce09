#include "reports/analysis/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/analysis/number_text.h"

namespace polysweep {
namespace {

// Which side lacks a value for each replicate without a pair.
std::vector<std::string> unpaired(const SweepResults& results, const CellValues& cell,
                                  const CellValues& baseline) {
  std::vector<std::string> holes;
  for (const auto& hole : cell.holes) {
    holes.push_back(replicate_text(results, hole.trial) + " " + hole.reason);
  }
  for (const auto& hole : baseline.holes) {
    holes.push_back("baseline's " + replicate_text(results, hole.trial) + " " + hole.reason);
  }
  const auto planned = [](const CellValues& side, const std::string& replicate) {
    return side.find(replicate) != nullptr ||
           std::any_of(side.holes.begin(), side.holes.end(),
                       [&](const Hole& hole) { return hole.replicate == replicate; });
  };
  for (const auto& measured : cell.values) {
    if (!planned(baseline, measured.replicate)) {
      holes.push_back(replicate_text(results, measured.trial) + " not planned for the baseline");
    }
  }
  for (const auto& measured : baseline.values) {
    if (!planned(cell, measured.replicate)) {
      holes.push_back(replicate_text(results, measured.trial) + " planned for the baseline only");
    }
  }
  return holes;
}

void measure(CellComparison& row, const ComparisonOptions& options, std::size_t family,
             Bootstrap& bootstrap) {
  const auto differences = differences_of(row.pairs);
  row.smallest_p = smallest_sign_flip_p(row.pairs.size());
  row.pairs_for_floor = pairs_to_reach(options.alpha, family);
  if (differences.empty()) return;
  row.mean = mean_of(differences);
  row.interval = t_interval(differences, options.confidence);
  row.bootstrap = bootstrap.mean_interval(differences, options.confidence);
  row.effect_size = paired_effect_size(differences);
  std::vector<double> own;
  std::vector<double> theirs;
  for (const auto& pair : row.pairs) {
    own.push_back(pair.value);
    theirs.push_back(pair.baseline);
  }
  row.superiority = superiority(own, theirs);
  const auto test = sign_flip_test(differences);
  row.p = test.p;
  row.exact = test.exact;
  if (row.effect_size) {
    row.pairs_for_effect = pairs_for_power(
        *row.effect_size, options.alpha / static_cast<double>(family), options.power);
  }
}

// Says why a comparison stays undecided, the plainest reason first.
std::string undecided(const CellComparison& row, const Comparison& comparison,
                      const std::string& noun) {
  const double alpha = comparison.options.alpha;
  if (row.pairs.empty()) return "no " + noun + " has a value in both cells";
  const bool alone = row.smallest_p > alpha;
  if (alone || (row.pairs.size() < row.pairs_for_floor && row.holm_p > alpha)) {
    return fmt::format("with {} the smallest p is {}; {} or more are needed{}",
                       count_text(row.pairs.size(), noun), p_text(row.smallest_p),
                       alone ? pairs_to_reach(alpha, 1) : row.pairs_for_floor,
                       alone ? "" : fmt::format(" for a family of {}", comparison.family));
  }
  return fmt::format("Holm p {} is above {}", p_text(row.holm_p), alpha);
}

// A verdict in favour of the side that lost runs is withheld: what is left of
// that side are the runs that went well.
std::string withheld(bool in_favour_of_cell, const CellValues& cell, const CellValues& baseline,
                     const std::string& noun) {
  const CellValues& favoured = in_favour_of_cell ? cell : baseline;
  const std::size_t lost = favoured.selective_holes();
  if (lost == 0) return "";
  return fmt::format("{} of {} of {} ended without a value: those left are a selected sample", lost,
                     count_text(favoured.planned(), noun),
                     in_favour_of_cell ? "this cell" : "the baseline");
}

void judge(CellComparison& row, const Comparison& comparison, const SweepResults& results,
           const CellValues& cell, const CellValues& baseline) {
  const std::string noun = replicate_noun(results);
  if (!row.mean || row.holm_p > comparison.options.alpha || *row.mean == 0) {
    row.reason = undecided(row, comparison, noun);
    return;
  }
  const bool better = (*row.mean > 0) == (comparison.metric.goal == Goal::kMaximize);
  row.reason = withheld(better, cell, baseline, noun);
  if (row.reason.empty()) row.verdict = better ? Verdict::kBetter : Verdict::kWorse;
}

void adjust(Comparison& comparison) {
  std::vector<double> p;
  for (const auto& row : comparison.rows) p.push_back(row.p);
  const auto by_holm = holm(p);
  const auto by_bh = benjamini_hochberg(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    comparison.rows[i].holm_p = by_holm[i];
    comparison.rows[i].benjamini_hochberg_p = by_bh[i];
  }
}

}  // namespace

std::string verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter:
      return "better";
    case Verdict::kWorse:
      return "worse";
    case Verdict::kInconclusive:
      break;
  }
  return "inconclusive";
}

std::vector<Pair> paired(const CellValues& cell, const CellValues& baseline) {
  std::vector<Pair> pairs;
  for (const auto& measured : cell.values) {
    const Measured* other = baseline.find(measured.replicate);
    if (other != nullptr) pairs.push_back({measured.replicate, measured.value, other->value});
  }
  return pairs;
}

std::vector<double> differences_of(const std::vector<Pair>& pairs) {
  std::vector<double> differences;
  for (const auto& pair : pairs) differences.push_back(pair.difference());
  return differences;
}

Comparison compare(const SweepResults& results, const MetricInfo& metric,
                   const ComparisonOptions& options, Bootstrap& bootstrap) {
  Comparison comparison;
  comparison.metric = metric;
  comparison.options = options;
  std::vector<CellValues> values;
  const auto compared = [&](std::size_t cell) {
    return results.cells[cell].baseline >= 0 &&
           (options.cells.empty() ||
            std::find(options.cells.begin(), options.cells.end(), cell) != options.cells.end());
  };
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    values.push_back(cell_values(results, i, metric.name));
    if (compared(i)) ++comparison.family;
  }
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    if (!compared(i)) continue;
    CellComparison row;
    row.cell = i;
    row.baseline = static_cast<std::size_t>(results.cells[i].baseline);
    row.planned = values[i].planned();
    row.pairs = paired(values[i], values[row.baseline]);
    row.holes = unpaired(results, values[i], values[row.baseline]);
    measure(row, options, comparison.family, bootstrap);
    comparison.rows.push_back(std::move(row));
  }
  adjust(comparison);
  for (auto& row : comparison.rows) {
    judge(row, comparison, results, values[row.cell], values[row.baseline]);
  }
  return comparison;
}

std::size_t lacking_for_floor(const CellComparison& row) {
  return row.pairs_for_floor > row.pairs.size() ? row.pairs_for_floor - row.pairs.size() : 0;
}

}  // namespace polysweep
