#include "runners/host/retry_policy.h"

#include "tests/support/catch.h"

namespace polysweep {

namespace {

// The steps after one such end, after two, ...
std::vector<NextStep> steps(Outcome outcome, int times) {
  std::vector<NextStep> result;
  FailureCounts counts;
  for (int i = 0; i < times; ++i) {
    counts.add(outcome);
    if (outcome == Outcome::kPreempted) ++counts.preempted;
    result.push_back(next_step(outcome, counts, RetryLimits{}));
  }
  return result;
}

using Steps = std::vector<NextStep>;
constexpr NextStep kRetry = NextStep::kRetry;
constexpr NextStep kAlone = NextStep::kRetryAlone;
constexpr NextStep kFailed = NextStep::kFailed;
constexpr NextStep kSettled = NextStep::kSettled;

}  // namespace

TEST_CASE("each class of failure is retried as often as promised", "[retry]") {
  CHECK(steps(Outcome::kDone, 1) == Steps{kSettled});
  CHECK(steps(Outcome::kDiverged, 1) == Steps{kSettled});
  CHECK(steps(Outcome::kError, 1) == Steps{kFailed});
  CHECK(steps(Outcome::kCrashed, 3) == Steps{kRetry, kRetry, kFailed});
  CHECK(steps(Outcome::kOutOfMemory, 2) == Steps{kAlone, kFailed});
  CHECK(steps(Outcome::kHung, 2) == Steps{kRetry, kFailed});
  CHECK(steps(Outcome::kTimedOut, 2) == Steps{kRetry, kFailed});
  CHECK(steps(Outcome::kStopped, 50) == Steps(50, kRetry));
  CHECK(steps(Outcome::kHostLost, 50) == Steps(50, kRetry));
}

TEST_CASE("a trial whose worker is killed again and again fails at last", "[retry]") {
  Steps expected(10, kRetry);
  expected.push_back(kFailed);
  CHECK(steps(Outcome::kPreempted, 11) == expected);
}

TEST_CASE("hung and timed out share one retry, other failures do not count for them", "[retry]") {
  FailureCounts counts;
  counts.add(Outcome::kCrashed);
  counts.add(Outcome::kHung);
  CHECK(next_step(Outcome::kHung, counts, RetryLimits{}) == kRetry);
  counts.add(Outcome::kTimedOut);
  CHECK(next_step(Outcome::kTimedOut, counts, RetryLimits{}) == kFailed);
}

TEST_CASE("three trials that fail alike at the beginning stop the sweep", "[retry]") {
  CircuitBreaker breaker;
  breaker.settled(Outcome::kError, "no file /data/a1 (id 17)");
  breaker.settled(Outcome::kError, "no file /data/b2 (id 18)");
  CHECK_FALSE(breaker.sentence());
  breaker.settled(Outcome::kError, "no file /data/c3 (id 19)");
  CHECK(breaker.sentence() ==
        "the first 3 trials all failed in the same way, so no more are started: "
        "no file /data/a1 (id 17)");
}

TEST_CASE("failures that differ only in counts are alike", "[retry]") {
  CircuitBreaker breaker;
  breaker.settled(
      Outcome::kError,
      "it reported an unknown metric 'acc'; 1 line of its report was rejected: line 1: x");
  breaker.settled(Outcome::kError,
                  "it reported an unknown metric 'acc'; 3 lines of its report were rejected, the "
                  "first: line 1: x");
  CHECK_FALSE(breaker.sentence());
  breaker.settled(Outcome::kError,
                  "it reported an unknown metric 'acc'; 2 lines of its report were rejected, the "
                  "first: line 2: x");
  CHECK(breaker.sentence().has_value());
}

TEST_CASE("the sweep continues after anything else", "[retry]") {
  const auto goes_on = [](Outcome second, const char* message) {
    CircuitBreaker breaker;
    breaker.settled(Outcome::kError, "it broke");
    breaker.settled(second, message);
    for (int i = 0; i < 5; ++i) breaker.settled(Outcome::kError, "it broke");
    return !breaker.sentence().has_value();
  };
  CHECK(goes_on(Outcome::kDone, ""));
  CHECK(goes_on(Outcome::kDiverged, ""));
  CHECK(goes_on(Outcome::kError, "it broke otherwise"));
  CHECK(goes_on(Outcome::kCrashed, "it broke"));
  CHECK_FALSE(goes_on(Outcome::kError, "it broke"));
  CHECK_FALSE(CircuitBreaker(0).sentence());
}

}  // namespace polysweep
