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
