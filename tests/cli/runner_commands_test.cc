// stop, logs and explain, on running and finished sweeps.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

// Slow enough to be met while it runs; a checkpoint every 50 ms.
const std::vector<std::string> kSlow = {
    "x=0", "y=0", "seed=0,1,2", "sleep_ms=10", "steps=200", "checkpoint_every=5", "--as", "toy"};

bool comes_true(const std::function<bool()>& found) {
  for (int i = 0; i < 400; ++i) {
    if (found()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  return false;
}

std::uint64_t number(const PolysweepProgram& program, const std::string& sql) {
  return program.query(sql)[0].begin().value().get<std::uint64_t>();
}

// A run in the background, whose first trial is on its way.
int start_slow(const PolysweepProgram& program, const fs::path& sweep,
               const std::string& output = "/dev/null") {
  std::vector<std::string> words = kSlow;
  words.insert(words.end(), {"--slots", "1"});
  const int run = start_command(program.run_words(sweep, words), {}, output);
  REQUIRE(comes_true([&] {
    return program.ask({"status", "toy"}).status != 2 &&
           number(program, "SELECT count(*) AS n FROM metrics") > 0;
  }));
  return run;
}

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string some_trial(const PolysweepProgram& program, const std::string& condition) {
  return program.query("SELECT trial FROM trials WHERE " + condition +
                       " ORDER BY trial LIMIT 1")[0]["trial"];
}

CommandEnd explain(const PolysweepProgram& program, const std::string& trial,
                   std::vector<std::string> words) {
  words.insert(words.begin(), {"explain", trial, "--worker", PolysweepProgram::worker().string()});
  return program.ask(words);
}

nlohmann::json explained(const PolysweepProgram& program, const std::string& trial) {
  const CommandEnd end = explain(program, trial, {"--json"});
  INFO(end.error);
  REQUIRE(end.status == 0);
  return nlohmann::json::parse(end.output);
}

// Crashes at its first attempt; the second prints a line a step, or says that it
// cannot go on.
const std::string kTalking = R"(#!/bin/sh
echo "attempt $POLYSWEEP_ATTEMPT"
[ "$POLYSWEEP_ATTEMPT" = 1 ] && sleep "$1" && kill -SEGV $$
[ "$2" = true ] && echo "cannot go on" >&2 && exit 1
printf '\033[31mred\033[0m\n'
for step in 1 2 3; do
  echo "step $step"
  sleep "$1"
done
echo '{"result":{"total":3}}' >> "$POLYSWEEP_METRICS_FILE"
)";

fs::path write_talking(const PolysweepProgram& program) {
  program.write("talk.sh", kTalking);
  return program.write("talking.toml", R"(sweep      = "talking"
experiment = "talk"
command    = ["/bin/sh", "talk.sh", "{speed}", "{bad}"]
files      = ["talk.sh"]
[parameters]
speed = 0
bad   = false
[factors]
bad   = [false, true]
[metrics]
primary = { name = "total", goal = "maximize" }
)");
}

}  // namespace

TEST_CASE("stop ends a run as Ctrl-C does: checkpoint, exit status 3, nothing lost",
          "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  const fs::path printed = program.write("run.txt", "");
  const int run = start_slow(program, sweep, printed.string());
  const CommandEnd stop = program.ask({"stop", "toy"});
  INFO(stop.output << stop.error);
  CHECK(stop.status == 0);
  CHECK_THAT(stop.output, Contains("asked host ") && Contains("(process " + std::to_string(run)) &&
                              Contains("running: ") && Contains("attempt 1") &&
                              Contains(": stopped") && Contains("sweep toy: 3 trials: ") &&
                              Contains("`polysweep run` of its file resumes it"));
  CHECK(wait_command(run) == 3);
  CHECK_THAT(content(printed), Contains("stopped; the same command resumes"));
  const auto done = number(program, "SELECT count(*) AS n FROM trials WHERE state = 'done'");
  CHECK_THAT(stop.output, Contains(std::to_string(done) + " done") &&
                              Contains(std::to_string(3 - done) + " pending"));
  CHECK(number(program, "SELECT count(*) AS n FROM attempts WHERE outcome = 'stopped'") >= 1);
  CHECK(program.query("SELECT stop_reason FROM journals")[0]["stop_reason"] == "interrupted");

  // The next run resumes from the checkpoint.
  std::vector<std::string> rest = kSlow;
  rest.insert(rest.end(), {"--slots", "4"});
  REQUIRE(program.run(sweep, rest).status == 0);
  CHECK(number(program, "SELECT count(*) AS n FROM attempts WHERE resumed_step >= 0") >= 1);
}

