#include "reports/analysis/ablation.h"

#include "reports/analysis/heat_map.h"
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
  const auto effects = effects_of(results, arms_of(results), "score", 0.95);
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

TEST_CASE("a replicate with a hole is left out of effects, by name", "[ablation]") {
  auto builder = factorial();
  builder.results().trials[4].state = TrialState::kFailed;  // a 0, b 2, seed 1
  const auto results = builder.build();
  const auto effects = effects_of(results, arms_of(results), "score", 0.95);
  CHECK(effects.replicates == 2);
  REQUIRE(effects.left_out.size() == 1);
  CHECK(effects.left_out[0] == "seed 1 (no value for a 0, b 2)");
  CHECK(find(effects.main, "a 4").effect == Approx(4));
}

TEST_CASE("a design with holes is no factorial", "[ablation]") {
  SweepBuilder builder("partial");
  builder.factor("a", {"0", "4"}).factor("b", {"0", "2"});
  for (const auto& levels : {std::vector<std::string>{"0", "0"}, {"0", "2"}, {"4", "0"}}) {
    builder.done(builder.cell(levels), 0, 1);
  }
  const auto results = builder.build();
  CHECK(effects_of(results, arms_of(results), "score", 0.95).reason ==
        "not a full factorial: 3 of 4 combinations are planned");
}

TEST_CASE("conditional factors are part of the arm", "[ablation]") {
  const auto results = sample_sweep({3, false, false, false});
  const auto effects = effects_of(results, arms_of(results), "test_bleu", 0.95);
  REQUIRE(effects.reason == "");
  CHECK(effects.main.size() == 7 + 2);
  CHECK(find(effects.main, "legendre_position, order 16").factor == "arm");
  CHECK(find(effects.main, "dimension 128").effect == Approx(1.8).margin(0.3));
}

TEST_CASE("one factor off", "[ablation]") {
  const auto rows = one_factor_off(factorial().build(), 3, "score", 0.95);
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
  const auto best = best_cells(results, results.primary);
  REQUIRE(best.size() == 3);
  CHECK(best[0] == 2);
}

TEST_CASE("heat maps of two numeric factors, words after numbers", "[heat map]") {
  const auto maps = heat_maps(sample_sweep({5, true, false, false}), "test_bleu");
  REQUIRE(maps.size() == 1);
  CHECK(maps[0].title == "legendre_position");
  const HeatMap& map = maps[0].map;
  CHECK(map.columns == std::vector<std::string>{"4", "16", "full"});
  CHECK(map.rows == std::vector<std::string>{"64", "128"});
  REQUIRE(map.fields.size() == 6);
  CHECK(map.low <= map.fields[0].value);
  CHECK_THAT(map.fields[2].text, Catch::Matchers::Contains("(n 4 of 5)"));
  CHECK(map.fields[1].text.find("(n") == std::string::npos);
}

TEST_CASE("a field of a heat map without any value has none", "[heat map]") {
  auto builder = factorial();
  for (int trial = 0; trial < 3; ++trial) {
    builder.results().trials[trial].state = TrialState::kFailed;
  }
  const auto maps = heat_maps(builder.build(), "score");
  REQUIRE(maps.size() == 1);
  CHECK_FALSE(maps[0].map.fields[0].known);
  CHECK(maps[0].map.fields[0].text == "no value");
}

}  // namespace polysweep
