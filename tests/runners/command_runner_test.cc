// Programs that trials run, with real processes: what they are handed, how they
// end, and that nothing of them is left.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "runners/command/command_runner.h"
#include "runners/command/program_location.h"
#include "runners/command/report_file.h"
#include "runners/process/child_process.h"
#include "runners/process/output_log.h"
#include "runners/process/process_tree.h"
#include "runners/store/store_layout.h"
#include "tests/runners/script_trial.h"
#include "tests/support/catch.h"
#include "tests/support/recording_recorder.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

// A process whose number a script has written into `file`.
bool lives(const fs::path& file) {
  const std::string text = content(file);
  REQUIRE_FALSE(text.empty());
  return kill(std::stoi(text), 0) == 0;
}

std::size_t open_descriptors() {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

const std::string kLoss = "say '{\"metric\":\"loss\",\"value\":1}'\n";

}  // namespace

TEST_CASE("a program is handed what it needs, and heard", "[command]") {
  ScriptTrial trial(R"(
pwd; cat; cat "$POLYSWEEP_PARAMETERS_FILE" > seen
echo "$POLYSWEEP_PROTOCOL $POLYSWEEP_TRIAL $POLYSWEEP_ATTEMPT $POLYSWEEP_DEVICE" >> seen
[ -d "$POLYSWEEP_CHECKPOINT_FOLDER" ] && [ -d "$POLYSWEEP_TRIAL_FOLDER" ] && echo folders >> seen
echo "${POLYSWEEP_CHANNEL-none} $EXTRA" >> seen
say '{"metric":"loss","step":5,"value":0.5}'
say '{"progress":0.5}'
echo to error >&2
printf '{"text":"sample","value":"last, without an end"}' >> "$POLYSWEEP_METRICS_FILE"
)");
  trial.spec.command->environment = {{"EXTRA", WordTemplate("{trial}/{slot}")}};
  const AttemptResult result = trial.run();
  INFO(result.message << trial.log());
  CHECK(result.outcome == Outcome::kDone);
  CHECK(result.message.empty());
  CHECK(result.peak_memory_bytes > 100e3);
  CHECK(trial.recorder.metrics["loss"] == std::map<std::int64_t, double>{{5, 0.5}});
  CHECK(trial.recorder.texts["sample"][5] == "last, without an end");
  CHECK(trial.recorder.last_progress == 0.5);
  CHECK(trial.log() == trial.folder.path().string() + "\nto error\n");
  const std::string id = trial.assignment.trial.hex();
  CHECK(content(trial.folder.path() / "seen") == trial.assignment.parameters.canonical() + "\n1 " +
                                                     id + " 1 cpu\nfolders\nnone " + id + "/0\n");
}

TEST_CASE("a program that rewrites its metrics file is told, and its points are kept",
          "[command]") {
  // Each line waits until the one before was read.
  const std::string point = R"(echo "{\"metric\":\"loss\",\"step\":$i,\"value\":$i}")";
  const std::string begin = "F=\"$POLYSWEEP_METRICS_FILE\"\nfor i in 1 2 3 4 5; do\n";
  const std::vector<std::pair<std::string, std::string>> ways = {
      {point + " > \"$F\"\n", "was overwritten"},
      {point + " >> all; cp all \"$F.x\"; mv \"$F.x\" \"$F\"\n", "was replaced by another file"},
      {point + " > \"$F.x\"; mv \"$F.x\" \"$F\"\n", "was replaced by another file"},
      {point + " >> \"$F\"; [ $i = 3 ] && sleep 0.25 && rm \"$F\"\n", "was removed"},
  };
  for (const auto& [way, problem] : ways) {
    INFO(way);
    ScriptTrial trial(begin + way + "sleep 0.25\ndone\n");
    const AttemptResult result = trial.run();
    CHECK(result.outcome == Outcome::kDone);
    CHECK(trial.recorder.metrics["loss"] ==
          std::map<std::int64_t, double>{{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}});
    CHECK(result.message.starts_with("attempt-1.metrics " + problem));
    CHECK(result.message.find("rejected") == std::string::npos);
    CHECK(result.points_refused == 0);
  }
}

