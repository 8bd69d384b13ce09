#include "framework/sweep/level_names.h"

#include <cmath>

#include "framework/core/random_stream.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::vector<Value> reals(const std::vector<double>& numbers) {
  std::vector<Value> levels;
  for (const double number : numbers) levels.emplace_back(number);
  return levels;
}

std::vector<std::string> names_of(const std::vector<Value>& levels) {
  const LevelNames names(levels);
  std::vector<std::string> all;
  for (const Value& level : levels) all.push_back(names.of(level));
  return all;
}

using Names = std::vector<std::string>;
using Indexes = std::vector<std::size_t>;

}  // namespace

TEST_CASE("a long real level has three digits, others are as they are", "[level_names]") {
  CHECK(names_of(reals({0.00464158883361, 0.1, 0.232128412345})) ==
        Names{"0.00464", "0.1", "0.232"});
  CHECK(names_of(reals({0.000464158883361, 0.1, 1e-05, 0.001})) ==
        Names{"4.64e-4", "0.1", "1e-5", "1e-3"});
  CHECK(names_of(reals({0.30000000000000004, 0.1})) == Names{"0.3", "0.1"});
  CHECK(names_of(reals({12345678.9012})) == Names{"1.23e7"});
  CHECK(names_of(reals({-0.00464158883361, 54321.987654})) == Names{"-0.00464", "54322"});
  // None is long: all are as the sweep file has them.
  CHECK(names_of(reals({1e-05, 0.0125, 3.0, 0.123456})) ==
        Names{"1e-05", "0.0125", "3.0", "0.123456"});
  CHECK(names_of({Value(1234567890), Value("0.00464158883361"), Value(true)}) ==
        Names{"1234567890", "0.00464158883361", "true"});
  CHECK(LevelNames(reals({0.00464158883361})).of(Value(0.0046415)) == "0.0046415");
}

TEST_CASE("a level keeps the digits that tell it from its neighbours", "[level_names]") {
  const auto levels = reals({0.00464158883361, 0.00464201234567, 0.10003456789, 0.1, 0.5});
  CHECK(names_of(levels) == Names{"0.0046416", "0.0046420", "0.10003", "0.1", "0.5"});
}

TEST_CASE("every name reads back to its level alone", "[level_names]") {
  RandomStream draws(5, "level names");
  for (const std::size_t count : {3, 30, 1000}) {
    std::vector<Value> levels;
    for (std::size_t i = 0; i < count; ++i) {
      levels.emplace_back(std::pow(10.0, -6 + 7 * draws.uniform()));
    }
    levels.emplace_back(0.1);
    levels.emplace_back(0.1000001);
    levels.emplace_back(2);
    const LevelNames names(levels);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      CAPTURE(names.of(levels[i]), levels[i].display());
      CHECK(matching_levels(levels, names.of(levels[i])) == Indexes{i});
      CHECK(matching_levels(levels, levels[i].display()) == Indexes{i});
      if (count == 3) CHECK(names.of(levels[i]).size() <= 9);
    }
  }
}

TEST_CASE("a short form names a level only where it names one", "[level_names]") {
  const auto levels = reals({0.00464158883361, 0.00464201234567, 0.0312345678, 0.5});
  CHECK(matching_levels(levels, "4.64e-3").empty());  // two
  CHECK(matching_levels(levels, "0.0046416") == Indexes{0});
  CHECK(matching_levels(levels, "3.12e-2") == Indexes{2});
  CHECK(matching_levels(levels, "0.0312") == Indexes{2});
  CHECK(matching_levels(levels, "0.03").empty());  // too few digits to mean 0.0312
  CHECK(matching_levels(levels, "0.0313").empty());
  CHECK(matching_levels(levels, "0.50") == Indexes{3});
  CHECK(matching_levels(levels, "lr").empty());
  // 2 and 2.0 are displayed alike to people.
  CHECK(matching_levels({Value(2), Value(2.0)}, "2") == Indexes{0, 1});
}

}  // namespace polysweep
