// One trial of a sweep of real scripts, and what is said of it.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

const std::string kScript = R"(import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--seed", type=int)
options = parser.parse_args()
for epoch in range(1, 4):
    print(f"epoch {epoch} loss {options.lr / epoch:.4f} acc {epoch / 10}")
)";

std::string sweep_with(const std::string& more) {
  return R"(sweep = "tried"
experiment = "tried"
command = ["python3", "train.py", "--lr={lr}", "--seed={seed}"]
files = ["train.py"]
replicate = "seed"
[factors]
lr = [0.1, 0.2]
seed = [0, 1]
[baseline]
lr = 0.1
[metrics]
primary = { name = "loss", goal = "minimize" }
)" + more;
}

const std::string kPattern =
    "[capture]\nstdout = ['epoch (?P<step>\\d+) loss (?P<loss>\\S+) acc (?P<acc>\\S+)']\n";

CommandEnd try_file(const fs::path& sweep, std::vector<std::string> words = {},
                    const Environment& added = {}) {
  std::vector<std::string> argv = {PolysweepProgram::path().string(), "try", sweep.string()};
  argv.insert(argv.end(), words.begin(), words.end());
  return run_command(argv, added);
}

}  // namespace

TEST_CASE("try runs the first trial, shows its output and keeps nothing", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py", kScript);
  const fs::path sweep = program.write("s.toml", sweep_with(kPattern));
  const fs::path temporary = sweep.parent_path() / "temporary";
  fs::create_directory(temporary);
  const CommandEnd end = try_file(sweep, {}, {{"TMPDIR", temporary.string()}});
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("lr=0.1, seed=0") && Contains("epoch 3 loss 0.0333 acc 0.3\n"));
  CHECK_THAT(end.output, Contains("is done after") && Contains("primary, minimize") &&
                             Contains("1 to 3") && Contains("undeclared metrics, recorded: acc"));
  CHECK_THAT(end.output, Contains("a report would compare by loss (minimize): 0.0333 at step 3"));
  CHECK_THAT(end.output, Contains("secondary = [{ name = \"acc\""));
  CHECK(fs::is_empty(temporary));
  CHECK_FALSE(fs::exists(sweep.parent_path() / "runs"));
}

TEST_CASE("try takes the trial with the given values, listed or not", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py", kScript);
  const fs::path sweep = program.write("s.toml", sweep_with(kPattern));
  CHECK_THAT(try_file(sweep, {"lr=0.2", "seed=1"}).output, Contains("lr=0.2, seed=1"));
  const CommandEnd other = try_file(sweep, {"lr=0.3"});
  INFO(other.output << other.error);
  CHECK(other.status == 0);
  CHECK_THAT(other.output, Contains("lr=0.3, seed=0") && Contains("loss 0.3000"));
  CHECK(try_file(sweep, {"lrr=0.3"}).status == 2);
  CHECK_THAT(try_file(sweep, {"lrr=0.3"}).error, Contains("did you mean 'lr'?"));
}

TEST_CASE("try runs trials of experiments in C++, 2 names the level 2.0", "[cli]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  const CommandEnd end = run_command(program.planning("try", sweep, {"x=2", "seed=3"}));
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("seed=3") && Contains("x=2.0") &&
                             Contains("a report would compare by objective (minimize)"));
  const CommandEnd several = run_command(program.planning("try", sweep, {"x=3,4"}));
  CHECK(several.status == 2);
  CHECK_THAT(several.error, Contains("x=3,4: expected one value"));
}

TEST_CASE("try suggests a pattern that then works", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py", kScript);
  const fs::path silent = program.write("s.toml", sweep_with(""));
  const CommandEnd end = try_file(silent);
  INFO(end.output << end.error);
  CHECK(end.status == 1);
  CHECK_THAT(end.output, Contains("no metric was recorded") &&
                             Contains("declared metrics without a value: loss") &&
                             Contains("finds metrics in 3 lines like"));
  const std::size_t begin = end.output.find("stdout = ['");
  REQUIRE(begin != std::string::npos);
  const std::string line = end.output.substr(begin, end.output.find("']", begin) + 2 - begin);
  const fs::path better = program.write("b.toml", sweep_with("[capture]\n" + line + "\n"));
  const CommandEnd found = try_file(better);
  INFO(found.output << found.error);
  CHECK(found.status == 0);
  CHECK_THAT(found.output, Contains("0.0333 at step 3"));
}

TEST_CASE("try names lines with metrics that no pattern takes", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py", kScript + "    print(f'valid: ppl {epoch * 2.5}')\n" +
                                "    print(f'again: loss {epoch}')\n");
  const fs::path sweep = program.write("s.toml", sweep_with(kPattern));
  const CommandEnd end = try_file(sweep);
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("not captured: 3 lines like 'valid: ppl 2.5'; "
                                  "'\\bppl\\s+(?P<ppl>\\S+)' in stdout of [capture] finds ppl\n") &&
                             !Contains("like 'again"));
}

TEST_CASE("try names what was rejected, in conflict or found nothing", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py", R"(import os
with open(os.environ["POLYSWEEP_METRICS_FILE"], "a") as file:
    print('{"metrics": {"accuracy": 1, "speed": "fast"}, "step": 1}', file=file)
    print('{"metric": "accuracy", "step": 1, "value": 2}', file=file)
raise SystemExit(3)
)");
  const CommandEnd end = try_file(
      program.write("s.toml", sweep_with("other = [\"never\"]\n[capture]\njson = true\n")));
  INFO(end.output << end.error);
  CHECK(end.status == 1);
  CHECK_THAT(end.output, Contains("is failed after") && Contains("exit status 3"));
  CHECK_THAT(end.output, Contains("declared metrics without a value: loss, never") &&
                             Contains("rejected: ") && Contains("'fast'; expected a number"));
  CHECK_THAT(end.output, Contains("in conflict: 1 point") &&
                             Contains("[metrics] primary: 'loss' has no value") &&
                             Contains("recorded were accuracy"));
}

TEST_CASE("an interrupt stops try and removes its store", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py", "import time\nprint('started', flush=True)\ntime.sleep(600)\n");
  const fs::path sweep = program.write("s.toml", "stop_grace = 1\n" + sweep_with(kPattern));
  const fs::path temporary = sweep.parent_path() / "temporary";
  const fs::path output = sweep.parent_path() / "output";
  fs::create_directory(temporary);
  const int pid = start_command({PolysweepProgram::path().string(), "try", sweep.string()},
                                {{"TMPDIR", temporary.string()}}, output.string());
  const auto shown = [&] {
    std::ifstream in(output);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  };
  // The output is shown while the program runs.
  for (int i = 0; i < 2000 && shown().find("started") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK_THAT(shown(), Contains("started"));
  kill(pid, SIGINT);
  CHECK(wait_command(pid) == 3);
  CHECK(fs::is_empty(temporary));
}
