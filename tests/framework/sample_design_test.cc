#include "framework/sweep/file/sample_design.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "framework/sweep/file/distribution.h"
#include "framework/sweep/plan/plan.h"
#include "tests/framework/training_catalogue.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

// The points of the plan of a file with these lines, as "learning_rate dropout".
std::vector<std::string> points_of(const std::string& lines) {
  std::vector<std::string> out;
  const Plan plan = plan_of(lines);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Parameters parameters = plan.trial(i).parameters;
    out.push_back(parameters.at("learning_rate").canonical() + " " +
                  parameters.at("dropout").canonical());
  }
  return out;
}

std::string two_factors(const std::string& keys) {
  return "[sample]\n" + keys +
         "\n[sample.factors]\n"
         "learning_rate = { sample = \"log_uniform\", low = 1e-4, high = 1 }\n"
         "dropout = { sample = \"uniform\", low = 0, high = 0.5 }\n";
}

double at(const std::string& table, double u) {
  const TomlNode root = parse_toml("a = " + table, "f.toml");
  return read_distribution(root.entries[0].node).at(u).real();
}

}  // namespace

TEST_CASE("factors of [sample] are drawn together", "[sample]") {
  for (const char* design : {"sobol", "latin_hypercube", "independent"}) {
    INFO(design);
    const std::string keys = fmt::format("n = 30\ndesign = \"{}\"", design);
    const std::vector<std::string> points = points_of(two_factors(keys));
    CHECK(points.size() == 30);
    CHECK(std::set(points.begin(), points.end()).size() == 30);
    CHECK(points_of(two_factors(keys)) == points);
    CHECK(points_of(two_factors(keys + "\nstream = 1")) != points);
    const std::vector<std::string> more =
        points_of(two_factors(fmt::format("n = 41\ndesign = \"{}\"", design)));
    const bool begins = std::equal(points.begin(), points.end(), more.begin());
    CHECK(begins == (std::string(design) != "latin_hypercube"));
  }
  CHECK(points_of(two_factors("n = 30")) == points_of(two_factors("n = 30\ndesign = \"sobol\"")));
}

// Of 16 points, one is in each of 16 strips of each factor.
TEST_CASE("a Sobol and a Latin hypercube design fill each factor evenly", "[sample]") {
  for (const char* design : {"sobol", "latin_hypercube"}) {
    const Plan plan = plan_of(two_factors(fmt::format("n = 16\ndesign = \"{}\"", design)));
    std::set<int> rates;
    std::set<int> dropouts;
    for (std::size_t i = 0; i < plan.size(); ++i) {
      const Parameters parameters = plan.trial(i).parameters;
      rates.insert(static_cast<int>(4 * (4 + std::log10(parameters.real("learning_rate")))));
      dropouts.insert(static_cast<int>(32 * parameters.real("dropout")));
    }
    CHECK(rates.size() == 16);
    CHECK(dropouts.size() == 16);
  }
}

TEST_CASE("a design is crossed with other factors, in its own order", "[sample]") {
  const std::string lines =
      "replicate = \"seed\"\n[factors]\ndimension = [64, 128]\nseed = [1, 2]\n" +
      two_factors("n = 5");
  const Plan plan = plan_of(lines);
  CHECK(plan.size() == 20);
  CHECK(plan.cell_count() == 10);
  const std::vector<std::string> points = points_of(two_factors("n = 5"));
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Parameters parameters = plan.trial(i).parameters;
    CHECK(parameters.integer("seed") == (i < 10 ? 1 : 2));
    CHECK(parameters.integer("dimension") == (i % 10 < 5 ? 64 : 128));
    CHECK(parameters.at("learning_rate").canonical() + " " + parameters.at("dropout").canonical() ==
          points[i % 5]);
    CHECK(identity_of(plan.trial(i)) == plan.id(i));
  }
}

// Levels of a choice come again at many points; a factor that does not apply makes points
// equal, and they are planned once.
TEST_CASE("points that are equal are one trial", "[sample]") {
  const std::string lines =
      "[sample]\nn = 12\n[sample.factors]\n"
      "encoding = { sample = \"choice\", values = [\"none\", \"legendre\"], weights = [3, "
      "1] }\n"
      "order = { sample = \"integer\", low = 2, high = 40, when = { encoding = "
      "\"legendre\" } }\n";
  const Plan plan = plan_of(lines);
  std::set<std::string> seen;
  std::size_t without = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Parameters parameters = plan.trial(i).parameters;
    CHECK(seen.insert(parameters.canonical()).second);
    without += parameters.text("encoding") == "none" ? 1 : 0;
    CHECK(plan.id(i) == identity_of(plan.trial(i)));
  }
  CHECK(without == 1);
  CHECK((plan.size() >= 3 && plan.size() <= 6));
  CHECK(
      problem_of("[sample]\nn = 5\n[sample.factors]\nencoding = [\"none\", \"rope\"]\n") ==
      "f.toml:4:5: 5 different points cannot be drawn: these distributions gave 2 in 10100 draws");
}

TEST_CASE("the description of a plan has its design", "[sample]") {
  const PlanDescription description =
      parse_description(description_json(describe(plan_of(two_factors("n = 8")), {})));
  REQUIRE(description.sample.has_value());
  CHECK(sample_text(*description.sample) == "8 points of a scrambled Sobol design");
  CHECK(description.sample->factors == std::vector<std::string>{"learning_rate", "dropout"});
  CHECK(description_json(describe(plan_of("[factors]\nseed = [1, 2]\n"), {})).find("\"sample\"") ==
        std::string::npos);
}

