#include <regex>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

TEST_CASE("polysweep says its version and lists its commands", "[cli]") {
  const PolysweepProgram program;
  const CommandEnd version = run_command({PolysweepProgram::path().string(), "--version"});
  CHECK(version.status == 0);
  CHECK_THAT(version.output, Contains("polysweep 0.1.0"));
  const CommandEnd help = run_command({PolysweepProgram::path().string(), "--help"});
  CHECK(help.status == 0);
  for (const char* command : {"plan", "run", "status", "list", "show", "query", "report",
                              "experiments", "rebuild", "journal"}) {
    CHECK_THAT(help.output, Contains(command));
    const CommandEnd one = run_command({PolysweepProgram::path().string(), command, "--help"});
    CHECK(one.status == 0);
    CHECK_THAT(one.output, Contains("example:\n  polysweep"));
  }
}

TEST_CASE("a wrong command or option is named with what would be right", "[cli]") {
  const CommandEnd unknown = run_command({PolysweepProgram::path().string(), "plam"});
  CHECK(unknown.status == 2);
  CHECK(unknown.error ==
        "polysweep: 'plam' is no command (did you mean 'plan'?); `polysweep --help` lists them\n");
  const CommandEnd option = run_command({PolysweepProgram::path().string(), "plan", "--cuont"});
  CHECK(option.status == 2);
  CHECK_THAT(option.error, Contains("--cuont") && Contains("`polysweep plan --help`"));
  const CommandEnd missing = run_command(
      {PolysweepProgram::path().string(), "plan", "--worker", PolysweepProgram::worker().string()});
  CHECK(missing.status == 2);
  CHECK(missing.error == "polysweep: file is missing: give the sweep's TOML file\n");
  const CommandEnd worker =
      run_command({PolysweepProgram::path().string(), "experiments", "--worker", "/no/such"});
  CHECK(worker.status == 2);
  CHECK_THAT(worker.error, Contains("there is no worker program at /no/such"));
}

TEST_CASE("plan counts, shows and prints the trials", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  CHECK(program.plan(sweep, {"--count"}).output == "24\n");
  CHECK(program.plan(sweep, {"--count", "seed=0..9", "x=1,2"}).status == 2);  // x=0 is the baseline
  CHECK(program.plan(sweep, {"--count", "seed=0..9", "x=0,1"}).output == "40\n");
  const CommandEnd shown = program.plan(sweep);
  CHECK(shown.status == 0);
  CHECK_THAT(shown.output, Contains("24 trials in 6 cells") && Contains("(replicate)"));
  const nlohmann::json json = nlohmann::json::parse(program.plan(sweep, {"--json"}).output);
  CHECK(json["trials"].size() == 24);
  CHECK(json["trials"][0]["parameters"]["steps"] == 5);
}

TEST_CASE("a mistake in a sweep file is shown with its place", "[cli]") {
  const PolysweepProgram program;
  const auto sweep =
      program.write("wrong.toml", "sweep = \"w\"\nexperiment = \"toy\"\n[factors]\nnoize = [1]\n");
  const CommandEnd end = program.plan(sweep);
  CHECK(end.status == 2);
  CHECK_THAT(end.error, Contains("wrong.toml:4:1: ") && Contains("did you mean 'noise'?"));
}

TEST_CASE("experiments lists parameters with type, default and doc", "[cli]") {
  const CommandEnd all = run_command({PolysweepProgram::path().string(), "experiments", "--worker",
                                      PolysweepProgram::worker().string()});
  CHECK(all.status == 0);
  CHECK_THAT(all.output, Contains("toy"));
  const CommandEnd one = run_command({PolysweepProgram::path().string(), "experiments", "toy",
                                      "--worker", PolysweepProgram::worker().string()});
  CHECK_THAT(one.output, Contains("objective") && Contains("noise") && Contains("minimize"));
}

TEST_CASE("the program starts without LibTorch", "[cli]") {
  const CommandEnd end = run_command({"/usr/bin/ldd", PolysweepProgram::path().string()});
  REQUIRE(end.status == 0);
  CHECK_THAT(end.output, Contains("sqlite3") && !Contains("torch"));
}
