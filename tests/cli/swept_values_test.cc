// What people sweep, from file to report: lists, absent parameters, drawn points, nested
// parameters in files, and the value of a series that counts.
#include <algorithm>
#include <set>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;
using Catch::Matchers::Contains;

namespace {

// Reports a loss that falls to 1 and rises to 3, and what it was given.
const std::string kScript = R"(#!/bin/sh
say() { echo "$1" >> "$POLYSWEEP_METRICS_FILE"; }
for value in 2 1 3; do say "{\"metric\":\"loss\",\"value\":$value}"; done
for word in "$@"; do
  case "$word" in
    --config=*) say "{\"text\":\"config\",\"value\":\"$(tr '\n"' ';.' < "${word#--config=}")\"}" ;;
  esac
done
say "{\"text\":\"words\",\"value\":\"$(echo "$@" | tr '"' .)\"}"
)";

const std::string kSweep = R"(sweep      = "values"
experiment = "fit"
command    = ["/bin/sh", "fit.sh", ["--layers", "{layers...}"], ["--dropout={dropout}"],
              "--config={parameters:yaml}"]
files      = ["fit.sh"]
[fixed.optim]
name    = "adam"
[factors]
layers  = [[64, 32], [128]]
dropout = { values = [0.5], absent = true }
[baseline]
dropout = { absent = true }
[metrics]
primary = { name = "loss", goal = "minimize", point = "best" }
)";

}  // namespace

TEST_CASE("lists, absent parameters and nested ones reach the program and the report", "[values]") {
  const PolysweepProgram program;
  program.write("fit.sh", kScript);
  const auto file = program.write("values.toml", kSweep);
  const auto run = program.run(file);
  INFO(run.output + run.error);
  CHECK(run.status == 0);
  const auto rows = program.query(
      "SELECT t.parameters, x.name, x.value FROM texts x JOIN trials t ON t.trial = x.trial "
      "ORDER BY 1, 2");
  std::set<std::string> texts;
  for (const auto& row : rows) texts.insert(row["value"].get<std::string>());
  const auto has = [&](const std::string& part) {
    return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
      return text.find(part) != std::string::npos;
    });
  };
  CHECK(has("--layers 64 32 --dropout=0.5 --config="));
  CHECK(has("--layers 128 --config="));
  CHECK(has("layers: [128];optim:;  name: .adam.;"));
  CHECK(rows[0]["parameters"] == R"({"dropout":0.5,"layers":[128],"optim.name":"adam"})");
  const auto list = program.ask({"list", "values"});
  CHECK_THAT(list.output, Contains("[64,32]"));
  const auto csv = program.ask({"list", "values", "--csv"});
  CHECK_THAT(csv.output, Contains("\"[64,32]\""));
  const auto report = program.ask({"report", "values"});
  INFO(report.output + report.error);
  CHECK_THAT(report.output, Contains("absent"));
  CHECK_THAT(report.output, Contains("best value of each series"));
  CHECK_THAT(report.output, Contains("Of a noisy series that is optimistic"));
  const auto best = program.ask({"best", "values"});
  CHECK_THAT(best.output, Contains("1"));
  CHECK(program.query(
            "SELECT DISTINCT value FROM final_metrics WHERE metric = 'loss'")[0]["value"] == 3);
  // The same plan again has nothing to do, and a rebuilt database is the same.
  CHECK_THAT(program.run(file).output, Contains("4 done"));
  CHECK(program.ask({"rebuild"}).status == 0);
  CHECK_THAT(program.plan(file).output, Contains("absent (2)"));
}

TEST_CASE("a joint sample is run and reported as one design", "[values]") {
  const PolysweepProgram program;
  program.write("fit.sh", kScript);
  const auto file = program.write(
      "search.toml",
      "sweep = \"search\"\nexperiment = \"fit\"\nfiles = [\"fit.sh\"]\ncommand = "
      "[\"/bin/sh\", \"fit.sh\", \"{lr}\", \"{layers}\"]\n[sample]\nn = 9\n"
      "[sample.factors]\nlr = { sample = \"log_uniform\", low = 1e-4, high = 1 }\n"
      "layers = { sample = \"integer\", low = 1, high = 4 }\n[metrics]\nprimary = { name "
      "= \"loss\", goal = \"minimize\" }\n");
  CHECK_THAT(program.plan(file).output,
             Contains("lr, layers: are drawn together, 9 points of a scrambled Sobol design"));
  CHECK(program.run(file).status == 0);
  const auto report = program.ask({"report", "search"});
  CHECK_THAT(report.output,
             Contains("9 points of a scrambled Sobol design. 9 settings, with drawn"));
}

TEST_CASE("a file that lacks its command is told so", "[values]") {
  const PolysweepProgram program;
  const auto file = program.write("none.toml", "sweep = \"s\"\nexperiment = \"no_such_thing\"\n");
  const auto end = run_command({PolysweepProgram::path().string(), "plan", file.string()});
  CHECK(end.status == 2);
  CHECK_THAT(end.error, Contains("command = [\"PROGRAM\", ...]"));
}

TEST_CASE("status names retry where trials failed", "[values]") {
  const PolysweepProgram program;
  const auto file = program.write("fails.toml",
                                  "sweep = \"fails\"\nexperiment = \"f\"\ncommand = "
                                  "[\"false\"]\n[metrics]\nprimary = { name = \"loss\", goal = "
                                  "\"minimize\" }\n");
  CHECK_THAT(program.run(file).output, Contains("polysweep retry fails"));
  CHECK_THAT(program.ask({"status", "fails"}).output, Contains("`polysweep retry fails`"));
}
