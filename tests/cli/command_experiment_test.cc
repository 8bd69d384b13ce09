// Sweeps of programs that are not ours, from file to report, killed and resumed.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

// Counts to `steps`; each step is checkpointed. A grandchild sleeps beside it.
const std::string kScript = R"(#!/bin/sh
say() { echo "$1" >> "$POLYSWEEP_METRICS_FILE"; }
state="$POLYSWEEP_CHECKPOINT_FOLDER/step"; step=0
[ -f "$state" ] && step=$(cat "$state") && say "{\"resumed\":$step}"
trap 'exit 75' TERM
setsid sleep 997 & echo $! >> "$POLYSWEEP_TRIAL_FOLDER/grandchildren"
echo $PPID > "$POLYSWEEP_TRIAL_FOLDER/worker"
while [ $step -lt $2 ]; do
  step=$((step + 1))
  say "{\"metric\":\"loss\",\"step\":$step,\"value\":$1.$step}"
  echo $step > "$state.new"; mv "$state.new" "$state"
  sleep "${3:-0}" & wait $!
done
say "{\"result\":{\"total\":$step}}"
)";

const std::string kSweep = R"(sweep      = "counting"
experiment = "count"
command    = ["/bin/sh", "work.sh", "{x}", "{steps}", "{pause}"]
files      = ["work.sh"]
replicate  = "seed"
stop_grace = 1
[parameters]
x     = { default = 1, minimum = 0, doc = "what is counted" }
steps = 5
pause = 0.0
seed  = 0
[environment]
SEED  = "{seed}"
[factors]
x     = [1, 2]
seed  = { range = [0, 1] }
[baseline]
x     = 1
[metrics]
primary   = { name = "loss", goal = "minimize" }
secondary = [{ name = "total", goal = "maximize" }]
)";

