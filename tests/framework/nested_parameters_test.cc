#include "framework/sweep/file/nested_parameters.h"

#include "framework/core/error.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/plan.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

std::string text_with(const std::string& lines) {
  return "sweep = \"s\"\nexperiment = \"fit\"\ncommand = [\"fit\"]\nparameters_file = true\n"
         "metrics = { primary = { name = \"loss\", goal = \"minimize\" } }\n" +
         lines;
}

Plan plan_with(const std::string& lines, const std::vector<std::string>& overrides = {}) {
  DataFolder none("");
  return Plan(parse_sweep(text_with(lines), "f.toml", overrides, Catalogue{}), none);
}

std::string problem_with(const std::string& lines) {
  try {
    plan_with(lines);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("nested tables are parameters with dotted names", "[nested]") {
  const std::string lines =
      "[parameters.optim]\nlr = { default = 0.1, range = [0, 1] }\nname = \"sgd\"\n"
      "[fixed.optim]\nname = \"adam\"\n[fixed.model.encoder]\nlayers = 3\n"
      "[factors.optim]\nlr = [0.1, 0.2]\nmomentum = { linspace = [0, 0.8, 3], when = { optim.name "
      "= \"adam\" } }\n"
      "[sample]\nn = 2\n[sample.factors.data]\nmix = { sample = \"uniform\", low = 0, high = 1 }\n"
      "[baseline]\noptim.lr = 0.1\n[[exclude]]\nwhere = { optim.momentum = 0.4 }\n";
  const Plan plan = plan_with(lines);
  CHECK(plan.size() == 8);
  const std::string first = plan.trial(0).parameters.canonical();
  CHECK(
      first.find(
          R"("model.encoder.layers":3,"optim.lr":0.1,"optim.momentum":0.0,"optim.name":"adam"})") !=
      std::string::npos);
  CHECK(plan.trial(0).parameters.find("data.mix") != nullptr);
  CHECK(plan.cell(0).is_baseline);
  CHECK(plan_with(lines, {"optim.lr=0.1,0.3"}).size() == 8);
}

TEST_CASE("a nested parameter is the same as one whose name is in quotes", "[nested]") {
  const Plan nested = plan_with("[factors.optim]\nlr = [0.1, 0.2]\n");
  const Plan quoted = plan_with("[factors]\n\"optim.lr\" = [0.1, 0.2]\n");
  CHECK(nested.revision() == quoted.revision());
}

TEST_CASE("a table is one value where its name is a parameter", "[nested]") {
  const Plan plan = plan_with(
      "[parameters]\noptim = { default = {}, doc = \"all of it\" }\n[fixed]\noptim = { lr = 0.1 "
      "}\n");
  CHECK(plan.trial(0).parameters.canonical() == R"({"optim":{"lr":0.1}})");
}

TEST_CASE("a table that is a factor and a group is refused with its place", "[nested]") {
  CHECK(problem_with("[factors.optim]\nrange = [0, 1]\nmomentum = [0.1, 0.2]\n") ==
        "f.toml:8:1: 'optim' is a factor with the key 'range', which has no key 'momentum'; if "
        "'optim' is a group of parameters, write \"optim.range\" and \"optim.momentum\" with their "
        "names in quotes");
  CHECK(problem_with("[parameters.optim]\ntype = \"adam\"\nmomentum = 0.1\n") ==
        "f.toml:8:1: 'optim' is a declaration with the key 'type', which has no key 'momentum'; if "
        "'optim' is a group of parameters, write \"optim.type\" and \"optim.momentum\" with their "
        "names in quotes");
  CHECK(problem_with("[factors]\nlr = { values = [1], wen = { a = 1 } }\n") ==
        "f.toml:7:22: unknown key of a factor 'wen' (did you mean 'when'?)");
  CHECK(problem_with("[fixed]\noptim = { lr = 0.1 }\n\"optim.lr\" = 0.2\n") ==
        "f.toml:8:1: 'optim.lr' is given twice (first at f.toml:7:11)");
}

}  // namespace polysweep
