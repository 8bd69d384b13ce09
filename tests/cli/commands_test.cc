#include <algorithm>
#include <regex>
#include <sstream>

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

TEST_CASE("an unknown command or option is reported with the nearest name", "[cli]") {
  const CommandEnd unknown = run_command({PolysweepProgram::path().string(), "plam"});
  CHECK(unknown.status == 2);
  CHECK(unknown.error ==
        "polysweep: unknown command 'plam' (did you mean 'plan'?); `polysweep --help` lists the "
        "commands\n");
  const CommandEnd option = run_command({PolysweepProgram::path().string(), "plan", "--cuont"});
  CHECK(option.status == 2);
  CHECK(option.error ==
        "polysweep: unknown option '--cuont' (did you mean '--count'?); `polysweep plan --help` "
        "lists the options\n");
  const CommandEnd missing = run_command(
      {PolysweepProgram::path().string(), "plan", "--worker", PolysweepProgram::worker().string()});
  CHECK(missing.status == 2);
  CHECK(missing.error == "polysweep: FILE is missing: expected the sweep's TOML file\n");
  const CommandEnd worker =
      run_command({PolysweepProgram::path().string(), "experiments", "--worker", "/no/such"});
  CHECK(worker.status == 2);
  CHECK_THAT(worker.error, Contains("found no worker program at /no/such"));
}

namespace {

CommandEnd polysweep_ends(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), PolysweepProgram::path().string());
  return run_command(arguments);
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  std::istringstream overview(polysweep_ends({"--help"}).output);
  for (std::string line; std::getline(overview, line);) {
    if (line.starts_with("  ")) names.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return names;
}

// The options of a command's help that take a value, with its name: "--top", "N".
std::vector<std::pair<std::string, std::string>> options_with_values(const std::string& help) {
  static const std::regex option(R"((--[a-z-]+) ([A-Z]+))");
  std::vector<std::pair<std::string, std::string>> found;
  const std::string options = help.substr(help.find("Options:"));
  for (std::sregex_iterator each(options.begin(), options.end(), option), end; each != end;
       ++each) {
    found.emplace_back((*each)[1], (*each)[2]);
  }
  return found;
}

}  // namespace

TEST_CASE("a positional argument is not an option: plan --file X", "[cli]") {
  const CommandEnd file = polysweep_ends({"plan", "--file", "x.toml"});
  CHECK(file.status == 2);
  CHECK(file.error ==
        "polysweep: unknown option '--file'; FILE is an argument: give it without --file; "
        "`polysweep plan --help` lists the options\n");
  std::size_t commands = 0;
  for (const std::string& command : command_names()) {
    const std::string help = polysweep_ends({command, "--help"}).output;
    for (const std::string name :
         {"--file", "--overrides", "--sweep", "--trial", "--trials", "--cells", "--sql", "--action",
          "--shell", "--command", "--hypotheses", "--typed", "--name", "--arguments"}) {
      if (help.find(name + " ") != std::string::npos) continue;
      CAPTURE(command, name);
      const CommandEnd end = polysweep_ends({command, name, "x"});
      CHECK(end.status == 2);
      CHECK_THAT(end.error, Contains("unknown option '" + name + "'"));
    }
    ++commands;
  }
  CHECK(commands >= 25);
}

TEST_CASE("no numeric option takes a negative number, or one that is not finite", "[cli]") {
  std::size_t options = 0;
  for (const std::string& command : command_names()) {
    const std::string help = polysweep_ends({command, "--help"}).output;
    for (const auto& [name, value] : options_with_values(help)) {
      if (value != "N" && value != "SECONDS" && value != "P") continue;
      for (const std::string number : {"-1", "nan", "1x"}) {
        CAPTURE(command, name, number);
        const CommandEnd end = polysweep_ends({command, name, number});
        CHECK(end.status == 2);
        CHECK_THAT(end.error, Contains(name + " '" + number + "': expected a"));
      }
      ++options;
    }
  }
  CHECK(options >= 20);
}

TEST_CASE("help COMMAND is the help of the command", "[cli]") {
  const CommandEnd help = polysweep_ends({"help", "run"});
  CHECK(help.status == 0);
  CHECK_THAT(help.output, Contains("usage: polysweep run FILE"));
  CHECK(help.output == polysweep_ends({"run", "--help"}).output);
  CHECK(polysweep_ends({"help", "rnu"}).status == 2);
  CHECK_THAT(polysweep_ends({"help", "rnu"}).error, Contains("did you mean 'run'?"));
}

TEST_CASE("plan says how many trials it does not show, and --all shows them", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  CHECK_THAT(program.plan(sweep).output, Contains("16 of 24 trials not shown; --all prints them"));
  const CommandEnd all = program.plan(sweep, {"--all"});
  CHECK(std::count(all.output.begin(), all.output.end(), '\n') >= 24 + 6);
  CHECK_THAT(all.output, !Contains("not shown"));
}

TEST_CASE("plan with --store says what that store has done", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  const std::vector<std::string> store = {"--store", program.store().string()};
  CHECK_THAT(program.plan(sweep, store).output, Contains("no store yet"));
  REQUIRE(program.run(sweep).status == 0);
  CHECK_THAT(program.plan(sweep, {store[0], store[1], "seed=0..4", "--as", "five"}).output,
             Contains(": 30 trials: 24 done, 6 pending"));
}

TEST_CASE("plan counts, shows and prints the trials", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  CHECK(program.plan(sweep, {"--count"}).output == "24\n");
  // x=0 is the baseline.
  CHECK(program.plan(sweep, {"--count", "seed=0..9", "x=1,2", "--as", "t"}).status == 2);
  CHECK(program.plan(sweep, {"--count", "seed=0..9", "x=0,1", "--as", "t"}).output == "40\n");
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
