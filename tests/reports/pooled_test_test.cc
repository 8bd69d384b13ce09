// The rule `pooled` against what an independent program says of 13 data sets
// (tests/golden/reports/verdicts.json: numpy, scipy), and where it must not decide.
#include "reports/analysis/pooled_test.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "framework/core/random_stream.h"
#include "reports/analysis/detectable.h"
#include "reports/analysis/planned_power.h"
#include "reports/analysis/two_way_fit.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Json = nlohmann::json;

std::vector<ValueGrid> grids_of(const Json& groups) {
  std::vector<ValueGrid> grids;
  for (const Json& group : groups) {
    ValueGrid grid(group.size(), group.at(0).size());
    for (std::size_t arm = 0; arm < group.size(); ++arm) {
      for (std::size_t seed = 0; seed < group[arm].size(); ++seed) {
        if (!group[arm][seed].is_null()) grid.set(arm, seed, group[arm][seed].get<double>());
      }
    }
    grids.push_back(std::move(grid));
  }
  return grids;
}

void same(double own, const Json& known, double tolerance) {
  CHECK(own == Approx(known.get<double>()).epsilon(tolerance).margin(1e-14));
}

// A complete group of `arms` arms and a baseline: `effect` for arm 1, standard normal noise.
ValueGrid noise_grid(std::size_t arms, std::size_t seeds, RandomStream& stream, double effect) {
  ValueGrid grid(arms + 1, seeds);
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    for (std::size_t arm = 0; arm <= arms; ++arm) {
      grid.set(arm, seed, stream.normal() + (arm == 1 ? effect : 0));
    }
  }
  return grid;
}

}  // namespace

