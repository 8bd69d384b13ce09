#include "reports/analysis/factor_curve.h"

#include <map>

#include "reports/analysis/sweep_analysis.h"
#include "reports/document/sections.h"
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

// Orders 0, 1, 3, 7 and full in three bases: in "a" the rank is order + 1 and 9, in "b"
// order and 8, but 1 at least; "c" has no order.
SweepResults ranked_sweep() {
  SweepBuilder builder("ranked");
  builder.factor("basis", {"a", "b", "c"})
      .factor("order", {"0", "1", "3", "7", "full"})
      .baseline("basis", "a");
  builder.results().factors[1].axis = "rank";
  builder.results().metrics.push_back({"rank", Goal::kMinimize, "dimensions", ""});
  const std::map<std::string, std::vector<double>> ranks = {{"a", {1, 2, 4, 8, 9}},
                                                            {"b", {1, 1, 3, 7, 8}}};
  for (const auto& [basis, rank] : ranks) {
    const char* const orders[] = {"0", "1", "3", "7", "full"};
    for (std::size_t i = 0; i < rank.size(); ++i) {
      const auto cell = builder.cell({basis, orders[i]});
      for (int seed = 0; seed < 2; ++seed) {
        const auto trial = builder.done(cell, seed, 10 * rank[i] + seed);
        builder.results().trials[trial].final_metrics["rank"] = rank[i];
      }
    }
  }
  const auto without = builder.cell({"c", ""});
  for (int seed = 0; seed < 2; ++seed) builder.done(without, seed, 5 + seed);
  return builder.build();
}

TEST_CASE("a factor with an axis is drawn where its metric is in each cell", "[factor curve]") {
  const auto panels = curves_on(ranked_sweep(), "score");
  REQUIRE(panels.size() == 1);
  const FactorCurve& panel = panels[0];
  CHECK(panel.factor == "order");
  CHECK(panel.axis == "rank");
  CHECK(panel.x == "rank (dimensions)");
  CHECK(panel.logarithmic);
  CHECK(panel.no_axis_value == 0);
  REQUIRE(panel.lines.size() == 3);
  const std::vector<std::vector<double>> places = {{1, 2, 4, 8, 9}, {1, 1, 3, 7, 8}, {1, 9}};
  for (std::size_t line = 0; line < 3; ++line) {
    REQUIRE(panel.lines[line].points.size() == places[line].size());
    for (std::size_t i = 0; i < places[line].size(); ++i) {
      CHECK(panel.lines[line].points[i].x == places[line][i]);
      if (line < 2) CHECK(panel.lines[line].points[i].mean == 10 * places[line][i] + 0.5);
    }
  }
  std::vector<std::string> tics;
  for (const auto& [at, text] : panel.tics) tics.push_back(text);
  CHECK(tics == std::vector<std::string>{"1", "2", "3", "4", "7", "8", "9"});
}

TEST_CASE("a trial that is missing does not move its cell on the axis", "[factor curve]") {
  auto results = ranked_sweep();
  TrialResult& failed = results.trials[results.cells[2].trials[1]];
  failed.state = TrialState::kFailed;
  failed.final_metrics.clear();
  const auto panels = curves_on(results, "score");
  REQUIRE(panels.size() == 1);
  CHECK(panels[0].x == "rank (dimensions)");
  CHECK(panels[0].lines[0].points[2].x == 4);
  CHECK(panels[0].missing == 1);
}

TEST_CASE("levels are the axis where a cell has no one value of the factor's metric",
          "[factor curve]") {
  for (const bool other : {true, false}) {
    auto results = ranked_sweep();
    auto& finals = results.trials[results.cells[2].trials[1]].final_metrics;
    if (other) finals["rank"] = 5;
    if (!other) finals.erase("rank");
    const auto panels = curves_on(results, "score");
    REQUIRE(panels.size() == 1);
    CHECK(panels[0].x == "order + 1");
    CHECK(panels[0].no_axis_value == 1);
    CHECK(panels[0].tics.back().second == "full");
    CHECK(panels[0].lines[1].points[1].x == 2);
  }
}

TEST_CASE("the caption says what the axis is", "[factor curve]") {
  auto results = ranked_sweep();
  const auto caption_of = [](const SweepResults& sweep) {
    const Section section = factor_curve_section(SweepAnalysis(sweep, {}));
    return std::get<Figure>(section.blocks.at(0)).caption;
  };
  CHECK_THAT(caption_of(results), Contains("over rank (dimensions)") &&
                                      Contains("rank is measured in each run, at the levels of "
                                               "order."));
  results.trials[results.cells[2].trials[1]].final_metrics.erase("rank");
  CHECK_THAT(caption_of(results), Contains("over order + 1") &&
                                      Contains("rank is not known of 1 cell: the axis is order."));
}

TEST_CASE("a metric with one value in all cells is not used as an axis", "[factor curve]") {
  auto results = ranked_sweep();
  for (auto& trial : results.trials) {
    if (trial.final_metrics.count("rank") != 0) trial.final_metrics["rank"] = 3;
  }
  CHECK(curves_on(results, "score").empty());
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
