// Reports of sweeps with very many cells.
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
    cell.number = static_cast<std::uint32_t>(i);
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

}  // namespace

// What it takes is measured by bench/cells.py.
TEST_CASE("a report of 65,000 cells is complete", "[scale][slow]") {
  for (const int seeds : {1, 3}) {
    const SweepResults results = one_factor_sweep(65'000, seeds);
    const std::string html = render_report(build_report(results), "html", gnuplot());
    CHECK(html.find("x 64999") != std::string::npos);
    CHECK(html.find("</html>") != std::string::npos);
  }
}

TEST_CASE("a million cells are labelled, ranked and compared", "[scale][slow]") {
  const SweepResults results = one_factor_sweep(1'000'000, 1);
  CHECK(cell_labels(results).cells.back().label == "x 999999");
  const CellValueTable values(results);
  CHECK(best_cells(values.of(results.primary.name), Goal::kMaximize).size() == 1'000'000);
  const AnalysisOptions options;
  const SweepAnalysis analysis(results, options);
  CHECK(analysis.comparison().family == 999'999);
}

}  // namespace polysweep
