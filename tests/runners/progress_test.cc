#include "runners/host/progress.h"

#include <unistd.h>

#include "tests/support/catch.h"

namespace polysweep {

namespace {

class HandClock : public Clock {
 public:
  double monotonic_s() const override { return now_s; }
  std::int64_t wall_us() const override { return 0; }
  double now_s = 100;
};

// What was printed to a file.
class Printed {
 public:
  Printed() : file_(std::tmpfile()) {}
  ~Printed() { std::fclose(file_); }
  std::FILE* file() { return file_; }
  std::string text() {
    std::fflush(file_);
    std::rewind(file_);
    std::string all;
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) all += static_cast<char>(c);
    return all;
  }

 private:
  std::FILE* file_;
};

ProgressCounts some_counts() {
  ProgressCounts counts;
  counts.planned = 40;
  counts.done = 12;
  counts.running = 2;
  counts.failed = 1;
  counts.trials_per_s = 3.21;
  counts.left_s = 80;
  return counts;
}

AttemptFailure some_failure() {
  AttemptFailure failure;
  failure.trial = TrialId::from_hex("0123456789abcdef0123456789abcdef");
  failure.attempt = 2;
  failure.outcome = Outcome::kCrashed;
  failure.message = "signal 11\n\x1b[31m";
  return failure;
}

}  // namespace

TEST_CASE("progress is said in one line", "[progress]") {
  CHECK(progress_text(some_counts()) ==
        "12/40 done, 2 running, 1 failed, 3.2 trials/s, 1m 20s left");
  ProgressCounts slow;
  slow.planned = 3;
  slow.diverged = 1;
  slow.trials_per_s = 0.01;
  CHECK(progress_text(slow) == "0/3 done, 1 diverged, 1m 40s a trial");
}

TEST_CASE("a failure names its trial and what comes of it", "[progress]") {
  AttemptFailure failure = some_failure();
  CHECK(failure_text(failure) ==
        "trial 0123456789ab attempt 2: crashed (will be run again): signal 11  [31m");
  failure.final = true;
  failure.message.clear();
  CHECK(failure_text(failure) == "trial 0123456789ab attempt 2: crashed");
}

TEST_CASE("durations are short", "[progress]") {
  CHECK(duration_text(0.85) == "850 ms");
  CHECK(duration_text(12.4) == "12 s");
  CHECK(duration_text(185) == "3m 05s");
  CHECK(duration_text(7800) == "2h 10m");
  CHECK(duration_text(3 * 86400 + 4 * 3600) == "3d 4h");
}

TEST_CASE("the status line is rewritten at most 10 times a second", "[progress]") {
  Printed out;
  HandClock clock;
  StatusLine line(out.file(), clock, 20);
  line.update(some_counts());
  clock.now_s += 0.05;
  line.update(some_counts());
  clock.now_s += 0.06;
  line.update(some_counts());
  CHECK(out.text() == "\r\x1b[K12/40 done, 2 runni\r\x1b[K12/40 done, 2 runni");
}

TEST_CASE("failures scroll away above the status line", "[progress]") {
  Printed out;
  HandClock clock;
  StatusLine line(out.file(), clock, 12);
  line.update(some_counts());
  line.notice("stopping");
  line.finished(some_counts());
  CHECK(out.text() ==
        "\r\x1b[K12/40 done,\r\x1b[Kstopping\n\r\x1b[K12/40 done,\r\x1b[K12/40 done,\n");
}

TEST_CASE("plain lines come every few seconds and for each failure", "[progress]") {
  Printed out;
  HandClock clock;
  PlainLines lines(out.file(), clock, 5);
  lines.update(some_counts());
  clock.now_s += 5;
  lines.update(some_counts());
  lines.failure(some_failure());
  const std::string text = progress_text(some_counts());
  CHECK(out.text() == text + "\n" + failure_text(some_failure()) + "\n");
}

TEST_CASE("a file is told of progress in plain lines", "[progress]") {
  Printed out;
  CHECK(dynamic_cast<PlainLines*>(make_progress(out.file()).get()) != nullptr);
}

}  // namespace polysweep