TEST_CASE("distributions have the quantiles of scipy", "[sample]") {
  const auto is_near = [](double value, double known) {
    CHECK(std::abs(value - known) <= 1e-11 * std::abs(known));
  };
  is_near(at("{ sample = \"normal\", mean = 2, sd = 3 }", 0.8), 2 + 3 * 0.8416212335729143);
  // scipy.stats.truncnorm.ppf(u, 2, 4, loc=0, scale=0.5)
  const char* truncated = "{ sample = \"normal\", mean = 0, sd = 0.5, low = 1, high = 2 }";
  is_near(at(truncated, 0.1), 1.0219846922103155);
  is_near(at(truncated, 0.5), 1.138537031994759);
  is_near(at(truncated, 0.9), 1.4166492391831782);
  // scipy.stats.lognorm.ppf(u, 0.5, scale=exp(-3))
  const char* log_normal = "{ sample = \"log_normal\", mean = -3, sd = 0.5 }";
  is_near(at(log_normal, 0.1), 0.026231985747305463);
  is_near(at(log_normal, 0.5), 0.049787068367863944);
  is_near(at(log_normal, 0.9), 0.09449350119904569);
  is_near(at("{ sample = \"log_uniform\", low = 1e-4, high = 1 }", 0.25), 1e-3);
  CHECK(at("{ sample = \"choice\", values = [1, 2, 3], weights = [1, 2, 1] }", 0.24) == 1);
  CHECK(at("{ sample = \"choice\", values = [1, 2, 3], weights = [1, 2, 1] }", 0.26) == 2);
  CHECK(at("{ sample = \"choice\", values = [1, 2, 3], weights = [1, 2, 1] }", 0.99) == 3);
}

TEST_CASE("quantised values are multiples within the bounds", "[sample]") {
  const char* uniform = "{ sample = \"uniform\", low = 0, high = 0.3, quantum = 0.1 }";
  CHECK(at(uniform, 0.0) == 0);
  CHECK(at(uniform, 0.26) == 0.1);
  CHECK(at(uniform, 0.999) == 0.3);
  CHECK(at("{ sample = \"uniform\", low = 0.25, high = 0.3, quantum = 0.1 }", 0.5) == Approx(0.3));
  CHECK(at("{ sample = \"normal\", mean = 0, sd = 1, high = 0.12, quantum = 0.05 }", 0.999) == 0.1);
  CHECK(at("{ sample = \"log_uniform\", low = 3, high = 100, quantum = 2 }", 0) == 4);
}

TEST_CASE("a design that cannot be is refused with its place", "[sample]") {
  const auto problem = [](const std::string& keys, const std::string& factors) {
    return problem_of("[sample]\n" + keys + "\n[sample.factors]\n" + factors + "\n");
  };
  const std::string rate = "learning_rate = { sample = \"uniform\", low = 0, high = 1 }";
  CHECK(problem_of("[sample]\nn = 3\n") ==
        "f.toml:3:2: [sample] needs n = NUMBER OF POINTS, and [sample.factors] with what is drawn");
  CHECK(problem("n = 0", rate) == "f.toml:4:5: 'n' of [sample] is an integer from 1 to 65534");
  CHECK(problem("n = 3\ndesign = \"sobl\"", rate) ==
        "f.toml:5:10: unknown design 'sobl' (did you mean 'sobol'?)");
  CHECK(problem("n = 3", "learning_rate = { sample = \"uniform\", low = 0, high = 1, n = 3 }") ==
        "f.toml:6:58: 'n' is a key of [sample] here; a factor with n of its own belongs in "
        "[factors]");
  CHECK(problem("n = 3", "learning_rate = { sample = \"normal\", mean = 0, std = 1 }") ==
        "f.toml:6:48: unknown key of a factor of [sample.factors] 'std' (did you mean 'sd'?)");
  CHECK(problem("n = 3", "learning_rate = { range = [0, 1] }") ==
        "f.toml:6:17: factor 'learning_rate' of [sample.factors] has no distribution; expected "
        "learning_rate = { sample = \"uniform\", low = 0, high = 1 }, or a list of values to "
        "choose from");
  CHECK(problem("n = 3", "dimension = { sample = \"uniform\", low = 1, high = 9 }")
            .find("is not a value of parameter 'dimension'") != std::string::npos);
  CHECK(problem("n = 3", rate + "\n[factors]\nlearning_rate = [1.0]") ==
        "f.toml:6:1: 'learning_rate' is also a factor of [factors] (at f.toml:8:1); remove one of "
        "the two");
  CHECK(problem_of("replicate = \"seed\"\n[sample]\nn = 3\n[sample.factors]\nseed = { sample = "
                   "\"integer\", low = 0, high = 9 }\n") ==
        "f.toml:7:1: the replicate 'seed' cannot be drawn: every cell has all its levels");
  CHECK(problem_of("[factors]\nlearning_rate = { sample = \"uniform\", low = 0, high = 1 }\n") ==
        "f.toml:4:17: 'sample' also needs 'n'; factors that are drawn together belong in "
        "[sample.factors]");
}
