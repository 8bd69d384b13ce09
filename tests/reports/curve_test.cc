#include "reports/analysis/convergence.h"
#include "reports/analysis/learning_curve.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Values = std::vector<double>;

// Runs of loss curves, evaluated at steps 100, 200, 300, 400.
struct Runs {
  SweepBuilder builder{"curves"};
  Runs() {
    builder.factor("arm", {"base", "new"}).baseline("arm", "base");
    builder.cell({"base"});
    builder.cell({"new"});
    builder.results().metrics = {{"validation_loss", Goal::kMinimize, "nats", ""}};
  }
  void add(std::size_t cell, int seed, const Values& losses, TrialState state = TrialState::kDone) {
    Curve curve{builder.other(cell, seed, state), {}};
    for (std::size_t i = 0; i < losses.size(); ++i) {
      curve.points.push_back({static_cast<std::int64_t>(100 * (i + 1)), losses[i]});
    }
    builder.results().curves["validation_loss"].push_back(std::move(curve));
  }
};

}  // namespace

TEST_CASE("convergence counts to the baseline's median best, by hand", "[convergence]") {
  Runs runs;
  runs.add(0, 0, {5, 4, 3, 2.0});    // best 2.0
  runs.add(0, 1, {5, 4, 3, 2.5});    // best 2.5: the median
  runs.add(0, 2, {5, 4, 3, 2.9});    // best 2.9: never gets to 2.5
  runs.add(1, 0, {4, 2.4, 2, 1.9});  // at 200
  runs.add(1, 1, {2.5, 2, 2, 1.9});  // at 100
  runs.add(1, 2, {4, 3, 2.8, 2.7});  // never
  const auto found = converge(runs.builder.build(), "", 0.95);
  REQUIRE(found);
  REQUIRE(found->rows.size() == 2);
  const auto& base = found->rows[0];
  CHECK(base.target.value() == 2.5);
  CHECK(base.reached == 2);
  CHECK_FALSE(base.ratio.has_value());
  const auto& arm = found->rows[1];
  CHECK(arm.runs[0].step.value() == 200);
  CHECK(arm.runs[1].step.value() == 100);
  CHECK_FALSE(arm.runs[2].step.has_value());
  CHECK(arm.runs[2].note == "best 2.7");
  CHECK(arm.reached == 2);
  CHECK(arm.pairs == 2);
  // 200/400 and 100/400: geometric mean sqrt(1/8).
  CHECK(arm.ratio.value() == Approx(std::sqrt(0.125)));
  // Log ratios log(1/2), log(1/4): mean +- 12.7062047 * sd / sqrt(2).
  const double half = 12.706204736 * (std::log(2.0) / std::sqrt(2.0)) / std::sqrt(2.0);
  CHECK(arm.interval->low == Approx(std::exp(std::log(std::sqrt(0.125)) - half)));
}

TEST_CASE("a diverged run is censored, a failed one is none", "[convergence]") {
  Runs runs;
  runs.add(0, 0, {5, 4, 3, 2});
  runs.add(1, 0, {1, std::nan("")}, TrialState::kDiverged);
  runs.add(1, 1, {1, 1}, TrialState::kFailed);
  const auto found = converge(runs.builder.build(), "", 0.95);
  REQUIRE(found);
  const auto& arm = found->rows[1];
  REQUIRE(arm.runs.size() == 1);
  CHECK(arm.runs[0].note == "diverged");
  CHECK(arm.reached == 0);
  CHECK(arm.planned == 2);
}

TEST_CASE("no curve or no baseline, no convergence", "[convergence]") {
  CHECK_FALSE(converge(sample_sweep({2, false, false, false}), "", 0.95).has_value());
  SweepResults alone = sample_sweep({2, false, true, false});
  for (auto& cell : alone.cells) {
    cell.baseline = -1;
    cell.is_baseline = false;
  }
  CHECK_FALSE(converge(alone, "", 0.95).has_value());
}

TEST_CASE("a learning curve has points only where every run has a value", "[curves]") {
  Runs runs;
  runs.add(0, 0, {5, 4, 3, 2});
  runs.add(0, 1, {6, 5});
  runs.add(0, 2, {7, std::nan(""), 1, 1});
  runs.add(0, 3, {100, 100}, TrialState::kFailed);
  const auto curves = learning_curves(runs.builder.build(), "validation_loss", 100);
  REQUIRE(curves.size() == 1);
  CHECK(curves[0].runs == 3);
  CHECK(curves[0].planned == 4);
  CHECK(curves[0].incomplete == 3);
  REQUIRE(curves[0].points.size() == 1);
  CHECK(curves[0].points[0].mean == Approx(6));
  CHECK(curves[0].points[0].low == 5);
  CHECK(curves[0].points[0].high == 7);
}

TEST_CASE("long curves are thinned, first and last kept", "[curves]") {
  Runs runs;
  Values losses;
  for (int i = 0; i < 1000; ++i) losses.push_back(i);
  runs.add(0, 0, losses);
  const auto curves = learning_curves(runs.builder.build(), "validation_loss", 50);
  REQUIRE(curves[0].points.size() == 50);
  CHECK(curves[0].points.front().x == 100);
  CHECK(curves[0].points.back().x == 100000);
}

}  // namespace polysweep
