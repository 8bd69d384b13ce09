// Lists and tables as values of parameters, and factors that may be absent.
#include "framework/core/error.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/value_json.h"
#include "framework/sweep/value_reader.h"
#include "framework/worker/message.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

std::string text_with(const std::string& lines) {
  return "sweep = \"s\"\nexperiment = \"fit\"\ncommand = [\"fit\", [\"--layers={layers}\"], "
         "[\"--dropout={dropout}\"], \"--lr={lr}\"]\n"
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

// The parameters of each trial.
std::vector<std::string> trials_of(const Plan& plan) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    out.push_back(plan.trial(i).parameters.canonical());
    CHECK(identity_of(plan.trial(i)) == plan.id(i));
  }
  return out;
}

const std::string kOthers = "[fixed]\ndropout = 0.5\nlr = 1.0\n";

}  // namespace

TEST_CASE("lists and tables have one canonical JSON", "[value]") {
  const auto canonical = [](const std::string& json) { return value_from_json(json).canonical(); };
  CHECK(canonical("[64, 64]") == "[64,64]");
  CHECK(canonical("[1e-5,1.0, 100, \"a\", true,[]]") == "[1e-05,1.0,100,\"a\",true,[]]");
  CHECK(canonical("{\"b\": {\"z\":1, \"y\": [2]}, \"a\": 1.50}") ==
        "{\"a\":1.5,\"b\":{\"y\":[2],\"z\":1}}");
  CHECK(canonical("{}") == "{}");
  CHECK(value_from_json("[1,2]").type() == ValueType::kStructured);
  CHECK(value_from_json("[1,2]").display() == "[1,2]");
  CHECK(value_from_json("[1,2]") < value_from_json("[1,3]"));
  CHECK(value_of(json_of(value_from_json("{\"a\":[1.0]}"))) == value_from_json("{\"a\":[1.0]}"));
  CHECK(value_from_argument("[64,64]").canonical() == "[64,64]");
  const Parameters parameters = Parameters::from_json("{\"b\":[1,{\"c\":2}],\"a\":{}}");
  CHECK(parameters.canonical() == "{\"a\":{},\"b\":[1,{\"c\":2}]}");
}

TEST_CASE("JSON that is not a value is refused", "[value]") {
  CHECK_THROWS_WITH(value_from_json("{\"a\":1,\"a\":2}"),
                    "cannot read '{\"a\":1,\"a\":2}' as JSON values: the key 'a' is given twice");
  CHECK_THROWS_WITH(value_from_json("[null]"),
                    "cannot read '[null]' as JSON values: null is not a value");
  CHECK_THROWS_AS(value_from_json("[1e999]"), Error);
  CHECK_THROWS_WITH(value_from_json("[NaN]"), Catch::Matchers::Contains("malformed"));
  CHECK_THROWS_WITH(value_from_json("[1"), Catch::Matchers::Contains("malformed"));
  const auto deep = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  CHECK_NOTHROW(value_from_json(deep(64)));
  CHECK_THROWS_WITH(value_from_json(deep(1000)),
                    Catch::Matchers::Contains("lists and tables are more than 64 deep"));
}

TEST_CASE("a factor has lists and tables as levels", "[value]") {
  CHECK(trials_of(plan_with("[factors]\nlayers = [[64, 64], [128]]\n" + kOthers)) ==
        std::vector<std::string>{R"({"dropout":0.5,"layers":[64,64],"lr":1.0})",
                                 R"({"dropout":0.5,"layers":[128],"lr":1.0})"});
  const Plan plan =
      plan_with("[factors]\nlayers = { values = [{ kind = \"conv\", n = 2 }, \"none\", []] }\n" +
                kOthers + "[baseline]\nlayers = \"none\"\n");
  CHECK(plan.sweep().experiment.schema.at("layers").type == ValueType::kStructured);
  CHECK(trials_of(plan)[0] == R"({"dropout":0.5,"layers":{"kind":"conv","n":2},"lr":1.0})");
  CHECK(plan.cell(1).is_baseline);
  const PlanDescription description = parse_description(description_json(describe(plan, {})));
  CHECK(description.factors[0].levels == plan.sweep().factors[0].levels);
  const FilledCommand filled = fill_command(*plan.sweep().experiment.command,
                                            plan.trial(0).parameters, {{"sweep_folder", ""}});
  CHECK(filled.argv[1] == R"(--layers={"kind":"conv","n":2})");
}

TEST_CASE("a list is fixed, a default, in a condition, an override and in the baseline",
          "[value]") {
  CHECK(trials_of(plan_with("[fixed]\nlayers = [1, 2]\ndropout = 0.5\nlr = 1.0\n"))[0] ==
        R"({"dropout":0.5,"layers":[1,2],"lr":1.0})");
  CHECK(trials_of(plan_with("[parameters]\nlayers = [1]\n" + kOthers))[0] ==
        R"({"dropout":0.5,"layers":[1],"lr":1.0})");
  const std::string lists = "[factors]\nlayers = [[1, 2], [3], [4]]\n" + kOthers;
  CHECK(plan_with(lists + "[[exclude]]\nwhere = { layers = [1, 2] }\n").size() == 2);
  CHECK(plan_with(lists + "[[exclude]]\nwhere = { layers = [[1, 2], [4]] }\n").size() == 1);
  CHECK(plan_with(lists + "[baseline]\nlayers = [3]\n").cell(1).is_baseline);
  CHECK(trials_of(plan_with(lists, {"layers=[5,6],[7]"})) ==
        std::vector<std::string>{R"({"dropout":0.5,"layers":[5,6],"lr":1.0})",
                                 R"({"dropout":0.5,"layers":[7],"lr":1.0})"});
}