TEST_CASE("artifacts are kept, even files that polysweep itself wrote", "[command]") {
  ScriptTrial trial(kLoss + "say '{\"artifact\":\"parameters.json\"}'\n" +
                    "say '{\"artifact\":\"attempt-1.metrics\"}'\n");
  const AttemptResult result = trial.run();
  INFO(result.message);
  CHECK(result.outcome == Outcome::kDone);
  CHECK(trial.recorder.texts["artifact"].size() == 2);
  CHECK(fs::exists(trial.trial_folder() / "parameters.json"));
  CHECK(fs::exists(trial.trial_folder() / "attempt-1.metrics"));
}

TEST_CASE("artifacts of a resumed attempt are recorded beyond the step it resumed after",
          "[command]") {
  ScriptTrial trial(
      "say '{\"resumed\":10}'\nsay '{\"metric\":\"loss\",\"step\":11,\"value\":1}'\n"
      "echo weights > \"$POLYSWEEP_TRIAL_FOLDER/model.pt\"\n"
      "say '{\"artifact\":\"model.pt\"}'\n");
  trial.assignment.attempt = 2;
  CHECK(trial.run().outcome == Outcome::kDone);
  REQUIRE(trial.recorder.texts["artifact"].size() == 1);
  CHECK(trial.recorder.texts["artifact"].begin()->first == 11);
  CHECK_THAT(trial.recorder.texts["artifact"][11], Contains("\"path\":\"model.pt\",\"bytes\":8,"));
}

TEST_CASE("a trial that leaves nothing leaves no folder", "[command]") {
  ScriptTrial trial(kLoss);
  CHECK(trial.run().outcome == Outcome::kDone);
  CHECK_FALSE(fs::exists(trial.trial_folder()));
  trial.parameters.set("script", Value(trial.parameters.text("script") +
                                       "touch \"$POLYSWEEP_CHECKPOINT_FOLDER/state\"\n"));
  CHECK(trial.run().outcome == Outcome::kDone);
  CHECK(fs::exists(trial.trial_folder() / "checkpoint" / "state"));
  CHECK(fs::exists(report_path(trial.trial_folder(), 1)));
  CHECK(content(trial.trial_folder() / "parameters.json") ==
        trial.assignment.parameters.canonical() + "\n");
}

TEST_CASE("a program that fails is told of by its last line", "[command]") {
  ScriptTrial trial("echo first; echo 'ValueError: no' >&2; exit 3");
  AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kError);
  CHECK(result.message == "it failed with exit status 3; its last line: ValueError: no");
  CHECK(trial.log() == "first\nValueError: no\n");

  ScriptTrial silent("say '{\"metric\":\"lss\",\"value\":1}'");
  result = silent.run();
  CHECK(result.outcome == Outcome::kError);
  CHECK_THAT(result.message,
             Contains("did not report its primary metric 'loss'; reported: lss (did you "
                      "mean 'lss'?)"));

  ScriptTrial crash("kill -SEGV $$");
  CHECK(crash.run().outcome == Outcome::kCrashed);
  ScriptTrial killed("kill -KILL $$");
  CHECK(killed.run().outcome == Outcome::kPreempted);
}

TEST_CASE("what polysweep measures itself needs no report", "[command]") {
  ScriptTrial trial("sleep 0.2");
  trial.spec.metrics = {{"elapsed_s"}, {"peak_memory_bytes"}, {"loss"}};
  trial.spec.command->primary = "elapsed_s";
  CHECK(trial.run().outcome == Outcome::kDone);
  CHECK(trial.recorder.last("elapsed_s") >= 0.2);
  CHECK(trial.recorder.last("peak_memory_bytes") > 100e3);
  CHECK(trial.recorder.metrics.count("loss") == 0);
  ScriptTrial reports("say '{\"metric\":\"elapsed_s\",\"step\":3,\"value\":7}'");
  reports.spec.metrics = trial.spec.metrics;
  reports.spec.command->primary = "elapsed_s";
  CHECK(reports.run().outcome == Outcome::kDone);
  CHECK(reports.recorder.metrics["elapsed_s"] == std::map<std::int64_t, double>{{3, 7}});
  CHECK(reports.recorder.metrics["peak_memory_bytes"].begin()->first == 3);
}

