#include <signal.h>

#include <cmath>

#include "framework/core/file_system.h"
#include "runners/host/host.h"
#include "runners/process/output_log.h"
#include "runners/store/store_layout.h"
#include "tests/runners/toy_host.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

// One faulty trial among others that are sound; all sound ones must be done.
struct Faulty {
  explicit Faulty(const std::string& words, int slots = 2) : host(slots) {
    host.add(20, "x=3");
    host.add(words);
    host.add(20, "x=4");
  }
  void run() {
    result = host.run();
    host.check_journal();
    ends = host.ends(host.trials()[20].id);
    REQUIRE_FALSE(ends.empty());
    CHECK(own_children().empty());
  }
  ToyHost host;
  HostResult result;
  std::vector<AttemptFinished> ends;  // of the faulty one
};

}  // namespace

TEST_CASE("a trial that crashes once is run again and done", "[host]") {
  Faulty it("x=5 fault=segfault");
  it.run();
  CHECK(it.result.done == 41);
  CHECK(it.result.failed == 0);
  REQUIRE(it.ends.size() == 2);
  CHECK(it.ends[0].outcome == Outcome::kCrashed);
  CHECK_FALSE(it.ends[0].final);
  CHECK(it.ends[0].message == "its worker crashed: signal 11 (Segmentation fault)");
  CHECK_THAT(it.ends[0].output_tail, Contains("toy: about to fail by segfault"));
  CHECK(it.ends[1].outcome == Outcome::kDone);
}

TEST_CASE("a trial that kills every worker fails after two retries", "[host]") {
  Faulty it("x=5 fault=abort fault_attempts=100");
  it.run();
  CHECK(it.result.done == 40);
  CHECK(it.result.failed == 1);
  CHECK(it.result.retried == 2);
  REQUIRE(it.ends.size() == 3);
  CHECK(it.ends[2].final);
  CHECK(it.ends[2].attempt == 3);
  CHECK_THAT(it.ends[2].message, Contains("signal 6 (Aborted)"));
  REQUIRE(it.host.progress.failures.size() == 3);
  CHECK(it.host.progress.failures[2].final);
}

TEST_CASE("an exception fails a trial at once, with its message", "[host]") {
  Faulty it("x=5 fault=throw fault_attempts=100");
  it.run();
  CHECK(it.result.failed == 1);
  REQUIRE(it.ends.size() == 1);
  CHECK(it.ends[0].outcome == Outcome::kError);
  CHECK(it.ends[0].message == "toy was asked to throw");
  CHECK_THAT(it.ends[0].output_tail, Contains("toy: about to fail by throw"));
}

TEST_CASE("an exit in the middle fails a trial at once", "[host]") {
  Faulty it("x=5 fault=exit fault_attempts=100");
  it.run();
  REQUIRE(it.ends.size() == 1);
  CHECK(it.ends[0].outcome == Outcome::kError);
  CHECK(it.ends[0].message == "its worker exited during the trial: exit status 7");
}

TEST_CASE("a trial without memory is run again alone, then fails", "[host]") {
  const std::string fault = GENERATE("bad_alloc", "device_memory");
  Faulty it("x=5 fault_attempts=100 fault=" + fault);
  it.run();
  CHECK(it.result.done == 40);
  CHECK(it.result.failed == 1);
  REQUIRE(it.ends.size() == 2);
  CHECK(it.ends[0].outcome == Outcome::kOutOfMemory);
  CHECK_FALSE(it.ends[0].final);
  CHECK(it.ends[1].final);
  // Alone: no other attempt is open between its second lease and its end.
  int open = 0;
  bool alone = true;
  bool second = false;
  for (const Event& event : it.host.events()) {
    if (const auto* started = std::get_if<AttemptStarted>(&event)) {
      ++open;
      if (started->attempt == 2) {
        second = true;
        alone = open == 1;
      } else if (second) {
        alone = false;
      }
    } else if (const auto* end = std::get_if<AttemptFinished>(&event)) {
      --open;
      if (end->attempt == 2) second = false;
    }
  }
  CHECK(alone);
}

TEST_CASE("a diverged trial is a result", "[host]") {
  Faulty it("x=5 fault=nan fault_step=1 steps=3");
  it.run();
  CHECK(it.result.done == 40);
  CHECK(it.result.diverged == 1);
  CHECK(it.result.failed == 0);
  REQUIRE(it.ends.size() == 1);
  CHECK(it.ends[0].outcome == Outcome::kDiverged);
  CHECK(it.ends[0].final);
  CHECK(std::isnan(it.host.metric(20, 1, "loss")));
}

TEST_CASE("a trial that beats but makes no progress is hung, and retried once", "[host]") {
  Faulty it("x=5 fault=hang fault_attempts=100");
  it.host.options.limits.worker.progress_s = 0.3;
  it.run();
  CHECK(it.result.done == 40);
  CHECK(it.result.failed == 1);
  REQUIRE(it.ends.size() == 2);
  CHECK(it.ends[1].outcome == Outcome::kHung);
  CHECK(it.ends[1].message == "it made no progress for 0.3 s");
}

