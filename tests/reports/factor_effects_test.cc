#include "reports/analysis/factor_effects.h"

#include "reports/analysis/cell_ranking.h"
#include "reports/analysis/factor_pair.h"
#include "reports/analysis/one_factor.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

// value = 10 + a + b + (a and b) + seed, a in {0, 4}, b in {0, 2}, both: 8 more.
SweepBuilder factorial() {
  SweepBuilder builder("factorial");
  builder.factor("a", {"0", "4"}).factor("b", {"0", "2"});
  for (const int a : {0, 4}) {
    for (const int b : {0, 2}) {
      const auto cell = builder.cell({std::to_string(a), std::to_string(b)});
      for (int seed = 0; seed < 3; ++seed) {
        builder.done(cell, seed, 10 + a + b + (a > 0 && b > 0 ? 8 : 0) + seed);
      }
    }
  }
  return builder;
}

Effects effects_on(const SweepResults& results, const std::string& metric) {
  return effects_of(results, cell_labels(results), CellValueTable(results).of(metric), 0.95);
}

std::vector<FactorPairMap> maps_on(const SweepResults& results, const std::string& metric) {
  return factor_pair_maps(results, CellValueTable(results).of(metric));
}

const Effect& find(const std::vector<Effect>& effects, const std::string& level) {
  for (const auto& effect : effects) {
    if (effect.level == level) return effect;
  }
  FAIL("no effect of level " << level);
  return effects.front();
}

}  // namespace

TEST_CASE("main effects and interactions of a full factorial, by hand", "[ablation]") {
  const auto results = factorial().build();
  const auto effects = effects_on(results, "score");
  REQUIRE(effects.reason == "");
  CHECK(effects.replicates == 3);
  // Cell means less the seed: 10, 12, 14, 24; grand mean 15.
  CHECK(find(effects.main, "a 0").effect == Approx(-4));
  CHECK(find(effects.main, "a 4").effect == Approx(4));
  CHECK(find(effects.main, "b 2").effect == Approx(3));
  // 24 - 19 - 18 + 15 = 2.
  CHECK(find(effects.interactions, "a 4, b 2").effect == Approx(2));
  CHECK(find(effects.interactions, "a 0, b 2").effect == Approx(-2));
  // Seeds shift all cells alike: no spread.
  CHECK(find(effects.main, "a 4").interval->low == Approx(4));
}

TEST_CASE("a replicate with a missing value is left out of effects, by name", "[ablation]") {
  auto builder = factorial();
  builder.results().trials[4].state = TrialState::kFailed;  // a 0, b 2, seed 1
  const auto results = builder.build();
  const auto effects = effects_on(results, "score");
  CHECK(effects.replicates == 2);
  REQUIRE(effects.left_out.size() == 1);
  CHECK(effects.left_out[0] == "seed 1 (no value for a 0, b 2)");
  CHECK(find(effects.main, "a 4").effect == Approx(4));
}

TEST_CASE("a design with missing cells is not a factorial", "[ablation]") {
  SweepBuilder builder("partial");
  builder.factor("a", {"0", "4"}).factor("b", {"0", "2"});
  for (const auto& levels : {std::vector<std::string>{"0", "0"}, {"0", "2"}, {"4", "0"}}) {
    builder.done(builder.cell(levels), 0, 1);
  }
  const auto results = builder.build();
  CHECK(effects_on(results, "score").reason ==
        "not a full factorial: 3 of 4 combinations are planned");
}

TEST_CASE("conditional factors are part of the name", "[ablation]") {
  const auto results = sample_sweep({3, false, false, false});
  const auto effects = effects_on(results, "test_bleu");
  REQUIRE(effects.reason == "");
  CHECK(effects.main.size() == 7 + 2);
  CHECK(find(effects.main, "legendre_position, order 16").factor == "encoding and order");
  CHECK(find(effects.main, "dimension 128").effect == Approx(1.8).margin(0.3));
}

TEST_CASE("one factor at a time", "[ablation]") {
  const auto results = factorial().build();
  const auto rows = one_factor_changes(results, CellValueTable(results).of("score"), 3, 0.95);
  REQUIRE(rows.size() == 2);  // not the cell that differs in both
  CHECK(rows[0].change == "a 0 instead of a 4");
  CHECK(rows[0].difference.value() == Approx(-12));
  CHECK(rows[1].change == "b 0 instead of b 2");
  CHECK(rows[1].difference.value() == Approx(-10));
  CHECK(rows[1].pairs == 3);
}

TEST_CASE("best cells are complete ones", "[ablation]") {
  auto builder = factorial();
  builder.results().trials[11].state = TrialState::kPending;  // of the best cell
  const auto results = builder.build();
  const auto best = best_cells(CellValueTable(results).of("score"), Goal::kMaximize);
  REQUIRE(best.size() == 3);
  CHECK(best[0] == 2);
}

TEST_CASE("two numeric factors: means over both, words after numbers", "[factor pair]") {
  const auto maps = maps_on(sample_sweep({5, true, false, false}), "test_bleu");
  REQUIRE(maps.size() == 1);
  CHECK(maps[0].title == "legendre_position");
  const FactorPairMap& map = maps[0];
  CHECK(map.columns == std::vector<std::string>{"4", "16", "full"});
  CHECK(map.rows == std::vector<std::string>{"64", "128"});
  REQUIRE(map.fields.size() == 6);
  CHECK(map.low <= map.fields[0].mean.value());
  CHECK(map.high >= map.fields[0].mean.value());
  CHECK(map.fields[2].values == 4);
  CHECK(map.fields[2].trials == 5);
  CHECK(map.fields[1].values == 5);
}

TEST_CASE("a cell without any value has no mean over two factors", "[factor pair]") {
  auto builder = factorial();
  for (int trial = 0; trial < 3; ++trial) {
    builder.results().trials[trial].state = TrialState::kFailed;
  }
  const auto maps = maps_on(builder.build(), "score");
  REQUIRE(maps.size() == 1);
  CHECK(maps[0].fields[0].planned);
  CHECK_FALSE(maps[0].fields[0].mean.has_value());
  CHECK(maps[0].fields[0].trials == 3);
}

}  // namespace polysweep
