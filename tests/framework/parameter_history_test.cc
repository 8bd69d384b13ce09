#include "framework/sweep/parameter_history.h"

#include <set>

#include "framework/core/error.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/plan.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

// A sweep of a command with these lines.
std::string text_with(const std::string& head, const std::string& factors,
                      const std::string& parameters) {
  return "sweep = \"s\"\nexperiment = \"e\"\ncommand = [\"true\"]\nparameters_file = true\n" +
         head + "[factors]\n" + factors + "[parameters]\n" + parameters +
         "[metrics]\nprimary = { name = \"loss\", goal = \"minimize\" }\n";
}

Plan plan_of_text(const std::string& text) {
  DataFolder data("");
  return Plan(parse_sweep(text, "s.toml", {}, Catalogue{}), data);
}

std::set<std::string> ids_of(const std::string& text) {
  const Plan plan = plan_of_text(text);
  std::set<std::string> out;
  for (std::size_t i = 0; i < plan.size(); ++i) out.insert(plan.id(i).hex());
  return out;
}

std::string problem_of_text(const std::string& text) {
  try {
    plan_of_text(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::size_t taken_over(const std::string& text) {
  const Plan plan = plan_of_text(text);
  std::size_t count = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) count += plan.is_taken_over(i) ? 1 : 0;
  return count;
}

const std::string kBefore = text_with("", "lr = [0.1, 0.2]\nz = [1, 2]\n", "");

}  // namespace

TEST_CASE("a renamed parameter keeps the identity of its trials", "[sweep][history]") {
  const std::string after =
      text_with("", "rate = [0.1, 0.2]\nz = [1, 2]\n", "rate = { was = \"lr\" }\n");
  CHECK(ids_of(after) == ids_of(kBefore));
  CHECK(taken_over(after) == 4);
  const Plan plan = plan_of_text(after);
  CHECK(plan.trial(0).parameters.canonical() == R"({"rate":0.1,"z":1})");
  CHECK_THAT(plan.identity(0), Contains(R"({"lr":0.1,"z":1})"));
  // The order in the identity is that of the earlier names.
  const std::string last =
      text_with("", "zz = [0.1, 0.2]\nz = [1, 2]\n", "zz = { was = \"lr\" }\n");
  CHECK(ids_of(last) == ids_of(kBefore));
  CHECK(taken_over(kBefore) == 0);
}

TEST_CASE("a parameter that was added keeps the identity where it has its default",
          "[sweep][history]") {
  const std::string after =
      text_with("version = 2\n", "lr = [0.1, 0.2]\nz = [1, 2]\nn = [1, 2, 3]\n",
                "n = { default = 2, since = 2 }\n");
  const std::set<std::string> before = ids_of(kBefore);
  const std::set<std::string> now = ids_of(after);
  CHECK(now.size() == 12);
  CHECK(std::includes(now.begin(), now.end(), before.begin(), before.end()));
  CHECK(taken_over(after) == 4);
  // A version that was raised for another reason as well is another identity.
  const std::string third = text_with("version = 3\n", "lr = [0.1, 0.2]\nz = [1, 2]\n",
                                      "n = { default = 2, since = 2 }\n");
  CHECK(taken_over(third) == 0);
  for (const std::string& id : ids_of(third)) CHECK(before.count(id) == 0);
  // Two versions that each added one.
  const std::string both =
      text_with("version = 3\n", "lr = [0.1, 0.2]\nz = [1, 2]\nn = [2, 4]\n",
                "n = { default = 2, since = 2 }\nm = { default = 0, since = 3 }\n");
  const std::set<std::string> all = ids_of(both);
  CHECK(std::includes(all.begin(), all.end(), before.begin(), before.end()));
  const std::string second = text_with("version = 2\n", "lr = [0.1, 0.2]\nz = [1, 2]\nn = [2, 4]\n",
                                       "n = { default = 2, since = 2 }\n");
  CHECK(all == ids_of(second));
}

TEST_CASE("the parameters of an identity are read by the names of now", "[history]") {
  Parameters before;
  before.set("lr", Value(0.1));
  before.set("mode", Value("a"));
  const std::vector<ParameterHistory> history = {
      {"rate", "lr", 1, Value(0.5), {}},
      {"n", "", 2, Value(2), {}},
      {"only_b", "", 2, Value(7), {{"mode", {Value("b")}}}},
      {"depends", "", 2, Value(8), {{"n", {Value(2)}}}}};
  CHECK(current_parameters(history, 1, before).canonical() ==
        R"({"depends":8,"mode":"a","n":2,"rate":0.1})");
}

TEST_CASE("a history that contradicts itself is refused with its place", "[sweep][history]") {
  const auto problem = [](const std::string& parameters) {
    return problem_of_text(text_with("version = 2\n", "lr = [0.1, 0.2]\nz = [1, 2]\n", parameters));
  };
  CHECK_THAT(problem("z = { was = \"lr\" }\n"),
             Contains("s.toml:10:7: parameter 'z' cannot have been 'lr', which is a parameter of "
                      "its own"));
  CHECK_THAT(problem("lr = { was = \"z\" }\nz = { was = \"lr\" }\n"),
             Contains("which is a parameter of its own"));
  CHECK_THAT(problem("z = { was = \"z\" }\n"), Contains("was called as it is now"));
  CHECK_THAT(problem("z = { was = \"a\" }\nlr = { was = \"a\" }\n"),
             Contains("cannot both have been 'a'"));
  CHECK_THAT(
      problem("n = { default = 1, since = 3 }\n"),
      Contains("s.toml:10:20: parameter 'n' is there since version 3, and the version of the "
               "experiment is 2"));
  CHECK_THAT(problem("n = { default = 1, since = 1 }\n"), Contains("an integer of 2 or more"));
  CHECK_THAT(problem("z = { since = 2 }\n"), Contains("has 'since' and no 'default'"));
  CHECK_THAT(problem("z = { was = 3 }\n"), Contains("'was'"));
}

}  // namespace polysweep
