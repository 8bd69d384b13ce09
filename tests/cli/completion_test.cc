#include <filesystem>
#include <sstream>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

using Words = std::vector<std::string>;

Words lines_of(const std::string& text) {
  std::istringstream in(text);
  Words lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// What a shell's Tab offers behind "polysweep TYPED".
Words offered(const PolysweepProgram& program, const std::string& shell, const std::string& typed) {
  const std::string folder = PolysweepProgram::path().parent_path().string();
  const auto script = program.write("complete.sh", R"(
PATH=)" + folder + R"(:$PATH
source <(polysweep completion bash)
COMP_LINE="$1"
COMP_POINT=${#COMP_LINE}
_polysweep
for one in "${COMPREPLY[@]}"; do echo "$one"; done
)");
  return lines_of(run_command({shell, script.string(), "polysweep " + typed}).output);
}

}  // namespace

TEST_CASE("bash completes commands, options, sweeps, trials, factors and levels", "[cli]") {
  const std::string bash = "/bin/bash";
  if (!std::filesystem::exists(bash)) POLYSWEEP_SKIP("bash is not installed");
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  REQUIRE(program.run(sweep).status == 0);
  const std::string store = " --store " + program.store().string() + " ";
  const std::string worker = " --worker " + PolysweepProgram::worker().string() + " ";

  CHECK(offered(program, bash, "stat") == Words{"status"});
  CHECK(offered(program, bash, "status --js") == Words{"--json"});
  CHECK(offered(program, bash, "status" + store) == Words{"toy"});
  CHECK(offered(program, bash, "status --store /no/such ").empty());
  CHECK(offered(program, bash, "plan" + worker + sweep.string() + " st") == Words{"steps="});
  CHECK(offered(program, bash, "plan" + worker + sweep.string() + " x=") ==
        Words{"0.0", "1.0", "2.0"});
  CHECK(offered(program, bash, "plan" + worker + sweep.string() + " seed=1,") ==
        Words{"1,0", "1,1", "1,2", "1,3"});

  const std::string trial =
      program.query("SELECT trial FROM trials ORDER BY trial LIMIT 1")[0]["trial"];
  CHECK(offered(program, bash, "show" + store + trial.substr(0, 10)) == Words{trial.substr(0, 12)});
}

TEST_CASE("fish completes commands, options and sweeps", "[cli]") {
  const std::string fish = "/usr/bin/fish";
  if (!std::filesystem::exists(fish)) POLYSWEEP_SKIP("fish is not installed");
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  REQUIRE(program.run(sweep).status == 0);
  const auto offered_by_fish = [&](const std::string& typed) {
    const auto script = program.write("complete.fish", R"(
set -x PATH )" + PolysweepProgram::path().parent_path().string() +
                                                           R"( $PATH
polysweep completion fish | source
complete -C "polysweep $argv[1]"
)");
    return lines_of(run_command({fish, "--no-config", script.string(), typed}).output);
  };
  CHECK(offered_by_fish("stat") == Words{"status"});
  CHECK(offered_by_fish("status --js") == Words{"--json"});
  CHECK(offered_by_fish("status --store " + program.store().string() + " ") == Words{"toy"});
  CHECK(offered_by_fish("plan --worker " + PolysweepProgram::worker().string() + " " +
                        sweep.string() + " st") == Words{"steps="});
}

TEST_CASE("completion offers values for curve, compare, --sort, --to and help", "[cli]") {
  const PolysweepProgram program;
  REQUIRE(program.run(program.write("toy.toml", kToySweep)).status == 0);
  const auto offers = [&](Words words) {
    words.insert(words.begin() + 1, {"--store", program.store().string()});
    words.insert(words.begin(), {PolysweepProgram::path().string(), "complete", "--"});
    return lines_of(run_command(words).output);
  };
  CHECK(offers({"curve", "t"}) == Words{"toy"});
  CHECK(offers({"curve", "lo"}) == Words{"loss", "loss_sum"});
  CHECK(offers({"curve", "toy", "loss_"}) == Words{"loss_sum"});
  CHECK(offers({"compare", "toy", "x="}) == Words{"x=0.0", "x=1.0", "x=2.0"});
  CHECK(offers({"compare", "toy", "x=0,y=-"}) == Words{"x=0,y=-1.0"});
  CHECK(offers({"list", "toy", "--sort", "-obj"}) == Words{"-objective"});
  CHECK(offers({"list", "toy", "--columns", "trial,see"}) == Words{"trial,seed"});
  CHECK(offers({"best", "--metric", "obj"}) == Words{"objective"});
  CHECK(offers({"export", "toy", "--to", ""}) == Words{"csv", "jsonl", "mlflow", "tensorboard"});
  CHECK(offers({"ablate", "--reference", "x=2"}) == Words{"x=2.0"});
  CHECK(lines_of(run_command({PolysweepProgram::path().string(), "complete", "--", "help", "ru"})
                     .output) == Words{"run"});
}

TEST_CASE("zsh completes through the same command", "[cli]") {
  if (!std::filesystem::exists("/usr/bin/zsh")) POLYSWEEP_SKIP("zsh is not installed");
  const PolysweepProgram program;
  // compadd and _files exist only while zsh completes: they are replaced by echo.
  const auto script = program.write("complete.zsh", R"(
compdef() { }
compadd() { echo "$@"; }
_files() { echo files; }
source <($1 completion zsh)
words=($1 stat); CURRENT=2; _polysweep
words=($1 nothing-like-this); CURRENT=2; _polysweep
)");
  const CommandEnd end =
      run_command({"/usr/bin/zsh", "-f", script.string(), PolysweepProgram::path().string()});
  INFO(end.error);
  CHECK(end.status == 0);
  CHECK(end.output == "-- status\nfiles\n");
}

TEST_CASE("the manual has every command of the overview", "[cli]") {
  const std::string program = PolysweepProgram::path().string();
  const std::string page = run_command({program, "manual"}).output;
  CHECK(page.starts_with(".TH POLYSWEEP 1"));
  std::size_t commands = 0;
  for (const std::string& line : lines_of(run_command({program, "--help"}).output)) {
    if (!line.starts_with("  ")) continue;
    const std::string name = line.substr(2, line.find(' ', 2) - 2);
    CHECK_THAT(page, Contains(".SS polysweep " + name + " "));
    ++commands;
  }
  CHECK(commands >= 12);
  CHECK_THAT(page, Contains("\\fB\\-\\-store\\fR FOLDER"));
}