TEST_CASE("13 data sets are decided as the reference decides them", "[pooled test]") {
  std::ifstream file(std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/golden/reports/verdicts.json");
  const Json golden = Json::parse(file);
  REQUIRE(golden["cases"].size() == 13);
  for (const Json& each : golden["cases"]) {
    CAPTURE(each["name"].get<std::string>());
    const double tolerance = each["name"] == "offset 1e9" ? 1e-5 : 1e-9;
    const auto grids = grids_of(each["groups"]);
    const PooledTest test = pooled_test(grids);
    const Json& known = each["expected"];
    CHECK(test.no_spread == known["no_spread"].get<bool>());
    CHECK(test.error.degrees == known["df"].get<std::size_t>());
    same(test.spread_p, known["spread_p"], tolerance);
    const bool rounding = test.no_spread;  // the error is rounding noise
    if (!rounding) same(test.error.error_sd * test.error.error_sd, known["mse"], tolerance);
    std::size_t at = 0;
    for (std::size_t g = 0; g < grids.size(); ++g) {
      const PooledGroup& group = test.groups[g];
      CHECK(static_cast<int>(group.pooling) == known["level"][g].get<int>());
      CHECK(group.error.degrees == known["group_df"][g].get<std::size_t>());
      same(group.spread_p, known["group_spread_p"][g], tolerance);
      for (const PooledArm& arm : group.arms) {
        CAPTURE(at);
        REQUIRE(arm.difference.has_value() == !known["difference"][at].is_null());
        if (arm.difference) same(*arm.difference, known["difference"][at], tolerance);
        CHECK(arm.pairs == known["pairs"][at].get<std::size_t>());
        same(arm.own_p, known["own_p"][at], tolerance);
        same(arm.pooled_p, known["pooled_p"][at], tolerance);
        same(arm.holm_p, known["holm_p"][at], tolerance);
        same(arm.p, known["p"][at], tolerance);
        const bool decided = arm.p <= each["alpha"].get<double>() && *arm.difference != 0;
        CHECK(decided == known["decided"][at].get<bool>());
        ++at;
      }
    }
    CHECK(at == known["p"].size());
  }
}

TEST_CASE("the fit is the same whichever side is solved for", "[pooled test]") {
  RandomStream stream(3, "two sides");
  ValueGrid few_columns(7, 4);
  for (std::size_t row = 0; row < 7; ++row) {
    for (std::size_t column = 0; column < 4; ++column) {
      if ((row * 4 + column) % 6 != 5) few_columns.set(row, column, 5 + stream.normal());
    }
  }
  ValueGrid turned(4, 7);
  for (std::size_t row = 0; row < 7; ++row) {
    for (std::size_t column = 0; column < 4; ++column) {
      turned.set(column, row, few_columns.at(row, column));
    }
  }
  const TwoWayFit a(few_columns, 2);
  const TwoWayFit b(turned, 2);
  CHECK(a.degrees() == b.degrees());
  CHECK(a.residual_squares() == Approx(b.residual_squares()).epsilon(1e-12));
  for (std::size_t row = 1; row < 7; ++row) {
    CHECK(a.row_difference(row, 0) == Approx(b.column_difference(row, 0)).epsilon(1e-12));
    CHECK(a.row_variance(row, 0) == Approx(b.column_variance(row, 0)).epsilon(1e-12));
  }
}

TEST_CASE("arms without a chain of seeds to the baseline are not compared", "[pooled test]") {
  ValueGrid grid(4, 6);
  for (std::size_t seed = 0; seed < 3; ++seed) {
    grid.set(0, seed, 1.0 + static_cast<double>(seed % 2));
    grid.set(1, seed, 2.0 + static_cast<double>(seed));
    grid.set(2, seed + 3, 3.0 + static_cast<double>(seed));
  }
  const std::vector<ValueGrid> groups = {grid};
  const PooledTest test = pooled_test(groups);
  CHECK(test.groups[0].arms[0].difference.has_value());
  CHECK_FALSE(test.groups[0].arms[1].difference.has_value());  // other seeds
  CHECK_FALSE(test.groups[0].arms[2].difference.has_value());  // no value
  CHECK(test.groups[0].arms[1].p == 1);
  CHECK(test.groups[0].arms[2].p == 1);
}

TEST_CASE("one seed, one value, none and equal values decide nothing", "[pooled test]") {
  const auto p_of = [](const ValueGrid& grid) {
    const std::vector<ValueGrid> groups = {grid};
    const PooledTest test = pooled_test(groups);
    CHECK(test.no_spread);
    return test.groups[0].arms.at(0).p;
  };
  ValueGrid one_seed(2, 1);
  CHECK(p_of(one_seed) == 1);
  one_seed.set(0, 0, 1);
  CHECK(p_of(one_seed) == 1);
  one_seed.set(1, 0, 100);
  CHECK(p_of(one_seed) == 1);
  ValueGrid constant(2, 5);
  for (std::size_t seed = 0; seed < 5; ++seed) {
    constant.set(0, seed, 3);
    constant.set(1, seed, 4);
  }
  CHECK(p_of(constant) == 1);
}

TEST_CASE("p does not depend on the unit, up to the largest and smallest numbers",
          "[pooled test]") {
  RandomStream stream(5, "units");
  const ValueGrid grid = noise_grid(3, 5, stream, 3);
  const std::vector<ValueGrid> plain = {grid};
  const PooledTest known = pooled_test(plain);
  for (const double unit : {1e-300, 1e-9, 1e300}) {
    ValueGrid scaled(4, 5);
    for (std::size_t arm = 0; arm < 4; ++arm) {
      for (std::size_t seed = 0; seed < 5; ++seed) scaled.set(arm, seed, grid.at(arm, seed) * unit);
    }
    const std::vector<ValueGrid> groups = {scaled};
    const PooledTest test = pooled_test(groups);
    CAPTURE(unit);
    for (std::size_t arm = 0; arm < 3; ++arm) {
      CHECK(test.groups[0].arms[arm].p == Approx(known.groups[0].arms[arm].p).epsilon(1e-9));
    }
    CHECK(test.error.error_sd == Approx(known.error.error_sd * unit).epsilon(1e-9));
  }
}

TEST_CASE("comparisons without a value count in the family", "[pooled test]") {
  RandomStream stream(6, "family");
  const std::vector<ValueGrid> groups = {noise_grid(1, 8, stream, 2)};
  ValueGrid with_empty_arms(11, 8);
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t seed = 0; seed < 8; ++seed) {
      with_empty_arms.set(row, seed, groups[0].at(row, seed));
    }
  }
  const double alone = pooled_test(groups).groups[0].arms[0].holm_p;
  const std::vector<ValueGrid> more = {with_empty_arms};
  CHECK(pooled_test(more).groups[0].arms[0].holm_p == Approx(10 * alone));
}

