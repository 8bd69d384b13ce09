#include "reports/analysis/factor_curve.h"

#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::vector<FactorCurve> curves_on(const SweepResults& results, const std::string& metric) {
  return factor_curves(results, cell_labels(results), CellValueTable(results).of(metric), 0.95);
}

}  // namespace

TEST_CASE("words are to the right of numbers, other cells are horizontal lines", "[factor curve]") {
  const auto results = sample_sweep({3, false, false, false});
  const auto panels = curves_on(results, "test_bleu");
  REQUIRE(panels.size() == 2);  // dimension 64 and 128; dimension itself has two levels only
  const auto& panel = panels[0];
  CHECK(panel.factor == "order");
  CHECK(panel.context == "dimension 64");
  CHECK(panel.x == "order");
  CHECK(panel.horizontal_lines);
  REQUIRE(panel.lines.size() == 5);
  CHECK(panel.lines[1].label == "sinusoidal (baseline)");
  CHECK(panel.lines[1].points.size() == 2);
  CHECK(panel.lines[1].points[0].mean == panel.lines[1].points[1].mean);
  const auto& legendre = panel.lines[4];
  CHECK(legendre.label == "legendre_position");
  REQUIRE(legendre.points.size() == 3);
  CHECK(legendre.points[0].x == 4);
  CHECK(legendre.points[1].x == 16);
  CHECK(legendre.points[2].x > 16);
  REQUIRE(panel.tics.size() == 3);
  CHECK(panel.tics[0].second == "4");
  CHECK(panel.tics[2].second == "full");
}

TEST_CASE("names have a line each, and the label of a line names its missing values",
          "[factor curve]") {
  SweepBuilder builder("orders");
  builder.factor("basis", {"a", "b"}).factor("order", {"1", "3", "7"}).baseline("basis", "a");
  for (const char* basis : {"a", "b"}) {
    for (const char* order : {"1", "3", "7"}) {
      const auto cell = builder.cell({basis, order});
      for (int seed = 0; seed < 3; ++seed) {
        const bool missing = cell == 4 && seed == 1;
        if (missing) builder.other(cell, seed, TrialState::kFailed, "error");
        if (!missing) builder.done(cell, seed, static_cast<double>(cell) + 0.1 * seed);
      }
    }
  }
  const auto results = builder.build();
  const auto panels = curves_on(results, "score");
  REQUIRE(panels.size() == 1);
  REQUIRE(panels[0].lines.size() == 2);
  CHECK(panels[0].lines[0].label == "a (baseline)");
  CHECK(panels[0].lines[1].label == "b (3 n 2 of 3)");
  CHECK(panels[0].missing == 1);
  CHECK_FALSE(panels[0].horizontal_lines);
  CHECK(panels[0].lines[1].points[1].mean == Approx(4.1));
}

TEST_CASE("the colour factor is drawn over itself, a line for each context", "[factor curve]") {
  SweepBuilder builder("rates");
  builder.factor("rate", {"0.1", "0.2", "0.4"})
      .factor("width", {"8", "16"})
      .baseline("rate", "0.1");
  for (const char* rate : {"0.1", "0.2", "0.4"}) {
    for (const char* width : {"8", "16"}) builder.done(builder.cell({rate, width}), 0, 1);
  }
  const auto results = builder.build();
  const auto panels = curves_on(results, "score");
  REQUIRE(panels.size() == 1);
  CHECK(panels[0].context.empty());
  REQUIRE(panels[0].lines.size() == 2);
  CHECK(panels[0].lines[0].label == "width 8");
  CHECK(panels[0].lines[0].points.size() == 3);
}

TEST_CASE("a scale that starts at 0 is drawn on the logarithm of 1 more", "[factor curve]") {
  SweepBuilder builder("from zero");
  builder.factor("depth", {"0", "3", "15"});
  for (const char* depth : {"0", "3", "15"}) builder.done(builder.cell({depth}), 0, 1);
  const auto panels = curves_on(builder.build(), "score");
  REQUIRE(panels.size() == 1);
  CHECK(panels[0].logarithmic);
  CHECK(panels[0].x == "depth + 1");
  CHECK(panels[0].tics[0].second == "1");
  CHECK(panels[0].tics[2].second == "16");
  CHECK(panels[0].lines[0].points[2].x == 16);
}

}  // namespace polysweep
