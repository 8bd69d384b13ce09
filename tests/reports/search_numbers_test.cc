// The numbers of a sampled design against numpy, scipy and statsmodels
// (tests/golden/reports/search.py).
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "reports/analysis/additive_model.h"
#include "reports/analysis/best_so_far.h"
#include "reports/analysis/local_regression.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Numbers = std::vector<double>;

// The lines after "model N", or before the first of them for 0, by name.
std::map<std::string, Numbers> golden(std::size_t model) {
  std::ifstream file(std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/golden/reports/search.txt");
  REQUIRE(file);
  std::map<std::string, Numbers> lines;
  std::size_t current = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    if (name == "model") {
      words >> current;
      continue;
    }
    Numbers numbers;
    for (double number = 0; words >> number;) numbers.push_back(number);
    if (current == model) lines[name] = numbers;
  }
  return lines;
}

Numbers first_of(const Numbers& numbers, std::size_t count) {
  return {numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::vector<XyPoint> points_of(const Numbers& x, const Numbers& y) {
  std::vector<XyPoint> points;
  for (std::size_t i = 0; i < x.size(); ++i) points.push_back({x[i], y[i]});
  return points;
}

void check_smooth(const std::vector<SmoothPoint>& smooth, const Numbers& expected) {
  REQUIRE(3 * smooth.size() == expected.size());
  for (std::size_t i = 0; i < smooth.size(); ++i) {
    CHECK(smooth[i].x == Approx(expected[3 * i]).margin(1e-12));
    CHECK(smooth[i].y == Approx(expected[3 * i + 1]).epsilon(1e-9));
    CHECK(smooth[i].standard_error == Approx(expected[3 * i + 2]).epsilon(1e-9));
  }
}

void check_effect(const PartialEffect& effect, const Numbers& expected) {
  REQUIRE(4 * effect.points.size() == expected.size());
  for (std::size_t i = 0; i < effect.points.size(); ++i) {
    const EffectPoint& point = effect.points[i];
    CHECK(point.x == Approx(expected[4 * i]).margin(1e-12));
    CHECK(point.effect == Approx(expected[4 * i + 1]).margin(1e-8));
    CHECK(point.low == Approx(expected[4 * i + 2]).margin(1e-8));
    CHECK(point.high == Approx(expected[4 * i + 3]).margin(1e-8));
  }
}

std::vector<ModelVariable> variables_of(std::map<std::string, Numbers>& data, std::size_t count) {
  return {{first_of(data["data_rate"], count), 0},
          {first_of(data["data_width"], count), 0},
          {first_of(data["data_words"], count), 3}};
}

}  // namespace

TEST_CASE("a local regression is that of numpy, and its error too", "[search]") {
  auto data = golden(0);
  check_smooth(local_regression(points_of(data["data_rate"], data["data_y"]), 7), data["smooth"]);
  // The widths are integers, some of them equal.
  check_smooth(local_regression(points_of(data["data_width"], data["data_y"]), 7),
               data["smooth_width"]);
}

TEST_CASE("a local regression of odd points", "[search]") {
  const Numbers up = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  CHECK(local_regression(points_of(first_of(up, 7), up), 5).empty());
  CHECK(local_regression(points_of({1, 1, 1, 2, 2, 2, 3, 3, 3}, up), 5).empty());
  for (const auto& point : local_regression(points_of(up, up), 5)) {  // a line is a line
    CHECK(point.y == Approx(point.x));
    CHECK(point.standard_error == Approx(0).margin(1e-12));
  }
  for (const auto& point : local_regression(points_of(up, Numbers(9, 5.0)), 5)) {
    CHECK(point.y == Approx(5));
  }
  Numbers huge;
  for (const double value : up) huge.push_back(value * value * 1e306);
  for (const auto& point : local_regression(points_of(up, huge), 5)) {
    CHECK(std::isfinite(point.y));
    CHECK(std::isfinite(point.standard_error));
  }
  // Two thirds of the points are at one place.
  const Numbers heaped = {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3};
  const auto smooth = local_regression(points_of(heaped, Numbers(12, 2.0)), 5);
  REQUIRE(smooth.size() == 5);
  for (const auto& point : smooth) CHECK(point.y == Approx(2));
}

TEST_CASE("the residuals of many points are those of some of them", "[search]") {
  std::vector<XyPoint> points;
  double chaos = 0.3;
  for (int i = 0; i < 3000; ++i) {
    chaos = 3.9 * chaos * (1 - chaos);
    points.push_back({i / 100.0, chaos});
  }
  const auto few = std::vector<XyPoint>(points.begin(), points.begin() + 1000);
  const double exact = local_regression(few, 3)[1].standard_error;
  const double some = local_regression(points, 3)[1].standard_error;
  CHECK(some == Approx(exact / std::sqrt(3)).epsilon(0.1));
}

TEST_CASE("an additive model is that of statsmodels", "[search]") {
  auto data = golden(0);
  const std::map<std::size_t, std::size_t> coefficients = {{40, 3}, {22, 2}, {15, 1}};
  for (const auto& [count, each] : coefficients) {
    auto expected = golden(count);
    const auto model =
        additive_model(variables_of(data, count), first_of(data["data_y"], count), {0.95, 5});
    CHECK(model.reason.empty());
    REQUIRE(model.effects.size() == 3);
    CHECK(model.effects[0].coefficients == each);
    CHECK(model.coefficients == static_cast<std::size_t>(expected["fit"][0]));
    CHECK(model.residual_sd == Approx(expected["fit"][1]).epsilon(1e-9));
    CHECK(model.adjusted_r2 == Approx(expected["fit"][2]).margin(1e-9));
    check_effect(model.effects[0], expected["rate"]);
    check_effect(model.effects[1], expected["width"]);
    check_effect(model.effects[2], expected["words"]);
  }
}

TEST_CASE("an additive model that the values do not allow says why", "[search]") {
  auto data = golden(0);
  const auto reason = [&](std::vector<ModelVariable> variables, const Numbers& y) {
    return additive_model(variables, y).reason;
  };
  CHECK(reason({}, {1, 2}) == "no parameter varies");
  CHECK(reason({{{1}, 0}}, {1}) == "1 value can have no fit");
  CHECK(reason(variables_of(data, 14), first_of(data["data_y"], 14)) ==
        "14 values are too few for 5 coefficients, which need 3 values each");
  CHECK(reason(variables_of(data, 40), Numbers(40, 0.1)) == "all values are the same");
  const Numbers x = first_of(data["data_rate"], 20);
  CHECK(reason({{x, 0}, {x, 0}}, first_of(data["data_y"], 20)) ==
        "the parameters do not vary independently, so their effects cannot be separated");
}

TEST_CASE("an additive model of odd values", "[search]") {
  auto data = golden(0);
  Numbers huge;
  for (const double value : data["data_y"]) huge.push_back(value * 1e306);
  const auto model = additive_model(variables_of(data, 40), huge);
  CHECK(model.reason.empty());
  CHECK(model.residual_sd == Approx(1e306 * golden(40)["fit"][1]));
  // Integers of three kinds: no room for four knots, nor for three.
  Numbers few;
  for (std::size_t i = 0; i < 40; ++i) few.push_back(i < 36 ? 1 : i < 38 ? 2 : 3);
  const auto flat = additive_model(std::vector<ModelVariable>{{few, 0}}, data["data_y"]);
  REQUIRE(flat.reason.empty());
  CHECK(flat.effects[0].coefficients == 1);
}

// The example of a validation curve with five accuracies.
TEST_CASE("the expected best of n is that of Dodge et al.", "[search]") {
  const Numbers values = {.75, .70, .81, .72, .80};
  const std::vector<std::size_t> numbers = {1, 2, 3, 4, 5};
  const Numbers expected = {.756, .78, .792, .798624, .802522};
  const Numbers best = expected_best(values, Goal::kMaximize, numbers);
  Numbers losses;
  for (const double value : values) losses.push_back(-value);
  const Numbers least = expected_best(losses, Goal::kMinimize, numbers);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(best[i] == Approx(expected[i]).margin(5e-7));
    CHECK(least[i] == Approx(-expected[i]).margin(5e-7));
  }
  const std::vector<std::size_t> many = {1, 1000000};
  CHECK(expected_best(Numbers(3, 0.5), Goal::kMaximize, many) == Numbers{0.5, 0.5});
  CHECK(expected_best(values, Goal::kMaximize, many)[1] == Approx(0.81));
  CHECK(best_so_far(values, Goal::kMaximize) == Numbers{.75, .75, .81, .81, .81});
  CHECK(best_so_far(values, Goal::kMinimize) == Numbers{.75, .70, .70, .70, .70});
}

}  // namespace polysweep
