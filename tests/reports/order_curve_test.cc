#include "reports/analysis/order_curve.h"

#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {

TEST_CASE("order is shown as rank, words to its right, other arms level", "[orders]") {
  const auto results = sample_sweep({3, false, false, false});
  const auto panels = order_panels(results, arms_of(results), "test_bleu", 0.95);
  REQUIRE(panels.size() == 2);  // dimension 64 and 128; dimension itself has two levels only
  const auto& panel = panels[0];
  CHECK(panel.factor == "order");
  CHECK(panel.context == "dimension 64");
  CHECK(panel.x == "rank (order + 1)");
  CHECK(panel.level_lines);
  REQUIRE(panel.lines.size() == 5);
  CHECK(panel.lines[1].label == "sinusoidal (baseline)");
  CHECK(panel.lines[1].points.size() == 2);
  CHECK(panel.lines[1].points[0].mean == panel.lines[1].points[1].mean);
  const auto& legendre = panel.lines[4];
  CHECK(legendre.label == "legendre_position");
  REQUIRE(legendre.points.size() == 3);
  CHECK(legendre.points[0].x == 5);
  CHECK(legendre.points[1].x == 17);
  CHECK(legendre.points[2].x > 17);
  REQUIRE(panel.tics.size() == 3);
  CHECK(panel.tics[0].second == "5");
  CHECK(panel.tics[2].second == "full");
}

TEST_CASE("families have a line each, and lines that lack runs say so", "[orders]") {
  SweepBuilder builder("orders");
  builder.factor("basis", {"a", "b"}).factor("order", {"1", "3", "7"}).baseline("basis", "a");
  for (const char* basis : {"a", "b"}) {
    for (const char* order : {"1", "3", "7"}) {
      const auto cell = builder.cell({basis, order});
      for (int seed = 0; seed < 3; ++seed) {
        const bool hole = cell == 4 && seed == 1;
        if (hole) builder.other(cell, seed, TrialState::kFailed, "error");
        if (!hole) builder.done(cell, seed, static_cast<double>(cell) + 0.1 * seed);
      }
    }
  }
  const auto results = builder.build();
  const auto panels = order_panels(results, arms_of(results), "score", 0.95);
  REQUIRE(panels.size() == 1);
  REQUIRE(panels[0].lines.size() == 2);
  CHECK(panels[0].lines[0].label == "a (baseline)");
  CHECK(panels[0].lines[1].label == "b (3 n 2 of 3)");
  CHECK(panels[0].holes == 1);
  CHECK_FALSE(panels[0].level_lines);
  CHECK(panels[0].lines[1].points[1].mean == Approx(4.1));
}

TEST_CASE("the factor that tells arms apart is drawn over itself, a line a context", "[orders]") {
  SweepBuilder builder("rates");
  builder.factor("rate", {"0.1", "0.2", "0.4"})
      .factor("width", {"8", "16"})
      .baseline("rate", "0.1");
  for (const char* rate : {"0.1", "0.2", "0.4"}) {
    for (const char* width : {"8", "16"}) builder.done(builder.cell({rate, width}), 0, 1);
  }
  const auto results = builder.build();
  const auto panels = order_panels(results, arms_of(results), "score", 0.95);
  REQUIRE(panels.size() == 1);
  CHECK(panels[0].context.empty());
  REQUIRE(panels[0].lines.size() == 2);
  CHECK(panels[0].lines[0].label == "width 8");
  CHECK(panels[0].lines[0].points.size() == 3);
}

}  // namespace polysweep