TEST_CASE("a progress limit of 0 means that there is none", "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  const CommandEnd end =
      program.run(sweep, {"x=0", "y=0", "seed=0", "steps=2", "sleep_ms=300", "--as", "toy",
                          "--progress-limit", "0", "--time-limit", "0"});
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK(number(program, "SELECT count(*) AS n FROM attempts") == 1);
}

TEST_CASE("stop reaches every host of the sweep, and asked again it kills what runs",
          "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  // Never at a checkpoint, and deaf to the first request.
  const std::vector<std::string> deaf = {"sleep_ms=20000", "steps=2", "--as", "toy",
                                         "--slots",        "1"};
  const int first = start_command(program.run_words(sweep, deaf));
  const int second = start_command(program.run_words(sweep, deaf));
  REQUIRE(comes_true([&] {
    return program.ask({"status", "toy"}).status != 2 &&
           number(program, "SELECT count(DISTINCT host) AS n FROM attempts") == 2;
  }));
  const CommandEnd once = program.ask({"stop", "toy", "--no-wait"});
  INFO(once.output << once.error);
  CHECK(once.status == 0);
  CHECK_THAT(once.output, Contains("(process " + std::to_string(first)) &&
                              Contains("(process " + std::to_string(second)) &&
                              Contains("its trials stop at their next checkpoint"));
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  CHECK_FALSE(poll_command(first));
  const auto started = std::chrono::steady_clock::now();
  const CommandEnd again = program.ask({"stop", "toy"});
  INFO(again.output << again.error);
  CHECK(again.status == 0);
  CHECK_THAT(again.output, Contains("again: it kills its running trials") &&
                               Contains("killed by a second request to stop"));
  CHECK(wait_command(first) == 3);
  CHECK(wait_command(second) == 3);
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(8));
}

TEST_CASE("stop reports that no run is active, and names the nearest sweep",
          "[cli][runner_commands]") {
  const PolysweepProgram program;
  CHECK(program.ask({"stop", "toy"}).status == 2);
  const fs::path sweep = program.write("toy.toml", kToySweep);
  REQUIRE(program.run(sweep).status == 0);
  const CommandEnd nothing = program.ask({"stop", "toy"});
  CHECK(nothing.status == 0);
  CHECK_THAT(nothing.output,
             Contains("no run of sweep toy is active\nsweep toy: 24 trials: 24 done"));
  const CommandEnd wrong = program.ask({"stop", "tou"});
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.error, Contains("did you mean 'toy'?"));

  std::string other = kToySweep;
  other.replace(other.find("\"toy\""), 5, "\"two\"");
  const int run = start_command(program.run_words(
      program.write("two.toml", other), {"sleep_ms=20000", "--as", "two", "--slots", "1"}));
  REQUIRE(comes_true([&] {
    return program.ask({"status"}).status != 2 &&
           number(program, "SELECT count(*) AS n FROM attempts") > 24;
  }));
  CHECK_THAT(program.ask({"stop", "toy"}).output, Contains(" is running sweep two"));
  CHECK_FALSE(poll_command(run));
  kill(run, SIGKILL);
  wait_command(run);
  // Its lease would hold for half a minute, its lock does not.
  CHECK_THAT(program.ask({"stop", "two"}).output, Contains("no run of sweep two is active"));
}