// bench/cells.py measures what it takes.
TEST_CASE("65,000 cells are tested, also with missing values", "[pooled test]") {
  constexpr std::size_t kArms = 65'000;
  for (const bool holes : {false, true}) {
    RandomStream stream(7, "many cells");
    ValueGrid grid(kArms + 1, 3);
    for (std::size_t arm = 0; arm <= kArms; ++arm) {
      for (std::size_t seed = 0; seed < 3; ++seed) {
        if (!holes || arm % 10 != seed) grid.set(arm, seed, stream.normal());
      }
    }
    const std::vector<ValueGrid> groups = {grid};
    const PooledTest test = pooled_test(groups);
    CHECK(test.groups[0].arms.size() == kArms);
    CHECK(test.error.error_sd == Approx(1).epsilon(0.02));
  }
}

TEST_CASE("the replicates that a difference needs are the published ones", "[pooled test]") {
  // Power 0.8, error 0.866 of a cell's spread: differences of 0.5, 1, 2, 4 spreads.
  const std::pair<std::size_t, std::vector<std::size_t>> known[] = {
      {1, {50, 14, 6, 3}}, {5, {71, 19, 6, 3}}, {12, {83, 21, 6, 3}}, {23, {92, 24, 6, 3}}};
  for (const auto& [family, seeds] : known) {
    const double differences[] = {0.5, 1, 2, 4};
    for (std::size_t i = 0; i < 4; ++i) {
      CAPTURE(family, differences[i]);
      const PlannedComparison planned{ComparisonTest::kPooled, 0.05, 0.8, family, family, 0};
      CHECK(replicates_needed(planned, differences[i] / std::sqrt(0.75)) == seeds[i]);
    }
  }
  const PlannedComparison planned{ComparisonTest::kPooled, 0.05, 0.8, 12, 12, 0};
  CHECK_FALSE(replicates_needed(planned, 0.001).has_value());
  CHECK_FALSE(replicates_needed({ComparisonTest::kPooled, 0.05, 0.8, 0, 0, 0}, 1).has_value());
  // The exact test needs pairs first: 9 for a family of 12, whatever the difference.
  CHECK(replicates_needed({ComparisonTest::kSignFlip, 0.05, 0.8, 12, 12, 0}, 100) == 9U);
}

TEST_CASE("a plan decides the differences that its replicates find, and none with too few",
          "[pooled test]") {
  PlannedComparison planned{ComparisonTest::kPooled, 0.05, 0.8, 12, 12, 2};
  CHECK_FALSE(smallest_detectable(planned).has_value());
  CHECK(power_at(planned, 100) == 0);
  double last = 1e9;
  for (planned.replicates = 3; planned.replicates < 40; ++planned.replicates) {
    CAPTURE(planned.replicates);
    const auto smallest = smallest_detectable(planned);
    REQUIRE(smallest.has_value());
    CHECK(*smallest < last);
    CHECK(power_at(planned, *smallest) == Approx(0.8).epsilon(1e-6));
    CHECK(replicates_needed(planned, *smallest * 1.000001) <= planned.replicates);
    last = *smallest;
  }
}

TEST_CASE("the detectable difference is that of the replicates it needs", "[pooled test]") {
  const Detectable detectable(0.8);
  const double n = 21;
  const double smallest =
      *detectable.difference({0.05 / 12, 12 * (n - 1), std::sqrt(0.75) * std::sqrt(2 / n)});
  CHECK(smallest <= 1);
  const PlannedComparison planned{ComparisonTest::kPooled, 0.05, 0.8, 12, 12, 0};
  CHECK(replicates_needed(planned, smallest * 1.0001 / std::sqrt(0.75)) <= 21U);
  CHECK_FALSE(detectable.difference({0.05, 0, 1}).has_value());
  CHECK_FALSE(detectable.difference({0.05, 4, 0}).has_value());
}

}  // namespace polysweep
