#include "framework/sweep/file/factor_levels.h"

#include <algorithm>

#include "tests/framework/training_catalogue.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

// The levels as they are written, with a space between.
std::string levels_of(const std::string& factor, const std::string& given) {
  std::string out;
  const Sweep sweep = sweep_of("[factors]\n" + factor + " = " + given);
  for (const Value& level : sweep.factors[0].levels) {
    out += (out.empty() ? "" : " ") + level.canonical();
  }
  return out;
}

}  // namespace

TEST_CASE("levels are listed or generated", "[levels]") {
  CHECK(levels_of("dimension", "[64, 3e2]") == "64 300");
  CHECK(levels_of("order", "[4, 16, \"full\"]") == "4 16 \"full\"");
  CHECK(levels_of("dimension", "{ values = [2, 1] }") == "2 1");
  CHECK(levels_of("seed", "{ range = [0, 4] }") == "0 1 2 3 4");
  CHECK(levels_of("seed", "{ range = [1, 10, 4] }") == "1 5 9");
  CHECK(levels_of("seed", "{ range = [4, 0, -2] }") == "4 2 0");
  CHECK(levels_of("seed", "{ range = [7, 7] }") == "7");
  CHECK(levels_of("dropout", "{ linspace = [0, 0.3, 4] }") == "0.0 0.1 0.2 0.3");
  CHECK(levels_of("dimension", "{ linspace = [64, 256, 4] }") == "64 128 192 256");
  CHECK(levels_of("learning_rate", "{ logspace = [1e-4, 0.1, 4] }") == "0.0001 0.001 0.01 0.1");
  CHECK(levels_of("dimension", "{ logspace = [1, 512, 10] }") == "1 2 4 8 16 32 64 128 256 512");
  CHECK(levels_of("shared", "[true, false]") == "true false");
}

TEST_CASE("a sample is a fixed table, and a longer one begins with the shorter", "[levels]") {
  const std::string five =
      levels_of("learning_rate", "{ sample = \"log_uniform\", low = 1e-4, high = 1, n = 5 }");
  const std::string six =
      levels_of("learning_rate", "{ sample = \"log_uniform\", low = 1e-4, high = 1, n = 6 }");
  CHECK(six.starts_with(five + " "));
  CHECK(levels_of("learning_rate",
                  "{ sample = \"log_uniform\", low = 1e-4, high = 1, n = 5, stream = 1 }") != five);
  const Sweep sweep = sweep_of(
      "[factors]\ndropout = { sample = \"uniform\", low = 0.2, high = 0.4, n = 500, stream = 3 }\n"
      "dimension = { sample = \"integer\", low = 5, high = 9, n = 5 }\n"
      "learning_rate = { sample = \"log_uniform\", low = 0.01, high = 100, n = 500 }");
  for (const Value& level : sweep.factors[0].levels) {
    CHECK((level.real() >= 0.2 && level.real() <= 0.4));
  }
  std::vector<Value> integers = sweep.factors[1].levels;
  std::sort(integers.begin(), integers.end());
  CHECK(integers == std::vector<Value>{Value(5), Value(6), Value(7), Value(8), Value(9)});
  const auto below_one =
      std::count_if(sweep.factors[2].levels.begin(), sweep.factors[2].levels.end(),
                    [](const Value& level) { return level.real() < 1; });
  CHECK(below_one > 200);  // half of them, in the logarithm
  CHECK(below_one < 300);
}

