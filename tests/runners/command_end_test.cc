// What the end of a program makes of its trial: every row of docs/protocol.md.
#include <signal.h>

#include "runners/command/command_end.h"
#include "runners/host/retry_policy.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

CommandEnd good() {
  CommandEnd end;
  end.status = Exited{0};
  end.primary = "loss";
  end.has_primary = true;
  return end;
}

CommandEnd exited(int code, const std::string& last_line = "") {
  CommandEnd end = good();
  end.status = Exited{code};
  end.last_line = last_line;
  return end;
}

CommandEnd signalled(int number) {
  CommandEnd end = good();
  end.status = Signalled{number};
  return end;
}

CommandEnd interrupted(Interruption why, const ExitStatus& status) {
  CommandEnd end = good();
  end.status = status;
  end.interruption = why;
  end.interruption_text = "we ended it";
  return end;
}

}  // namespace

TEST_CASE("a program that ends well has done its trial, if it reported", "[command]") {
  CHECK(judge(good()).outcome == Outcome::kDone);
  CHECK(judge(good()).message.empty());
  CommandEnd silent = good();
  silent.has_primary = false;
  CHECK(judge(silent).outcome == Outcome::kError);
  CHECK(judge(silent).message ==
        "it ended with exit status 0 but did not report its primary metric 'loss': let it append "
        "{\"metric\": \"loss\", \"value\": 0.5} to the file that $POLYSWEEP_METRICS_FILE names, or "
        "say "
        "in [capture] of the sweep file where it writes its metrics (docs/protocol.md)");
  silent.reported = {"accuracy", "lss"};
  CHECK_THAT(judge(silent).message,
             Contains("metric 'loss'; reported: accuracy, lss (did you mean 'lss'?)"));
  silent.primary = "val_accuracy";
  silent.reported = {"loss", "val_acc"};
  CHECK_THAT(judge(silent).message,
             Contains("metric 'val_accuracy'; reported: loss, val_acc (did you mean 'val_acc'?)"));
  silent.primary = "loss";
  silent.reported = {};
  silent.rejection = "1 line of its report was rejected: line 1: not JSON";
  CHECK(judge(silent).message.ends_with("(docs/protocol.md); " + silent.rejection));
  CommandEnd careless = good();
  careless.rejection = "2 lines ...";
  CHECK(judge(careless).outcome == Outcome::kDone);
  CHECK(judge(careless).message == "2 lines ...");
}

TEST_CASE("exit statuses have their classes", "[command]") {
  CHECK(judge(exited(1, "ValueError: no")).outcome == Outcome::kError);
  CHECK(judge(exited(1, "ValueError: no")).message ==
        "it failed with exit status 1; its last line: ValueError: no");
  CHECK(judge(exited(kExitStoppedProgram)).outcome == Outcome::kPreempted);
  CHECK(judge(exited(kExitDivergedProgram)).outcome == Outcome::kDiverged);
  CHECK(judge(exited(kExitMemoryProgram)).outcome == Outcome::kOutOfMemory);
  for (const char* line :
       {"torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
        "MemoryError", "  what():  std::bad_alloc", "fork: Cannot allocate memory"}) {
    INFO(line);
    CHECK(judge(exited(1, line)).outcome == Outcome::kOutOfMemory);
    CHECK(judge(exited(0, line)).outcome == Outcome::kDone);
  }
}

TEST_CASE("signals from outside are not the program's fault", "[command]") {
  for (const int number : {SIGKILL, SIGTERM, SIGINT, SIGHUP}) {
    CHECK(judge(signalled(number)).outcome == Outcome::kPreempted);
  }
  for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL, SIGXCPU}) {
    CHECK(judge(signalled(number)).outcome == Outcome::kCrashed);
  }
  CommandEnd end = signalled(SIGKILL);
  end.out_of_memory = true;
  CHECK(judge(end).outcome == Outcome::kOutOfMemory);
  end.status = Exited{128 + SIGKILL};  // as a shell says it of its child
  CHECK(judge(end).outcome == Outcome::kOutOfMemory);
  end.out_of_memory = false;
  CHECK(judge(end).outcome == Outcome::kError);
}

TEST_CASE("what we ended ends as we meant it", "[command]") {
  for (const ExitStatus& status :
       {ExitStatus(Exited{0}), ExitStatus(Signalled{SIGKILL}), ExitStatus(Exited{1})}) {
    CHECK(judge(interrupted(Interruption::kTimeLimit, status)).outcome == Outcome::kTimedOut);
    CHECK(judge(interrupted(Interruption::kNoProgress, status)).outcome == Outcome::kHung);
    CHECK(judge(interrupted(Interruption::kDivergence, status)).outcome == Outcome::kDiverged);
    CHECK(judge(interrupted(Interruption::kDivergence, status)).message == "we ended it");
    // Status 0 after a request to stop does not say that the work is done.
    CHECK(judge(interrupted(Interruption::kStop, status)).outcome == Outcome::kStopped);
  }
  CommandEnd at_its_end = interrupted(Interruption::kStop, Exited{0});
  at_its_end.has_result = true;
  CHECK(judge(at_its_end).outcome == Outcome::kDone);
  at_its_end.status = Exited{kExitStoppedProgram};
  CHECK(judge(at_its_end).outcome == Outcome::kStopped);
  CHECK(judge(interrupted(Interruption::kStop, Exited{kExitDivergedProgram})).outcome ==
        Outcome::kDiverged);
}

TEST_CASE("a program that stops by itself for ever is not run for ever", "[command]") {
  FailureCounts counts;
  counts.preempted = RetryLimits{}.preempted;
  CHECK(next_step(judge(exited(kExitStoppedProgram)).outcome, counts, {}) == NextStep::kRetry);
  ++counts.preempted;
  CHECK(next_step(judge(exited(kExitStoppedProgram)).outcome, counts, {}) == NextStep::kFailed);
}

}  // namespace polysweep