std::string content(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

nlohmann::json final_table(const PolysweepProgram& program) {
  return program.query(
      "SELECT t.parameters, f.metric, f.step, f.value FROM final_metrics f JOIN trials t "
      "ON t.trial = f.trial ORDER BY 1, 2, 3");
}

nlohmann::json all_points(const PolysweepProgram& program) {
  return program.query(
      "SELECT t.parameters, m.metric, m.step, m.value FROM metrics m JOIN trials t "
      "ON t.trial = m.trial ORDER BY 1, 2, 3");
}

fs::path write_sweep(const PolysweepProgram& program, const std::string& sweep = kSweep) {
  program.write("work.sh", kScript);
  return program.write("counting.toml", sweep);
}

// Waits until `found` gives something, for at most 20 s.
bool comes_true(const std::function<bool()>& found) {
  for (int i = 0; i < 2000; ++i) {
    if (found()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

// The files called `name` in the folders of all trials.
std::vector<fs::path> in_trials(const PolysweepProgram& program, const std::string& name) {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(program.store() / "trials", none)) {
    if (entry.path().filename() == name) found.push_back(entry.path());
  }
  return found;
}

std::vector<int> pids_in(const fs::path& file) {
  std::ifstream in(file);
  std::vector<int> pids;
  for (int pid = 0; in >> pid;) pids.push_back(pid);
  return pids;
}

// A zombie that nobody has taken away yet does not live.
bool lives(int pid) {
  const std::string facts = content(fs::path("/proc") / std::to_string(pid) / "stat");
  const std::size_t name_end = facts.rfind(')');
  return name_end != std::string::npos && facts.substr(name_end).find(" Z ") != 1;
}

bool all_grandchildren_are_dead(const PolysweepProgram& program) {
  for (const fs::path& file : in_trials(program, "grandchildren")) {
    for (const int pid : pids_in(file)) {
      if (lives(pid)) return false;
    }
  }
  return true;
}

// The undisturbed run's points.
nlohmann::json undisturbed_points() {
  const PolysweepProgram program;
  REQUIRE(program.run(write_sweep(program)).status == 0);
  return all_points(program);
}

// The first trial's worker, once it has made two steps of `kScript`.
int worker_at_step_two(const PolysweepProgram& program) {
  std::vector<fs::path> workers;
  REQUIRE(comes_true([&] {
    workers.clear();
    for (const fs::path& step : in_trials(program, "step")) {
      if (!content(step).empty() && std::stoi(content(step)) >= 2) {
        workers.push_back(step.parent_path().parent_path() / "worker");
      }
    }
    return !workers.empty();
  }));
  return pids_in(workers[0]).at(0);
}

}  // namespace

TEST_CASE("a sweep of any program runs from file to report, without a worker of ours", "[cli]") {
  const PolysweepProgram program;
  const fs::path sweep = write_sweep(program);
  const std::vector<std::string> none = {"--worker", "/nowhere/polysweep-worker"};
  const auto words = [&](const std::string& command, const std::vector<std::string>& more) {
    std::vector<std::string> argv = {PolysweepProgram::path().string(), command, sweep.string()};
    argv.insert(argv.end(), none.begin(), none.end());
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  };
  const CommandEnd plan = run_command(words("plan", {}));
  INFO(plan.error);
  CHECK(plan.status == 0);
  CHECK_THAT(plan.output, Contains("4 trials in 2 cells of experiment count (version 1)") &&
                              Contains("/bin/sh work.sh 1 5 0.0") && Contains("work.sh"));
  const CommandEnd schema =
      run_command({PolysweepProgram::path().string(), "experiments", sweep.string()});
  CHECK_THAT(schema.output,
             Contains("what is counted") && Contains("{pause}") && Contains("total"));

  const CommandEnd run = run_command(words("run", {"--store", program.store().string()}));
  INFO(run.output << run.error);
  REQUIRE(run.status == 0);
  const nlohmann::json final = final_table(program);
  CHECK(final.size() == 8);
  CHECK(final[0]["value"] == 1.5);
  CHECK(final[1]["metric"] == "total");
  CHECK(final[1]["value"] == 5);
  CHECK(program.query("SELECT count(*) AS n FROM metrics")[0]["n"] == 4 * 6);
  CHECK(all_grandchildren_are_dead(program));
  const CommandEnd report = program.ask({"report"});
  CHECK(report.status == 0);
  CHECK_THAT(report.output, Contains("counting"));

  // Nothing runs twice; another script is another trial.
  REQUIRE(run_command(words("run", {"--store", program.store().string()})).status == 0);
  CHECK(program.query("SELECT count(*) AS n FROM attempts")[0]["n"] == 4);
  program.write("work.sh", kScript + "# changed\n");
  REQUIRE(run_command(words("run", {"--store", program.store().string()})).status == 0);
  CHECK(program.query("SELECT count(*) AS n FROM attempts")[0]["n"] == 8);
}

TEST_CASE("what a program did wrong is said in the record", "[cli]") {
  const PolysweepProgram program;
  const fs::path sweep = write_sweep(program);
  program.write("work.sh", "echo starting\necho 'ValueError: bad' >&2\nexit 4\n");
  const CommandEnd run = program.run(sweep, {"--slots", "1"});
  CHECK(run.status == 1);
  CHECK_THAT(run.output, Contains("it failed with exit status 4; its last line: ValueError: bad"));
  CHECK_THAT(run.output, Contains("the first 3 trials all failed in the same way"));
  const nlohmann::json rows =
      program.query("SELECT outcome, output_tail FROM attempts ORDER BY started_us LIMIT 1");
  CHECK(rows[0]["outcome"] == "error");
  CHECK(rows[0]["output_tail"] == "starting\nValueError: bad");
  CHECK(in_trials(program, "attempt-1.log").size() >= 3);

  const fs::path missing = program.write("missing.toml", [] {
    std::string text = kSweep;
    return text.replace(text.find("/bin/sh"), 7, "no-such-shell");
  }());
  const CommandEnd refused = program.run(missing);
  CHECK(refused.status == 2);
  CHECK_THAT(refused.error, Contains("program 'no-such-shell' not found"));
}

TEST_CASE("a killed worker takes its grandchildren with it, and the retry resumes", "[cli]") {
  const nlohmann::json undisturbed = undisturbed_points();
  const PolysweepProgram program;
  const fs::path sweep = write_sweep(program);
  // The pause is no part of what is compared: the values do not depend on it.
  const int pid =
      start_command(program.run_words(sweep, {"pause=0.2", "--as", "counting", "--slots", "2"}));
  kill(worker_at_step_two(program), SIGKILL);
  CHECK(wait_command(pid) == 0);
  CHECK(all_grandchildren_are_dead(program));
  const nlohmann::json points = all_points(program);
  REQUIRE(points.size() == undisturbed.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(points[i]["step"] == undisturbed[i]["step"]);
    CHECK(points[i]["value"] == undisturbed[i]["value"]);
  }
  CHECK(program.query("SELECT count(*) AS n FROM attempts WHERE outcome = 'preempted'")[0]["n"] ==
        1);
  // The second attempt went on: it made no step again.
  bool resumed = false;
  for (const fs::path& report : in_trials(program, "attempt-2.metrics")) {
    resumed = resumed || content(report).starts_with("{\"resumed\":");
  }
  CHECK(resumed);
}

TEST_CASE("host and workers killed at once: the next run cleans up and finishes", "[cli]") {
  const nlohmann::json undisturbed = undisturbed_points();
  const PolysweepProgram program;
  const fs::path sweep = write_sweep(program);
  const std::vector<std::string> words = {"pause=0.2", "--as", "counting", "--slots", "1"};
  const int pid = start_command(program.run_words(sweep, words));
  const int worker = worker_at_step_two(program);
  kill(pid, SIGSTOP);
  kill(worker, SIGKILL);
  kill(pid, SIGKILL);
  CHECK(wait_command(pid) == 128 + SIGKILL);
  const CommandEnd end = program.run(sweep, words);
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK(all_grandchildren_are_dead(program));
  CHECK(all_points(program).size() == undisturbed.size());
}

TEST_CASE("a worker too slow to end its programs does not let them live on", "[cli]") {
  const nlohmann::json undisturbed = undisturbed_points();
  const PolysweepProgram program;
  const fs::path sweep = write_sweep(program);
  const std::vector<std::string> words = {"pause=0.2", "--as", "counting", "--slots", "1"};
  const int pid = start_command(program.run_words(sweep, words));
  const int worker = worker_at_step_two(program);
  kill(worker, SIGSTOP);
  kill(pid, SIGKILL);
  wait_command(pid);
  CHECK_FALSE(all_grandchildren_are_dead(program));
  const CommandEnd end = program.run(sweep, words);
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK(all_grandchildren_are_dead(program));
  CHECK(all_points(program).size() == undisturbed.size());
  kill(worker, SIGCONT);
  CHECK(comes_true([&] { return kill(worker, 0) != 0; }));
}

TEST_CASE("a killed host takes its workers' programs with it", "[cli]") {
  const PolysweepProgram program;
  const fs::path sweep = write_sweep(program);
  const int pid =
      start_command(program.run_words(sweep, {"pause=0.5", "--as", "counting", "--slots", "2"}));
  const int worker = worker_at_step_two(program);
  kill(pid, SIGKILL);
  wait_command(pid);
  CHECK(comes_true([&] { return kill(worker, 0) != 0; }));
  CHECK(comes_true([&] { return all_grandchildren_are_dead(program); }));
}

TEST_CASE("an interrupt lets programs save their state, the next run resumes from it", "[cli]") {
  const PolysweepProgram program;
  const fs::path sweep = write_sweep(program);
  const std::vector<std::string> words = {"pause=0.3", "--as", "counting", "--slots", "1"};
  const int pid = start_command(program.run_words(sweep, words));
  worker_at_step_two(program);
  kill(pid, SIGINT);
  CHECK(wait_command(pid) == 3);
  CHECK(all_grandchildren_are_dead(program));
  CHECK(program.query("SELECT count(*) AS n FROM attempts WHERE outcome = 'stopped'")[0]["n"] == 1);
  CHECK(program.run(sweep, words).status == 0);
  CHECK(all_points(program).size() == 24);
  CHECK(program.query("SELECT count(*) AS n FROM trials WHERE state = 'done'")[0]["n"] == 4);
}

TEST_CASE("limits of the file hold, and the command line's take their place", "[cli]") {
  const PolysweepProgram program;
  std::string text = "time_limit = 0.3\n" + kSweep;
  const fs::path sweep = write_sweep(program, text);
  const std::vector<std::string> words = {"pause=0.4", "x=1", "seed=0", "--as", "counting"};
  CHECK(program.run(sweep, words).status == 1);
  CHECK(program.query("SELECT DISTINCT outcome FROM attempts")[0]["outcome"] == "timed out");
  std::vector<std::string> patient = {"pause=0.4", "x=1",          "seed=1", "--as",
                                      "counting",  "--time-limit", "60",     "--replace"};
  CHECK(program.run(sweep, patient).status == 0);
}

namespace {

// Stops itself after update 5 of 8, with a checkpoint. Its loss is reported every
// fourth update, its accuracy at every second one, counted as evaluations.
const std::string kEvaluatingScript = R"(#!/bin/sh
say() { echo "$1" >> "$POLYSWEEP_METRICS_FILE"; }
state="$POLYSWEEP_CHECKPOINT_FOLDER/update"; update=0
[ -f "$state" ] && update=$(cat "$state") && say "{\"resumed\":$update}"
while [ $update -lt 8 ]; do
  update=$((update + 1))
  half=$((update / 2))
  [ $((update % 2)) = 0 ] && say "{\"metric\":\"accuracy\",\"step\":$half,\"value\":$update}"
  [ $((update % 4)) = 0 ] && say "{\"metric\":\"loss\",\"step\":$update,\"value\":$update}"
  if [ $update = 5 ]; then echo 5 > "$state"; exit 75; fi
done
)";

std::string evaluating_sweep(const std::string& step) {
  return R"(sweep      = "evaluating"
experiment = "evaluate"
command    = ["/bin/sh", "evaluate.sh", "{x}", "{seed}"]
files      = ["evaluate.sh"]
replicate  = "seed"
[parameters]
x     = 1
seed  = 0
[factors]
x     = [1]
seed  = [0]
[baseline]
x     = 1
[metrics]
primary   = { name = "loss", goal = "minimize" }
secondary = [{ name = "accuracy", goal = "maximize")" +
         step + " }]\n";
}

}  // namespace

TEST_CASE("a resumed program loses no series whose steps are not its updates", "[cli]") {
  const PolysweepProgram program;
  program.write("evaluate.sh", kEvaluatingScript);
  const fs::path sweep =
      program.write("evaluating.toml", evaluating_sweep(", step = \"evaluations\""));
  CHECK(program.run(sweep).status == 0);
  CHECK(program.query("SELECT attempts FROM trials")[0]["attempts"] == 2);
  const nlohmann::json points =
      program.query("SELECT metric, step, value FROM metrics ORDER BY 1, 2");
  std::string seen;
  for (const nlohmann::json& point : points) {
    seen += fmt::format("{} {}, ", point["metric"].get<std::string>(), point["step"].dump());
  }
  CHECK(seen == "accuracy 1, accuracy 2, accuracy 3, accuracy 4, loss 4, loss 8, ");
  CHECK(program.ask({"status"}).error.empty());
}

TEST_CASE("a finished trial of which points were dropped is named", "[cli]") {
  const PolysweepProgram program;
  program.write("evaluate.sh", kEvaluatingScript);
  // As if the accuracy counted updates: its third and fourth point are not beyond
  // update 5.
  const fs::path sweep = program.write("evaluating.toml", evaluating_sweep(""));
  CHECK(program.run(sweep).status == 0);
  const std::string trial =
      program.query("SELECT trial FROM trials")[0]["trial"].get<std::string>();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"status"}, std::vector<std::string>{"status", "evaluating"}}) {
    const CommandEnd status = program.ask(words);
    CHECK(status.status == 0);
    CHECK_THAT(status.error, Contains("points were dropped of 1 finished trial (2 points): " +
                                      trial.substr(0, 12)));
  }
  CHECK_THAT(program.ask({"show", trial}).output, Contains("2 points were dropped"));
  const fs::path report = program.store() / "report.md";
  program.ask({"report", "evaluating", "--out", report.string()});
  CHECK_THAT(content(report), Contains("The series of 1 finished trial are incomplete: 2 points"));
}