TEST_CASE("a suspended worker sends no heartbeat, and is replaced", "[host]") {
  Faulty it("x=5 fault=freeze");
  it.host.options.limits.worker.heartbeat_s = 1.5;
  it.run();
  CHECK(it.result.done == 41);
  REQUIRE(it.ends.size() == 2);
  CHECK(it.ends[0].outcome == Outcome::kHung);
  CHECK(it.ends[0].message == "its worker sent no heartbeat for 1.5 s");
}

TEST_CASE("an attempt that takes too long is timed out", "[host]") {
  Faulty it("x=5 steps=100000 sleep_ms=1");
  it.host.options.limits.worker.wall_s = 0.3;
  it.run();
  CHECK(it.result.failed == 1);
  REQUIRE(it.ends.size() == 2);
  CHECK(it.ends[1].outcome == Outcome::kTimedOut);
  CHECK_THAT(it.ends[1].message, Contains("exceeded the time limit of 0.3 s"));
}

TEST_CASE("a worker killed from outside costs its trial nothing", "[host]") {
  Faulty it("x=5 fault=kill fault_attempts=4");
  it.run();
  CHECK(it.result.done == 41);
  CHECK(it.result.failed == 0);
  REQUIRE(it.ends.size() == 5);
  CHECK(it.ends[3].outcome == Outcome::kPreempted);
  CHECK(it.ends[3].message == "its worker was killed from outside: signal 9 (Killed)");
}

TEST_CASE("what a trial printed is told apart, though its worker runs many at once", "[host]") {
  ToyHost host(1);
  host.add(200, "x=1");
  for (int seed = 0; seed < 20; ++seed) {
    host.add("x=2 fault=" + std::string(seed % 2 == 0 ? "throw" : "bad_alloc") +
             " seed=" + std::to_string(seed));
    host.add(20, "x=" + std::to_string(10 + seed));
  }
  host.run();
  for (const Trial& trial : host.trials()) {
    const std::string& fault = trial.parameters.text("fault");
    const auto log = log_path(trial_folder(host.folder(), trial.id), 1);
    CHECK(std::filesystem::exists(log) == (fault != "none"));
    if (fault == "none") continue;
    const std::string printed = "toy: about to fail by " + fault;
    CHECK(host.ends(trial.id).front().output_tail == printed);
    CHECK(system_files().read(log) == printed + "\n");
  }
}

TEST_CASE("each attempt has a log of its own, what a killed one printed included", "[host]") {
  ToyHost host(1);
  host.add("x=1 fault=segfault fault_attempts=2");
  CHECK(host.run().done == 1);
  const std::filesystem::path folder = trial_folder(host.folder(), host.trials()[0].id);
  CHECK(system_files().read(log_path(folder, 1)) == "toy: about to fail by segfault\n");
  CHECK(system_files().read(log_path(folder, 2)) == "toy: about to fail by segfault\n");
  CHECK_FALSE(std::filesystem::exists(log_path(folder, 3)));
}

// A limit of 0 once killed every trial at the first look at its progress.
TEST_CASE("a deadline of 0 is no deadline", "[host]") {
  ToyHost host(1);
  host.options.limits.worker = {.heartbeat_s = 0, .progress_s = 0, .wall_s = 0, .start_s = 0};
  host.add("steps=3 sleep_ms=150");
  const HostResult result = host.run();
  CHECK(result.done == 1);
  CHECK(result.retried == 0);
  CHECK(host.only_end(0).outcome == Outcome::kDone);
}

TEST_CASE("workers killed by somebody else are replaced and all trials done", "[host]") {
  ToyHost host;
  host.add(60, "steps=10 sleep_ms=1");
  int kills = 0;
  host.on_update = [&](const ProgressCounts& counts) {
    const std::vector<int> children = own_children();
    if (kills >= 5 || children.empty() || counts.done < static_cast<std::size_t>(kills * 8)) return;
    kill(children[static_cast<std::size_t>(kills) % children.size()], SIGKILL);
    ++kills;
  };
  const HostResult result = host.run();
  CHECK(kills == 5);
  CHECK(result.done == 60);
  host.check_journal();
}

TEST_CASE("trials given ahead to a worker that dies are put back unharmed", "[host]") {
  ToyHost host(1);
  host.add(400, "x=1");
  host.add("x=5 fault=segfault fault_attempts=100");
  host.add(400, "x=2");
  const HostResult result = host.run();
  CHECK(result.done == 800);
  CHECK(result.failed == 1);
  host.check_journal();
  int put_back = 0;
  for (const Event& event : host.events()) {
    const auto* end = std::get_if<AttemptFinished>(&event);
    if (end == nullptr || end->outcome != Outcome::kPreempted) continue;
    ++put_back;
    CHECK(end->message == "it had not started");
    CHECK_FALSE(end->final);
  }
  CHECK(put_back > 0);
}

TEST_CASE("a sweep whose first trials fail alike stops and says why", "[host]") {
  ToyHost host(1);
  host.options.limits.breaker_trials = 3;
  host.add(3000, "fault=throw sleep_ms=1");
  const HostResult result = host.run();
  CHECK_THAT(result.breaker_sentence, Contains("toy was asked to throw"));
  CHECK_FALSE(result.stopped);
  CHECK(result.failed >= 3);
  CHECK(result.failed < 3000);
  CHECK(host.progress.notices == std::vector<std::string>{result.breaker_sentence});
  host.check_journal(false);
  CHECK(std::get<HostStopped>(host.events().back()).reason == result.breaker_sentence);
}

}  // namespace polysweep