TEST_CASE("a program that is not there is an error of its trial", "[command]") {
  ScriptTrial trial("");
  trial.spec.command->words[0].words[0] = WordTemplate("no-such-program");
  CHECK(trial.run().outcome == Outcome::kError);
  CHECK(trial.run().message ==
        "program 'no-such-program' not found in a folder of $PATH or in /nowhere");
  trial.spec.command->words[0].words[0] = WordTemplate("./tool");
  CHECK_THAT(trial.run().message, Contains("/tool not found, or not executable"));
  const fs::path tool = trial.folder.write("tool", "#!/bin/sh\nexit 9\n");
  CHECK_THAT(trial.run().message, Contains("/tool not found, or not executable"));
  fs::permissions(tool, fs::perms::owner_all);
  CHECK(trial.run().message == "it failed with exit status 9");
  // Beside polysweep, where the path has none of that name.
  CHECK(locate_program("tool", "/", trial.folder.path()) == trial.folder.path() / "tool");
}

TEST_CASE("grandchildren die with the trial, in whatever session they are", "[command]") {
  ScriptTrial trial(R"(
sh -c 'echo $$ > one; exec sleep 1000' &
setsid sh -c 'echo $$ > two; sleep 1000 & echo $! > three; wait' &
while [ ! -s one ] || [ ! -s three ]; do sleep 0.01; done
)" + kLoss);
  CHECK(trial.run().outcome == Outcome::kDone);
  for (const char* name : {"one", "two", "three"}) {
    INFO(name);
    CHECK_FALSE(lives(trial.folder.path() / name));
  }
  CHECK_THAT(trial.log(),
             Contains("[polysweep: it left ") && Contains("behind, which were killed]"));
}

TEST_CASE("a program that takes too long is asked to end, then killed", "[command]") {
  ScriptTrial gentle("trap 'echo saved > saved; exit 0' TERM; echo started; sleep 1000 & wait");
  gentle.spec.command->time_limit_s = 1;
  AttemptResult result = gentle.run();
  CHECK(result.outcome == Outcome::kTimedOut);
  CHECK(result.message == "it exceeded its time limit of 1 s");
  CHECK(content(gentle.folder.path() / "saved") == "saved\n");

  ScriptTrial stubborn("trap '' TERM; echo $$ > pid; while :; do sleep 0.02; done");
  stubborn.spec.command->time_limit_s = 0.2;
  const double start_s = system_clock().monotonic_s();
  CHECK(stubborn.run().outcome == Outcome::kTimedOut);
  CHECK(system_clock().monotonic_s() - start_s > 0.5);
  CHECK_FALSE(lives(stubborn.folder.path() / "pid"));

  ScriptTrial frozen("kill -STOP $$");
  frozen.spec.command->time_limit_s = 0.2;
  CHECK(frozen.run().outcome == Outcome::kTimedOut);
}

TEST_CASE("a program that reports nothing for too long hangs", "[command]") {
  ScriptTrial trial("for i in 1 2 3 4; do " + kLoss + " sleep 0.2; done; sleep 1000");
  trial.spec.command->progress_limit_s = 1;
  const double start_s = system_clock().monotonic_s();
  const AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kHung);
  CHECK(result.message == "it reported nothing for 1 s");
  CHECK(system_clock().monotonic_s() - start_s > 1.5);
  CHECK(trial.recorder.metrics["loss"].size() == 4);
}

TEST_CASE("a diverged program is not waited for", "[command]") {
  ScriptTrial trial("say '{\"metric\":\"loss\",\"step\":3,\"value\":NaN}'; sleep 1000");
  AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kDiverged);
  CHECK(result.message == "metric 'loss' was nan at step 3");
  CHECK(std::isnan(trial.recorder.metrics["loss"][3]));
  ScriptTrial ended("say '{\"metric\":\"loss\",\"step\":3,\"value\":Infinity}'; exit 1");
  CHECK(ended.run().outcome == Outcome::kDiverged);
}

TEST_CASE("a stopped program resumes from its checkpoint, with all that it reported", "[command]") {
  // Counts to 6; the state is the step.
  const std::string script = R"(
state="$POLYSWEEP_CHECKPOINT_FOLDER/step"; step=0
[ -f "$state" ] && step=$(cat "$state") && say "{\"resumed\":$step}"
trap 'exit 75' TERM
while [ $step -lt 6 ]; do
  step=$((step + 1))
  say "{\"metric\":\"loss\",\"step\":$step,\"value\":0.$step}"
  echo $step > "$state.new"; mv "$state.new" "$state"
  if [ $step = 3 ] && [ $POLYSWEEP_ATTEMPT = 1 ]; then say '{"progress":0.5}'; sleep 1000 & wait; fi
done
say '{"result":{"loss":7}}'
)";
  const std::map<std::int64_t, double> undisturbed = {{1, 0.1}, {2, 0.2}, {3, 0.3},
                                                      {4, 0.4}, {5, 0.5}, {6, 7}};
  ScriptTrial trial(script);
  trial.recorder.stop_at_progress = 0.5;
  AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kStopped);
  CHECK(trial.recorder.metrics["loss"].size() == 3);
  result = trial.run_again();
  INFO(result.message);
  CHECK(result.outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"] == undisturbed);
  CHECK_FALSE(trial.recorder.resumed_after);
}