TEST_CASE("lists that cannot be values are refused with their place", "[value]") {
  CHECK(problem_with("[factors]\nlayers = [[1], [1]]\n" + kOthers) ==
        "f.toml:6:16: factor 'layers' has the level [1] twice");
  CHECK(problem_with("[factors]\nlayers = [[1], 2]\n" + kOthers) ==
        "f.toml:6:16: 'layers' has lists or tables and numbers among its values; expected lists "
        "and tables alone, or with texts");
  CHECK(problem_with("[factors]\nlayers = [[1979-05-27]]\n" + kOthers) ==
        "f.toml:6:12: a level of factor 'layers' is a date or time; expected a number, a text, a "
        "boolean, a list or a table");
  CHECK(problem_with("[factors]\nlayers = [[nan]]\n" + kOthers)
            .starts_with("f.toml:6:12: nan is not a value"));
  const auto deep = [](std::size_t n) { return std::string(n, '[') + "1" + std::string(n, ']'); };
  CHECK(problem_with("[factors]\nlayers = [" + deep(70) + "]\n" + kOthers) ==
        "f.toml:6:75: a level of factor 'layers' has lists and tables that are more than 64 deep");
  CHECK(problem_with("[factors]\nlayers = [" + deep(1000) + "]\n" + kOthers)
            .starts_with("f.toml:6:"));
}

TEST_CASE("names that differ only in case are refused", "[value]") {
  CHECK(problem_with("[fixed]\nlayers = 1\ndropout = 0.5\nlr = 1.0\nLR = 2.0\n") ==
        "f.toml:9:1: parameter 'LR' differs from parameter 'lr' only in case; use another name");
  std::string metrics = text_with("[fixed]\nlayers = 1\ndropout = 0.5\nlr = 1.0\n");
  const std::string end = "\"minimize\" }";
  metrics.replace(metrics.find(end), end.size(), "\"minimize\" }, other = [\"Loss\"]");
  CHECK_THROWS_WITH(parse_sweep(metrics, "f.toml", {}, Catalogue{}),
                    "f.toml:4:70: metric 'Loss' differs from metric 'loss' only in case; use "
                    "another name");
}

TEST_CASE("absent is a level at which the parameter is not given", "[value]") {
  const std::string lines =
      "[factors]\ndropout = { values = [0.1], absent = true }\n"
      "[fixed]\nlayers = 1\nlr = 1.0\n[baseline]\ndropout = { absent = true }\n";
  const Plan plan = plan_with(lines);
  CHECK(trials_of(plan) == std::vector<std::string>{R"({"dropout":0.1,"layers":1,"lr":1.0})",
                                                    R"({"layers":1,"lr":1.0})"});
  CHECK(plan.sweep().experiment.schema.at("dropout").type == ValueType::kReal);
  CHECK(plan.cell(1).is_baseline);
  CHECK(plan.cell(1).levels.at("dropout").display() == "absent");
  CHECK(Parameters::from_json(plan.cell(1).levels.canonical()) == plan.cell(1).levels);
  CHECK(plan.in_every_cell("dropout"));
  const PlanDescription description = parse_description(description_json(describe(plan, {})));
  CHECK(description.factors[0].levels == plan.sweep().factors[0].levels);
  CHECK(description.baseline == plan.sweep().baseline);
  const CommandSpec& command = *plan.sweep().experiment.command;
  CHECK(fill_command(command, plan.trial(1).parameters, {{"sweep_folder", ""}}).argv ==
        std::vector<std::string>{"fit", "--layers=1", "--lr=1.0"});
  CHECK(plan_with(lines, {"dropout=0.2,absent"}).size() == 2);
}

TEST_CASE("conditions ask whether a parameter is absent", "[value]") {
  const std::string lines =
      "[factors]\ndropout = { values = [0.1, 0.2], absent = true }\nlr = [1.0, 2.0]\n"
      "[fixed]\nlayers = 1\n";
  CHECK(plan_with(lines + "[[exclude]]\nwhere = { dropout = { absent = true }, lr = 2.0 }\n")
            .size() == 5);
  CHECK(plan_with(lines + "[[where]]\nwhere = { dropout = [{ absent = true }, 0.1] }\n").size() ==
        4);
  // lr exists only without dropout.
  const std::string without = "when = { dropout = { absent = true } } }\n";
  CHECK(plan_with("[parameters]\ndropout = 0.0\nlayers = 1\nlr = { default = 1.0, " + without +
                  "[factors]\ndropout = { values = [0.1, 0.2], absent = true }\nlr = { values = "
                  "[1.0, 2.0], " +
                  without)
            .size() == 4);
  CHECK(problem_with("[factors]\ndropout = { absent = true }\n[fixed]\nlayers = 1\nlr = 1.0\n") ==
        "f.toml:6:11: factor 'dropout' has no levels; expected one of values, range, linspace, "
        "logspace, sample");
  CHECK(problem_with("[factors]\ndropout = { values = [0.1], absent = 1 }\n[fixed]\nlayers = "
                     "1\nlr = 1.0\n") ==
        "f.toml:6:38: 'absent' is true, or left out: a level at which the parameter is not given");
  CHECK(problem_with("[fixed]\ndropout = { absent = true }\nlayers = 1\nlr = 1.0\n")
            .find("cannot be fixed as absent") != std::string::npos);
}

}  // namespace polysweep