TEST_CASE("stop, logs and explain complete sweeps and trials", "[cli][runner_commands]") {
  const PolysweepProgram program;
  REQUIRE(program.run(program.write("toy.toml", kToySweep)).status == 0);
  const std::string trial = some_trial(program, "TRUE");
  const auto completed = [&](const std::string& command, const std::string& begin) {
    return run_command({PolysweepProgram::path().string(), "complete", "--", command, "--store",
                        program.store().string(), begin})
        .output;
  };
  CHECK(completed("stop", "t") == "toy\n");
  CHECK(completed("logs", trial.substr(0, 12)) == trial.substr(0, 12) + "\n");
  CHECK(completed("explain", trial.substr(0, 12)) == trial.substr(0, 12) + "\n");
  CHECK_THAT(completed("logs", "--f"), Contains("--follow"));
}

TEST_CASE("stop, logs and explain have help with an example", "[cli][runner_commands]") {
  for (const char* command : {"stop", "logs", "explain"}) {
    const CommandEnd help = run_command({PolysweepProgram::path().string(), command, "--help"});
    CHECK(help.status == 0);
    CHECK_THAT(help.output, Contains(std::string("example:\n  polysweep ") + command));
    const CommandEnd none =
        run_command({PolysweepProgram::path().string(), command, "--store", "/no/such/store"});
    CHECK(none.status == 2);
    CHECK_THAT(none.error, Contains("there is no store in /no/such/store"));
  }
}

TEST_CASE("logs prints the output of the latest attempt, or of another", "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = write_talking(program);
  CHECK(program.run(sweep, {"speed=0", "--as", "talking"}).status == 1);  // one of them fails
  const std::string good = some_trial(program, "state = 'done'");
  const CommandEnd all = program.ask({"logs", good.substr(0, 8)});
  INFO(all.output << all.error);
  CHECK(all.status == 0);
  CHECK(all.output == "attempt 2\n\033[31mred\033[0m\nstep 1\nstep 2\nstep 3\n");
  CHECK(program.ask({"logs", good, "--attempt", "1"}).output == "attempt 1\n");

  const CommandEnd third = program.ask({"logs", good, "--attempt", "3"});
  CHECK(third.status == 2);
  CHECK_THAT(third.error, Contains("has no attempt 3; it has 1, 2"));
  CHECK_THAT(program.ask({"logs", "nothex"}).error, Contains("is not a trial id"));
  CHECK_THAT(program.ask({"logs", ""}).error, Contains("is not a trial id"));

  // Where the file is gone the record still has the last lines.
  const std::string bad = some_trial(program, "state = 'failed'");
  CHECK_THAT(program.ask({"logs", bad}).output, Contains("cannot go on\n"));
  fs::remove_all(program.store() / "trials");
  const CommandEnd rest = program.ask({"logs", bad});
  CHECK(rest.status == 0);
  CHECK_THAT(rest.output, Contains("cannot go on\n"));
  CHECK_THAT(rest.error, Contains("these are the last lines"));
  const CommandEnd nothing = program.ask({"logs", good});
  CHECK(nothing.output.empty());
  CHECK_THAT(nothing.error, Contains("attempt 2: there is no log"));
}

TEST_CASE("logs prints what a built-in experiment printed", "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  REQUIRE(program.run(sweep, {"x=0", "y=0", "seed=0", "fault=segfault", "--as", "toy"}).status ==
          0);
  const CommandEnd first = program.ask({"logs", some_trial(program, "TRUE"), "--attempt", "1"});
  INFO(first.output << first.error);
  CHECK(first.output == "toy: about to fail by segfault\n");
  // The attempt that succeeded said nothing: whose log there is, is said.
  const CommandEnd last = program.ask({"logs", some_trial(program, "TRUE")});
  CHECK(last.output.empty());
  CHECK_THAT(last.error,
             Contains("attempt 2: there is no log") && Contains("(attempts with a log: 1)"));
}