TEST_CASE("a program that dies of a request to stop is stopped, not killed from outside",
          "[command]") {
  ScriptTrial trial("say '{\"progress\":1}'; " + kLoss + "sleep 1000");
  trial.recorder.stop_at_progress = 1;
  const AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kStopped);
  CHECK(result.message.empty());
}

TEST_CASE("a flood of output costs neither memory nor the report", "[command]") {
  ScriptTrial trial("yes 0123456789 | head -c 20000000; echo the end; " + kLoss);
  CHECK(trial.run().outcome == Outcome::kDone);
  const std::string log = trial.log();
  CHECK(log.size() < 5'000'000);
  CHECK(log.starts_with("0123456789\n"));
  CHECK(log.ends_with("the end\n"));
  CHECK_THAT(log, Contains("bytes omitted]"));
}

TEST_CASE("a log keeps its beginning and its end, and says what it left out", "[command]") {
  const TemporaryFolder folder;
  for (const std::size_t size : {0, 5, 10, 12, 14, 15, 40}) {
    std::string all;
    for (std::size_t i = 0; i < size; ++i) all += static_cast<char>('a' + i % 26);
    const fs::path path = folder.path() / std::to_string(size);
    OutputLog log(path, {10, 4});
    for (const char c : all) log.write(std::string(1, c));
    log.close();
    INFO(size);
    if (size == 0) {
      CHECK_FALSE(fs::exists(path));
    } else if (size <= 14) {
      CHECK(content(path) == all);
    } else {
      CHECK(content(path) == all.substr(0, 10) + "\n[polysweep: " + std::to_string(size - 14) +
                                 " bytes omitted]\n" + all.substr(size - 4));
    }
  }
  OutputLog nowhere(folder.path() / "no" / "folder");
  nowhere.write("x");
  nowhere.close();
  CHECK(nowhere.problem() == "its log: No such file or directory");
}

TEST_CASE("trial after trial leaves no process and no descriptor", "[command]") {
  ScriptTrial trial(kLoss);
  trial.run();
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) CHECK(trial.run().outcome == Outcome::kDone);
  CHECK(open_descriptors() == before);
  CHECK(kill_descendants({}, Reap::kYes).count == 0);
}

TEST_CASE("what the dead have left is known by its mark, and nothing else is", "[command]") {
  const TemporaryFolder folder;
  const std::string living = process_mark();
  CHECK(living.starts_with(std::to_string(getpid()) + "-"));
  // Another process, and one that had our number before us.
  const std::string dead = living.substr(0, living.find('-') + 1) + "1" +
                           living.substr(living.find('-', living.find('-') + 1));
  const auto start = [&](const std::string& mark, const fs::path& below) {
    ProcessOptions options;
    options.argv = {"/bin/sleep", "1000"};
    options.channel = false;
    options.environment = {{"TEST_MARK", mark}, {"TEST_FOLDER", (below / "trials").string()}};
    return std::make_unique<ChildProcess>(options);
  };
  const auto kept = start(living, folder.path());
  const auto elsewhere = start(dead, folder.path() / "other");
  const auto foreign = start("1-1-pid:[1]", folder.path());
  const auto orphan = start(dead, folder.path());
  const fs::path store = folder.path();
  CHECK(kill_orphans_of_dead_hosts("TEST_MARK", "TEST_FOLDER", store / "none") == 0);
  CHECK(kill_orphans_of_dead_hosts("TEST_MARK", "TEST_FOLDER", store) == 2);
  CHECK(std::get<Signalled>(orphan->wait()).signal == SIGKILL);
  CHECK(std::get<Signalled>(elsewhere->wait()).signal == SIGKILL);
  CHECK_FALSE(kept->poll());
  CHECK_FALSE(foreign->poll());
}

}  // namespace polysweep
