#include "reports/analysis/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "reports/analysis/sign_flip.h"
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
  }
  for (const auto& measured : baseline.values) {
    if (!planned(cell, measured.replicate)) {
      missing.push_back(replicate_text(results, measured.trial) + " planned for the baseline only");
    }
  }
  return missing;
}

// The numbers of pairs that the family asks for.
struct PairsNeeded {
  PairsNeeded(const ComparisonOptions& options, std::size_t family)
      : floor(pairs_to_reach(options.alpha, std::max<std::size_t>(family, 1))),
        for_effect(options.alpha / static_cast<double>(std::max<std::size_t>(family, 1)),
                   options.power) {}

  std::optional<std::size_t> floor;
  PairsForPower for_effect;
};

void measure(CellComparison& row, const ComparisonOptions& options, const PairsNeeded& needed,
             Bootstrap& bootstrap) {
  const auto differences = differences_of(row.pairs);
  row.smallest_p = smallest_sign_flip_p(row.pairs.size());
  row.pairs_for_floor = needed.floor;
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
  if (row.effect_size) row.pairs_for_effect = needed.for_effect.pairs(*row.effect_size);
}

// Why a comparison is undecided, the plainest reason first.
std::string undecided(const CellComparison& row, const Comparison& comparison,
                      const std::string& noun) {
  const double alpha = comparison.options.alpha;
  const std::size_t pairs = row.pairs.size();
  if (pairs == 0) return "no " + noun + " has a value in both cells";
  const bool alone = row.smallest_p > alpha;
  const auto floor = alone ? pairs_to_reach(alpha, 1) : row.pairs_for_floor;
  const bool too_few = !floor || pairs < *floor;
  if (too_few && (alone || row.holm_p > alpha)) {
    return fmt::format(
        "with {} the smallest p is {}; {}{}", count_text(pairs, noun), p_text(row.smallest_p),
        floor ? fmt::format("{} or more are needed", *floor) : "no number of them is enough",
        alone ? "" : fmt::format(" for a family of {}", comparison.family));
  }
  return fmt::format("Holm p {} is above {}", p_text(row.holm_p), alpha);
}

// A verdict in favour of the side that lost runs is withheld: what is left of
// that side are the runs that went well.
std::string withheld(bool in_favour_of_cell, const CellValues& cell, const CellValues& baseline,
                     const std::string& noun) {
  const CellValues& favoured = in_favour_of_cell ? cell : baseline;
  const std::size_t lost = favoured.selective_missing();
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
  for (std::size_t i = 0; i < cell.values.size(); ++i) {
    const Measured& measured = cell.values[i];
    // As a rule both cells have the same replicates in the same order.
    const bool same_place =
        i < baseline.values.size() && baseline.values[i].replicate == measured.replicate;
    const Measured* other = same_place ? &baseline.values[i] : baseline.find(measured.replicate);
    if (other != nullptr) pairs.push_back({measured.replicate, measured.value, other->value});
  }
  return pairs;
}

std::vector<double> differences_of(const std::vector<Pair>& pairs) {
  std::vector<double> differences;
  for (const auto& pair : pairs) differences.push_back(pair.difference());
  return differences;
}

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
  const PairsNeeded needed(options, comparison.family);
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
    measure(row, options, needed, bootstrap);
    comparison.rows.push_back(std::move(row));
  }
  adjust(comparison);
  for (auto& row : comparison.rows) {
    judge(row, comparison, results, values[row.cell], values[row.baseline]);
  }
  return comparison;
}

std::optional<std::size_t> more_pairs_for_floor(const CellComparison& row) {
  if (!row.pairs_for_floor) return std::nullopt;
  return *row.pairs_for_floor - std::min(*row.pairs_for_floor, row.pairs.size());
}

}  // namespace polysweep