TEST_CASE("logs --follow prints while the trial runs, over its attempts, and ends with it",
          "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = write_talking(program);
  const int run = start_command(
      program.run_words(sweep, {"speed=1", "bad=false", "--as", "talking", "--slots", "1"}));
  REQUIRE(comes_true([&] {
    return program.ask({"status", "talking"}).status != 2 &&
           number(program, "SELECT count(*) AS n FROM attempts") > 0;
  }));
  const auto started = std::chrono::steady_clock::now();
  const CommandEnd end = program.ask({"logs", some_trial(program, "TRUE"), "--follow"});
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK(std::chrono::steady_clock::now() - started > std::chrono::milliseconds(500));
  CHECK(end.output.ends_with("attempt 2\n\033[31mred\033[0m\nstep 1\nstep 2\nstep 3\n"));
  CHECK_THAT(end.error, Contains("is done; attempt 2: done"));
  CHECK(wait_command(run) == 0);
}

TEST_CASE("logs --follow ends where the run is gone", "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  const int run = start_slow(program, sweep);
  kill(run, SIGKILL);
  wait_command(run);
  const std::string trial = some_trial(program, "state = 'running'");
  const CommandEnd end = program.ask({"logs", trial, "--follow"});
  INFO(end.output << end.error);
  CHECK(end.status == 1);
  CHECK_THAT(end.error, Contains("is pending; attempt 1: host lost"));
  const CommandEnd explained = program.ask({"explain", trial});
  CHECK_THAT(explained.output,
             Contains("the next run would run it: attempt 1 was interrupted (host "
                      "lost); the next one resumes from the last checkpoint"));
}

TEST_CASE("no command says that a trial runs after its host was killed", "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  const int run = start_slow(program, sweep);
  const std::string trial = some_trial(program, "state = 'running'");
  const auto json = [&](std::vector<std::string> words) {
    words.emplace_back("--json");
    return nlohmann::json::parse(program.ask(words).output);
  };
  CHECK(json({"status"})[0]["counts"]["running"] > 0);
  kill(run, SIGKILL);
  wait_command(run);
  const nlohmann::json status = json({"status"})[0]["counts"];
  CHECK(status["running"] == 0);
  CHECK(status["pending"].get<int>() + status["done"].get<int>() == status["planned"]);
  int running = 0;
  for (const nlohmann::json& cell : json({"status", "toy"})) {
    running += cell["counts"]["running"].get<int>();
  }
  CHECK(running == 0);
  for (const nlohmann::json& row : json({"list"})) CHECK(row["state"] != "running");
  CHECK(json({"show", trial})["state"] == "pending");
  CHECK_THAT(program.ask({"show", trial}).output, !Contains("running"));
}

TEST_CASE("explain says where parameters come from and whether the next run would run it",
          "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  REQUIRE(program.run(sweep, {"steps=7", "--as", "toy"}).status == 0);
  const std::string trial = some_trial(program, "json_extract(parameters, '$.x') = 2");
  const nlohmann::json told = explained(program, trial);
  CHECK(told["state"] == "done");
  CHECK(told["next_run"]["runs"] == false);
  CHECK_THAT(told["next_run"]["why"].get<std::string>(), Contains("it is done (attempt 1)"));
  const nlohmann::json& in_toy = told["sweeps"][0];
  CHECK(in_toy["sweep"] == "toy");
  CHECK(in_toy["planned_today"] == true);
  const nlohmann::json& parameters = in_toy["parameters"];
  CHECK(parameters["steps"]["source"] == "override");
  CHECK(parameters["steps"]["override"] == "steps=7");
  CHECK(parameters["steps"]["value"] == 7);
  CHECK(parameters["noise"]["source"] == "fixed");
  CHECK(parameters["x"]["source"] == "factor");
  CHECK(parameters["x"]["levels"] == nlohmann::json({0.0, 1.0, 2.0}));
  CHECK(parameters["seed"]["source"] == "replicate");
  CHECK(parameters["sleep_ms"]["source"] == "default");
  CHECK(told["builds"][0]["attempts"] == nlohmann::json({1}));
  CHECK(told["builds"][0]["same_sources"] == true);
  CHECK(told["attempts"][0]["outcome"] == "done");
  CHECK(told["attempts"][0]["finished_us"].get<std::int64_t>() > 0);

  const CommandEnd words = explain(program, trial, {});
  CHECK_THAT(words.output, Contains("override steps=7") &&
                               Contains("factor, one of 0.0, 1.0, 2.0") &&
                               Contains("build of attempt 1 (same sources as this program)") &&
                               Contains("the next run would not run it: it is done") &&
                               Contains("still plans it"));
}