TEST_CASE("levels that cannot be are refused with their place", "[levels]") {
  const auto problem = [](const std::string& given) {
    return problem_of("[factors]\nseed = " + given);
  };
  CHECK(problem("3") ==
        "f.toml:4:8: factor 'seed' is an integer; expected a list of levels (a parameter with one "
        "value belongs in [fixed])");
  CHECK(problem("[]") == "f.toml:4:8: factor 'seed' has no levels");
  CHECK(
      problem("{}") ==
      "f.toml:4:8: factor 'seed' has no levels; expected one of values, range, linspace, logspace, "
      "sample");
  CHECK(
      problem("1979-05-27") ==
      "f.toml:4:8: the levels of factor 'seed' are a date or time; expected a list such as [1, 2]");
  CHECK(problem("[[1]]") ==
        "f.toml:4:9: '[1]' is not a value of parameter 'seed', which is an integer of 0 or more");
  CHECK(problem("{ values = 3 }") ==
        "f.toml:4:19: the levels of factor 'seed' are an integer; expected a list such as [1, 2]");
  CHECK(problem("{ values = [1], range = [0, 1] }") ==
        "f.toml:4:24: factor 'seed' has both 'values' and 'range'; remove one of the two");
  CHECK(problem("{ rnge = [0, 1] }") ==
        "f.toml:4:10: unknown key of a factor 'rnge' (did you mean 'range'?)");
  CHECK(problem("{ range = [0, 1], low = 2 }") ==
        "f.toml:4:26: unknown key of a factor 'low'; known: when, absent, values, range, "
        "linspace, logspace, sample");
  CHECK(problem("{ range = [0] }") ==
        "f.toml:4:18: a range is [first, last] or [first, last, step], all integers");
  CHECK(problem("{ range = [0, 1.5] }") ==
        "f.toml:4:22: the last of a range is a real number; expected an integer");
  CHECK(problem("{ range = [0, 5, 0] }") == "f.toml:4:18: a range needs a step other than 0");
  CHECK(problem("{ range = [5, 0] }") ==
        "f.toml:4:18: the range from 5 to 0 with step 1 is empty; its step must lead from first to "
        "last");
  CHECK(problem("{ range = [-9223372036854775807, 9223372036854775807] }") ==
        "f.toml:4:18: the range from -9223372036854775807 to 9223372036854775807 has more than "
        "65534 levels");
  CHECK(problem("{ linspace = [0, 1] }") ==
        "f.toml:4:21: a linspace is [first, last, number of levels]");
  CHECK(problem("{ linspace = [0, \"1\", 3] }") ==
        "f.toml:4:25: the last of a linspace is a text; expected a number");
  CHECK(problem("{ linspace = [0, 1, 1] }") == "f.toml:4:28: 1 levels; expected 2 to 65534");
  CHECK(problem("{ linspace = [0, 1, 3] }") ==
        "f.toml:4:21: 0.5 is not a value of parameter 'seed', which is an integer of 0 or more");
  CHECK(problem("{ linspace = [-1e308, 1.5e308, 3] }") ==
        "f.toml:4:21: inf is not a value; a real number must be finite");
  CHECK(problem("{ logspace = [1, 10] }") ==
        "f.toml:4:21: a logspace is [first, last, number of levels]");
  CHECK(problem("{ logspace = [-4, -1, 4] }") ==
        "f.toml:4:21: a logspace needs a first and a last above 0; they are the values, not "
        "exponents");
}

TEST_CASE("samples that cannot be are refused with their place", "[levels]") {
  const auto problem = [](const std::string& given) {
    return problem_of("[factors]\nseed = { sample = " + given + " }");
  };
  CHECK(problem("3") == "f.toml:4:19: 'sample' is an integer; expected the name of a distribution");
  CHECK(problem("\"uniforn\"") ==
        "f.toml:4:19: unknown distribution 'uniforn' (did you mean 'uniform'?)");
  CHECK(problem("\"integer\", low = 0, high = 3") ==
        "f.toml:4:8: 'sample' also needs 'n'; factors that are drawn together belong in "
        "[sample.factors]");
  CHECK(problem("\"integer\", low = 0.5, high = 3, n = 2") ==
        "f.toml:4:36: 'low' is a real number; expected an integer");
  CHECK(problem("\"integer\", low = 3, high = 3, n = 2") ==
        "f.toml:4:46: 'high' must be above 'low'");
  CHECK(problem("\"integer\", low = 1, high = 3, n = 4") ==
        "f.toml:4:53: 4 distinct integers cannot be drawn from 1 to 3");
  CHECK(problem("\"integer\", low = 1, high = 9007199254740993, n = 4") ==
        "f.toml:4:8: an integer sample needs 'low' and 'high' below 2^53 in size");
  CHECK(problem("\"integer\", low = 1, high = 3, n = 0") ==
        "f.toml:4:53: 0 levels; expected 1 to 65534");
  CHECK(problem("\"log_uniform\", low = 0, high = 3, n = 2") ==
        "f.toml:4:40: a log_uniform sample needs a 'low' above 0");
  CHECK(problem("\"integer\", low = 1, high = 3, n = 2, stream = -1") ==
        "f.toml:4:65: 'stream' must be 0 or more");
  CHECK(problem("\"uniform\", low = 1.0, high = 1.000000000000001, n = 9") ==
        "f.toml:4:71: 9 distinct values cannot be drawn of this distribution");
}

}  // namespace polysweep
