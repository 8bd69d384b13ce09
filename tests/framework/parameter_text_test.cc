#include "framework/sweep/parameter_text.h"

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/value_reader.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

Parameters sample() {
  return Parameters::from_json(
      R"({"a":true,"b":3,"c":1e-05,"d":1e+16,"model.layers":[64,[1.0],{"k":"v w","x":1e-07}],)"
      R"("model.name":"it's","no":"no","note":"x\u0085\ud83d\ude00\u2028 \\ \"",)"
      R"("on.off":"","t":{}})");
}

// What a program prints on standard output; nothing if it fails.
std::string printed_by(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char buffer[4096];
  while (const std::size_t size = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, size);
  return pclose(pipe) == 0 ? out : "";
}

Plan plan_with(const std::string& command, const std::string& lines) {
  DataFolder none("");
  const std::string text = "sweep = \"s\"\nexperiment = \"fit\"\ncommand = " + command +
                           "\nmetrics = { primary = { name = \"loss\", goal = \"minimize\" } }\n" +
                           lines;
  return Plan(parse_sweep(text, "f.toml", {}, Catalogue{}), none);
}

std::string problem_with(const std::string& command, const std::string& lines) {
  try {
    plan_with(command, lines);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<std::string> argv_of(const Plan& plan, std::size_t index = 0) {
  return fill_command(
             *plan.sweep().experiment.command, plan.trial(index).parameters,
             {{"sweep_folder", "/s"}, {kYamlPlace, "/t/p.yaml"}, {kJsonPlace, "/t/p.json"}})
      .argv;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("parameters are nested again in JSON", "[places]") {
  CHECK(nested_json(Parameters::from_json(R"({"lr":0.1,"optim.a.b":[1],"optim.c":"x"})")) ==
        "{\"lr\":0.1,\"optim\":{\"a\":{\"b\":[1]},\"c\":\"x\"}}\n");
  CHECK(nested_json({}) == "{}\n");
  CHECK(unnestable_name({"optim", "lr", "optim-2", "optim.lr"}) == "optim");
  CHECK(unnestable_name({"optim.lr", "lr", "optimal"}).empty());
}

TEST_CASE("PyYAML reads the YAML of parameters as the same values", "[places]") {
  const std::string yaml = nested_yaml(sample());
  CHECK(yaml.find("c: 1.0e-05\n") != std::string::npos);
  CHECK(yaml.find("  layers: [64, [1.0], {\"k\": \"v w\", \"x\": 1.0e-07}]\n") !=
        std::string::npos);
  CHECK(yaml.find("\"no\": \"no\"\n") != std::string::npos);
  if (printed_by("python3 -c 'import yaml' 2>&1 && echo there") != "there\n") {
    WARN("python3-yaml is not installed: the YAML was not read");
    return;
  }
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "p.yaml") << yaml;
  const std::string read = printed_by(
      "python3 -c 'import sys, json, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))' " +
      (folder.path() / "p.yaml").string());
  CHECK(nlohmann::json::parse(read) == nlohmann::json::parse(nested_json(sample())));
}

// Each was read by Hydra 1.3.8, whose configuration had the value again.
TEST_CASE("parameters become overrides of Hydra", "[places]") {
  CHECK(hydra_overrides(sample()) ==
        Words{"a=true", "b=3", "c=1e-05", "d=1e+16", "model.layers=[64,[1.0],{k:'v w',x:1e-07}]",
              R"(model.name='it\'s')", "no='no'",
              "note='x\xc2\x85\xf0\x9f\x98\x80\xe2\x80\xa8 \\ \"'", "on.off=''", "t={}"});
  const auto word = [](const char* text) {
    Parameters parameters;
    parameters.set("p", Value(text));
    return hydra_overrides(parameters)[0];
  };
  CHECK(word("adam_w") == "p=adam_w");
  CHECK(word("null") == "p='null'");
  CHECK(word("3e-4") == "p='3e-4'");
  CHECK(word("a,b") == "p='a,b'");
  CHECK(word("${oc.env:HOME}") == R"(p='\${oc.env:HOME}')");
  CHECK(word(R"(C:\data)") == R"(p='C:\data')");
  CHECK(word(R"(ends\)") == R"(p='ends\\')");
  CHECK(word(R"(a\'b)") == R"(p='a\\\'b')");
}

TEST_CASE("a list is words, joined or JSON", "[places]") {
  const std::string lists = "[factors]\nlayers = [[64, 32], [\"a b\"], []]\n";
  const Plan plan =
      plan_with("[\"fit\", [\"--layers\", \"{layers...}\"], \"{layers:,}\", \"{layers}\"]", lists);
  CHECK(argv_of(plan, 0) == Words{"fit", "--layers", "64", "32", "64,32", "[64,32]"});
  CHECK(argv_of(plan, 1) == Words{"fit", "--layers", "a b", "a b", "[\"a b\"]"});
  CHECK(argv_of(plan, 2) == Words{"fit", "--layers", "", "[]"});
  CHECK(argv_of(plan_with("[\"fit\", \"--layer={layers...};{layers:x}\"]", lists)) ==
        Words{"fit", "--layer=64;64x32", "--layer=32;64x32"});
  CHECK(argv_of(plan_with("[\"fit\", \"{lr...}\", \"{optim.lr:,}\"]",
                          "[fixed]\nlr = 0.5\noptim.lr = 2\n")) == Words{"fit", "0.5", "2"});
}

TEST_CASE("all parameters go to the program at once", "[places]") {
  const std::string lines = "[fixed]\nlr = 0.5\noptim.name = \"a b\"\n";
  CHECK(argv_of(plan_with("[\"fit\", \"{overrides...}\"]", lines)) ==
        Words{"fit", "lr=0.5", "optim.name='a b'"});
  CHECK(argv_of(plan_with("[\"fit\", \"--config={parameters:yaml}\", \"{parameters:json}\"]",
                          lines)) == Words{"fit", "--config=/t/p.yaml", "/t/p.json"});
}

TEST_CASE("a parameter that only a condition uses is allowed", "[places]") {
  const Plan plan = plan_with(
      "[\"fit\", \"--lr={lr}\"]",
      "[parameters]\nlr = { default = 0.5 }\n[factors]\nmode = [\"a\", \"b\"]\nlr = { values = "
      "[0.1, 0.2], when = { mode = \"a\" } }\n");
  CHECK(plan.size() == 3);
}

TEST_CASE("places that cannot be are refused with their place", "[places]") {
  const std::string lines = "[fixed]\nlr = 0.5\n";
  CHECK(problem_with("[\"fit\", \"{lr...}{lr...}\"]", lines) ==
        "f.toml:3:19: two places with '...' in '{lr...}{lr...}'");
  CHECK(problem_with("[\"fit\", \"{...}\"]", lines) ==
        "f.toml:3:19: '{...}' in '{...}' names nothing; expected {NAME}");
  CHECK(
      problem_with("[\"{lr...}\"]", lines) ==
      "f.toml:3:12: the program is one word; {NAME:TEXT} joins a list with TEXT between its items");
  CHECK(problem_with("[\"fit\"]", "[environment]\nLR = \"{lr...}\"\n" + lines) ==
        "f.toml:6:6: a variable is one word; {NAME:TEXT} joins a list with TEXT between its items");
  CHECK(problem_with("[\"fit\", \"{overides...}\"]", lines)
            .starts_with("f.toml:3:19: unknown place 'overides' (did you mean 'overrides...'?)") ==
        false);
  CHECK(problem_with("[\"fit\", \"{parameters:yaml}\"]",
                     "[fixed]\noptim = \"a\"\n\"optim.lr\" = 1\n") ==
        "f.toml:6:1: 'optim' is a parameter, and 'optim.' begins the name of another: "
        "{parameters:yaml} and {parameters:json} cannot nest them");
  CHECK(problem_with("[\"fit\"]", lines) ==
        "f.toml:6:1: the program does not receive parameter 'lr': put {lr} into 'command' or "
        "[environment], {overrides...} for all as NAME=VALUE, or set parameters_file = true if it "
        "reads $POLYSWEEP_PARAMETERS_FILE");
}

}  // namespace polysweep
