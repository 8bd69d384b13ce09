#include "reports/analysis/factor_effects.h"

#include <fstream>
#include <map>
#include <sstream>

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
  return factor_pair_maps(results, cell_labels(results), CellValueTable(results).of(metric));
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

TEST_CASE("a missing value neither drops its seed nor shifts an effect", "[ablation]") {
  auto builder = factorial();
  builder.results().trials[4].state = TrialState::kFailed;  // a 0, b 2, seed 1
  const auto results = builder.build();
  const auto effects = effects_on(results, "score");
  REQUIRE(effects.reason == "");
  CHECK(effects.replicates == 3);
  CHECK(effects.values == 11);
  CHECK(effects.planned == 12);
  CHECK(effects.left_out.empty());
  CHECK(find(effects.main, "a 4").effect == Approx(4));
  CHECK(find(effects.main, "b 2").effect == Approx(3));
  CHECK(find(effects.interactions, "a 4, b 2").effect == Approx(2));
}

TEST_CASE("an unplanned combination leaves the effects of the others", "[ablation]") {
  SweepBuilder builder("partial");
  builder.factor("a", {"0", "4"}).factor("b", {"0", "2"});
  for (const auto& levels : {std::vector<std::string>{"0", "0"}, {"0", "2"}, {"4", "0"}}) {
    const auto cell = builder.cell(levels);
    for (int seed = 0; seed < 3; ++seed) {
      builder.done(cell, seed, std::stod(levels[0]) + std::stod(levels[1]) + 0.1 * seed);
    }
  }
  const auto results = builder.build();
  const auto effects = effects_on(results, "score");
  REQUIRE(effects.reason == "");
  CHECK(effects.combinations == 4);
  CHECK(effects.cells == 3);
  CHECK(find(effects.main, "a 4").effect == Approx(2));
  CHECK(find(effects.main, "b 0").effect == Approx(-1));
  CHECK(effects.interactions.size() == 3);
  for (const auto& effect : effects.interactions) CHECK(effect.effect == Approx(0).margin(1e-12));
}

TEST_CASE("a cell without a value is named, and the others count", "[ablation]") {
  auto builder = factorial();
  for (std::size_t trial = 3; trial < 6; ++trial) {
    builder.results().trials[trial].state = TrialState::kFailed;
  }
  const auto results = builder.build();
  const auto effects = effects_on(results, "score");
  REQUIRE(effects.reason == "");
  REQUIRE(effects.left_out.size() == 1);
  CHECK(effects.left_out[0] == "a 0, b 2 (no value)");
  CHECK(effects.cells == 3);
}

TEST_CASE("factors that always move together have no effects of their own", "[ablation]") {
  SweepBuilder builder("zipped");
  builder.factor("a", {"0", "4"}).factor("b", {"0", "2"}).factor("c", {"0", "1"});
  for (const auto& levels : {std::vector<std::string>{"0", "0", "0"},
                             {"4", "2", "0"},
                             {"0", "0", "1"},
                             {"4", "2", "1"}}) {
    builder.done(builder.cell(levels), 0, std::stod(levels[0]));
  }
  CHECK(effects_on(builder.build(), "score").reason ==
        "the main effects cannot be separated: 4 of 8 combinations have a value");
  SweepBuilder sampled("sampled");
  sampled.factor("a", {"0", "1", "2"}).factor("b", {"5", "6", "7"});
  for (int i = 0; i < 3; ++i) {
    sampled.done(sampled.cell({std::to_string(i), std::to_string(5 + i)}), 0, i);
  }
  CHECK(effects_on(sampled.build(), "score").reason ==
        "there are more levels than cells to separate them: 3 of 9 combinations have a value");
}

// Designs with missing values and unplanned combinations, by numpy and statsmodels
// (tests/golden/reports/effects.py).
TEST_CASE("effects of designs with missing values equal those of an independent program",
          "[ablation]") {
  std::ifstream file(std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/golden/reports/effects.txt");
  std::optional<SweepBuilder> builder;
  std::map<std::string, std::size_t> cells;
  std::optional<Effects> effects;
  std::size_t checked = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "design") {
      builder.emplace("holes");
      builder->factor("a", {"x", "y", "z"}).factor("b", {"0", "2"}).factor("c", {"p", "q"});
      cells.clear();
      effects.reset();
    } else if (kind == "value") {
      std::string a, b, c;
      int seed = 0;
      double value = 0;
      words >> a >> b >> c >> seed >> value;
      const auto [cell, is_new] = cells.try_emplace(a + b + c, cells.size());
      if (is_new) builder->cell({a, b, c});
      builder->done(cell->second, seed, value);
    } else if (kind == "effect") {
      if (!effects) effects = effects_on(builder->build(), "score");
      REQUIRE(effects->reason == "");
      std::string name;
      double known = 0, low = 0, high = 0;
      words >> name >> known >> low >> high;
      std::string level;
      for (const char each : name)
        level += each == '|' ? ", " : each == '=' ? " " : std::string(1, each);
      // Levels that are words are shown without the factor's name.
      for (const char* word : {"a x", "a y", "a z", "c p", "c q"}) {
        if (const auto at = level.find(word); at != std::string::npos) level.erase(at, 2);
      }
      CAPTURE(line, level);
      const bool both = level.find(", ") != std::string::npos;
      const Effect& effect = find(both ? effects->interactions : effects->main, level);
      CHECK(effect.effect == Approx(known).margin(1e-9));
      CHECK(effect.interval->low == Approx(low).margin(1e-9));
      CHECK(effect.interval->high == Approx(high).margin(1e-9));
      ++checked;
    }
  }
  CHECK(checked == 92);
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
  const auto rows = one_factor_changes(results, cell_labels(results),
                                       CellValueTable(results).of("score"), 3, 0.95);
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