TEST_CASE("explain says what a changed file plans instead", "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  REQUIRE(program.run(sweep).status == 0);
  std::string other = kToySweep;
  other.replace(other.find("steps = 5"), 9, "steps = 6");
  program.write("toy.toml", other);
  const std::string trial = some_trial(program, "TRUE");
  const nlohmann::json changed = explained(program, trial);
  CHECK(changed["sweeps"][0]["planned_today"] == false);
  CHECK_THAT(changed["sweeps"][0]["why"].get<std::string>(),
             Contains("steps: 6 now, 5 in this trial"));
  fs::remove(sweep);
  const nlohmann::json gone = explained(program, trial);
  CHECK(gone["sweeps"][0]["planned_today"].is_null());
  CHECK_THAT(gone["sweeps"][0]["why"].get<std::string>(), Contains("does not exist"));
}

TEST_CASE("explain says how attempts ended, and why a trial runs again or does not",
          "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  REQUIRE(program.run(sweep, {"x=0,1", "y=0", "seed=0", "fault=throw", "--as", "toy"}).status == 1);
  const std::string failed = some_trial(program, "state = 'failed'");
  const nlohmann::json told = explained(program, failed);
  CHECK(told["next_run"]["runs"] == false);
  CHECK_THAT(told["next_run"]["why"].get<std::string>(),
             Contains("it failed (error: ") && Contains("polysweep retry"));
  CHECK(told["attempts"][0]["outcome"] == "error");
  CHECK_THAT(told["attempts"][0]["output_tail"].get<std::string>(),
             Contains("toy: about to fail by throw"));
  CHECK_THAT(explain(program, failed, {}).output,
             Contains("last output of attempt 1:\ntoy: about to fail by throw"));

  // Planned again without them: no sweep plans the trial.
  REQUIRE(program.run(sweep, {"x=0,1", "y=0", "seed=0", "--as", "toy", "--replace"}).status == 0);
  CHECK_THAT(explained(program, failed)["next_run"]["why"].get<std::string>(),
             Contains("no sweep of this store plans it any more"));
  CHECK(explain(program, "0123456789abcdef0123456789abcdef", {}).status == 2);
}

TEST_CASE("explain says that a stopped trial resumes", "[cli][runner_commands]") {
  const PolysweepProgram program;
  const fs::path sweep = program.write("toy.toml", kToySweep);
  const int run = start_slow(program, sweep);
  const std::string trial = some_trial(program, "state = 'running'");
  CHECK_THAT(explained(program, trial)["next_run"]["why"].get<std::string>(),
             Contains("attempt 1 is running on host"));
  REQUIRE(program.ask({"stop"}).status == 0);
  CHECK(wait_command(run) == 3);
  const std::string stopped = program.query(
      "SELECT trial FROM attempts WHERE outcome = 'stopped' AND points > 0")[0]["trial"];
  const nlohmann::json told = explained(program, stopped);
  CHECK(told["next_run"]["runs"] == true);
  CHECK_THAT(told["next_run"]["why"].get<std::string>(),
             Contains("the next one resumes from the last checkpoint"));
  const std::string never = some_trial(program, "attempts = 0");
  CHECK_THAT(explain(program, never, {}).output,
             Contains("the next run would run it: it was never started"));
  const CommandEnd log = program.ask({"logs", never});
  CHECK(log.status == 2);
  CHECK_THAT(log.error, Contains("has not been started yet"));
}
