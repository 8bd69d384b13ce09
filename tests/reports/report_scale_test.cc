// Reports of sweeps with very many cells: work must grow with the number of cells, not
// with its square.
#include <chrono>
#include <cstdio>

#include "framework/core/random_stream.h"
#include "reports/analysis/cell_labels.h"
#include "reports/analysis/cell_ranking.h"
#include "reports/analysis/sweep_analysis.h"
#include "reports/document/build_report.h"
#include "reports/render/render_report.h"
#include "tests/reports/gnuplot.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

// One factor with `cells` levels of which the first is the baseline.
SweepResults one_factor_sweep(std::size_t cells, int seeds) {
  SweepResults results;
  results.sweep = "large";
  results.experiment = "toy";
  results.replicate = "seed";
  results.primary.name = "score";
  results.primary.goal = Goal::kMaximize;
  results.secondary.resize(1);
  results.secondary[0].name = "loss";
  FactorInfo factor;
  factor.name = "x";
  RandomStream noise(2, "large sweep");
  for (std::size_t i = 0; i < cells; ++i) {
    const Value level(static_cast<std::int64_t>(i));
    factor.levels.push_back(level);
    CellResult cell;
    cell.levels.set("x", level);
    cell.is_baseline = i == 0;
    cell.baseline = i == 0 ? -1 : 0;
    for (int seed = 0; seed < seeds; ++seed) {
      TrialResult trial;
      trial.cell = static_cast<std::uint32_t>(i);
      trial.replicate = std::to_string(seed);
      trial.state = TrialState::kDone;
      trial.attempts = 1;
      const double score = static_cast<double>(i % 17) + noise.normal();
      trial.final_metrics = {{"score", score}, {"loss", 20 - score + noise.normal()}};
      cell.trials.push_back(results.trials.size());
      results.trials.push_back(std::move(trial));
    }
    results.cells.push_back(std::move(cell));
  }
  results.factors = {factor};
  results.baseline.set("x", Value(0));
  return results;
}

template <typename Work>
double seconds(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double report_seconds(std::size_t cells, int seeds) {
  const SweepResults results = one_factor_sweep(cells, seeds);
  const Draw draw = gnuplot();
  return seconds([&] { render_report(build_report(results), "html", draw); });
}

}  // namespace

TEST_CASE("a report of 65,000 cells takes seconds", "[scale][slow]") {
  for (const int seeds : {1, 3}) {
    const double few = report_seconds(8'125, seeds);
    const double many = report_seconds(65'000, seeds);
    std::printf("report, %d seed(s): 8,125 cells %.2f s, 65,000 cells %.2f s\n", seeds, few, many);
    CHECK(many < 24 * few);  // 8 if linear, 64 if quadratic
    CHECK(many < 20);        // about 2 on an idle core
  }
}

TEST_CASE("labels, ranking and comparison of a million cells take seconds", "[scale][slow]") {
  const SweepResults results = one_factor_sweep(1'000'000, 1);
  const double labelled = seconds([&] { cell_labels(results); });
  const CellValueTable values(results);
  const double ranked =
      seconds([&] { best_cells(values.of(results.primary.name), Goal::kMaximize); });
  const AnalysisOptions options;
  const SweepAnalysis analysis(results, options);
  const double compared = seconds([&] { analysis.comparison(); });
  std::printf("a million cells: labels %.2f s, values and ranking %.2f s, comparison %.2f s\n",
              labelled, ranked, compared);
  CHECK(labelled + ranked < 8);  // about 1 on an idle core
  CHECK(compared < 16);          // about 2
}

}  // namespace polysweep
