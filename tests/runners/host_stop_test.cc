#include <signal.h>

#include "framework/core/clock.h"
#include "runners/host/host.h"
#include "tests/runners/toy_host.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

// Twelve trials of about 0.1 s with a sum that depends on every step.
const char* kTrial = "noise=1 steps=50 sleep_ms=2 checkpoint_every=10";

std::vector<double> sums(const ToyHost& host) {
  std::vector<double> result;
  for (std::size_t i = 0; i < host.trials().size(); ++i) {
    const std::vector<AttemptFinished> ends = host.ends(host.trials()[i].id);
    REQUIRE_FALSE(ends.empty());
    result.push_back(host.metric(i, ends.back().attempt, "loss_sum"));
  }
  return result;
}

// toy says so where it found a checkpoint, and tells its points again.
bool resumed_somewhere(const ToyHost& host) {
  for (const Event& event : host.events()) {
    if (std::holds_alternative<AttemptResumed>(event)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a stop, then another run, end with the bits of an undisturbed run", "[host]") {
  ToyHost undisturbed;
  undisturbed.add(12, kTrial);
  CHECK(undisturbed.run().done == 12);

  ToyHost host;
  host.add(12, kTrial);
  host.on_update = [&](const ProgressCounts& counts) {
    if (counts.done >= 4 && counts.running == 2 && host.stop->requests() == 0) host.stop->request();
  };
  const HostResult first = host.run();
  CHECK(first.stopped);
  CHECK(first.done < 12);
  CHECK(first.failed == 0);
  CHECK(own_children().empty());
  host.check_journal(false);
  CHECK(std::get<HostStopped>(host.events().back()).reason == "interrupted");
  REQUIRE(host.progress.notices.size() == 1);
  CHECK_THAT(host.progress.notices[0], Contains("a second request kills them"));
  host.on_update = nullptr;
  const HostResult second = host.run_again();
  CHECK(first.done + second.done == 12);
  host.check_journal();
  CHECK(resumed_somewhere(host));
  CHECK(sums(host) == sums(undisturbed));
}

TEST_CASE("what a trial had done before this run does not count as this run's pace", "[host]") {
  ToyHost host;
  host.add("steps=40 sleep_ms=25 checkpoint_every=1");
  const double fastest = 1 / (40 * 0.025);  // trials a second: no step is shorter than its sleep
  host.on_update = [&](const ProgressCounts& counts) {
    const bool half_done = counts.left_s && *counts.left_s * counts.trials_per_s < 0.5;
    if (half_done && host.stop->requests() == 0) host.stop->request();
  };
  CHECK(host.run().stopped);
  double pace = 0;
  host.on_update = [&](const ProgressCounts& counts) {
    if (counts.done == 0) pace = std::max(pace, counts.trials_per_s);
  };
  CHECK(host.run_again().done == 1);
  CHECK(resumed_somewhere(host));
  CHECK(pace > 0);
  CHECK(pace <= fastest);
}

TEST_CASE("what a trial had done in an earlier attempt of this run counts as its pace", "[host]") {
  ToyHost host(1);
  host.add("steps=40 sleep_ms=25 checkpoint_every=1 fault=segfault fault_step=30");
  const double start_s = system_clock().monotonic_s();
  CHECK(host.run().done == 1);
  const double took_s = system_clock().monotonic_s() - start_s;
  CHECK(resumed_somewhere(host));
  CHECK(host.progress.last.trials_per_s * took_s >=
        1);  // the complete trial, in less than that time
}

TEST_CASE("a crash in the middle resumes from the checkpoint with the same bits", "[host]") {
  ToyHost sound(1);
  sound.add("noise=1 steps=20 checkpoint_every=5");
  sound.run();
  ToyHost host(1);
  host.add("noise=1 steps=20 checkpoint_every=5 fault=segfault fault_step=13");
  CHECK(host.run().done == 1);
  CHECK(resumed_somewhere(host));
  CHECK(host.metric(0, 2, "loss_sum") == sound.metric(0, 1, "loss_sum"));
}

TEST_CASE("a second request kills at once", "[host]") {
  ToyHost host;
  host.add(4, "fault=hang");
  host.on_update = [&](const ProgressCounts& counts) {
    if (counts.running == 2 && host.stop->requests() < 2) host.stop->request();
  };
  const double before_s = system_clock().monotonic_s();
  const HostResult result = host.run();
  CHECK(system_clock().monotonic_s() - before_s < 5);
  CHECK(result.stopped);
  CHECK(result.done + result.failed + result.retried == 0);
  host.check_journal(false);
  CHECK(own_children().empty());
}

TEST_CASE("a trial that does not stop in time is killed, at no cost", "[host]") {
  ToyHost host(1);
  host.options.limits.stop_grace_s = 0.3;
  host.add(1, "fault=hang");
  host.on_update = [&](const ProgressCounts& counts) {
    if (counts.running == 1 && host.stop->requests() == 0) host.stop->request();
  };
  CHECK(host.run().stopped);
  const AttemptFinished end = host.only_end(0);
  CHECK(end.outcome == Outcome::kStopped);
  CHECK_FALSE(end.final);
}

TEST_CASE("signals are requests to stop while someone listens", "[stop]") {
  StopFlag flag;
  {
    const StopSignals signals(flag);
    raise(SIGINT);
    CHECK(flag.requests() == 1);
    raise(SIGTERM);
    CHECK(flag.requests() == 2);
  }
  struct sigaction action {};
  sigaction(SIGINT, nullptr, &action);
  CHECK(action.sa_handler == SIG_DFL);
}

}  // namespace polysweep
