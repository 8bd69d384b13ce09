#include "runners/host/machine_breaker.h"

#include "tests/support/catch.h"

namespace polysweep {

namespace {

// Trials of a plan with the factors lr and width, as a host settles them.
struct Run {
  explicit Run(int k = 5) : breaker(k) {}
  void settle(Outcome outcome, double lr, int width, const std::string& message = "") {
    Parameters levels;
    levels.set("lr", Value(lr));
    levels.set("width", Value(width));
    TrialId id;
    id.bytes[0] = ++count;
    breaker.settled({id, 2}, outcome, message, levels);
  }
  void done(double lr, int width) { settle(Outcome::kDone, lr, width); }
  void fail(double lr, int width, const std::string& message = "no device 7") {
    settle(Outcome::kError, lr, width, message);
  }
  bool stops() const { return breaker.sentence().has_value(); }

  MachineBreaker breaker;
  std::uint8_t count = 0;
};

}  // namespace

TEST_CASE("a host whose last five trials fail alike stops, and they are pending again",
          "[machine]") {
  Run run;
  run.done(0.1, 1);
  for (int width = 1; width <= 4; ++width) run.fail(0.1, width);
  CHECK_FALSE(run.stops());
  CHECK(run.breaker.take_failed().empty());
  run.fail(0.2, 1, "no device 8");
  REQUIRE(run.stops());
  CHECK(*run.breaker.sentence() ==
        "the last 5 trials of this run failed in the same way and none was done in between, so it "
        "starts no more; they are pending again: no device 7");
  const std::vector<FailedTrial> failed = run.breaker.take_failed();
  REQUIRE(failed.size() == 5);
  CHECK(failed[0].id.bytes[0] == 2);
  CHECK(failed[0].attempts == 2);
  // What still runs while it stops, and fails alike, is pending again, too.
  run.fail(0.2, 2);
  CHECK(run.breaker.take_failed().size() == 1);
  run.fail(0.2, 2, "something else");
  run.done(0.2, 3);
  CHECK(run.breaker.take_failed().empty());
  CHECK(run.stops());
}

TEST_CASE("a trial that is done in between starts the count again", "[machine]") {
  Run run;
  for (int i = 0; i < 20; ++i) {
    for (int width = 1; width <= 4; ++width) run.fail(0.1, width);
    run.settle(i % 2 == 0 ? Outcome::kDone : Outcome::kDiverged, 0.1, 5);
  }
  CHECK_FALSE(run.stops());
  for (int i = 0; i < 20; ++i) run.fail(0.1, 1 + i % 5, i % 2 == 0 ? "this" : "that");
  CHECK_FALSE(run.stops());
}

TEST_CASE("a level that always fails does not stop the host", "[machine]") {
  Run run;
  for (int width = 1; width <= 9; ++width) run.done(0.1, width);
  for (int i = 0; i < 40; ++i) run.fail(9.0, 1 + i % 9);
  CHECK_FALSE(run.stops());
  CHECK(run.breaker.take_failed().empty());
  SECTION("another level fails alike") {
    run.fail(0.1, 1);
    CHECK(run.stops());
    CHECK(run.breaker.take_failed().size() == 41);
  }
  SECTION("the next level has results") {
    run.done(0.2, 1);
    for (int width = 1; width <= 4; ++width) run.fail(9.0, width);
    CHECK_FALSE(run.stops());
  }
}

TEST_CASE("a cell that had results and then always fails stops the host", "[machine]") {
  Run run;
  run.done(0.1, 1);
  for (int i = 0; i < 4; ++i) run.fail(0.1, 1);
  CHECK_FALSE(run.stops());
  run.fail(0.1, 1);
  CHECK(run.stops());
}

TEST_CASE("a breaker of 0 failures never opens, nor before a trial fails", "[machine]") {
  Run never(0);
  for (int i = 0; i < 40; ++i) never.fail(i, i);
  CHECK_FALSE(never.stops());
  CHECK_FALSE(never.breaker.blames_machine());
  Run run;
  CHECK_FALSE(run.breaker.blames_machine());
  run.fail(0.1, 1);
  run.fail(0.2, 2);
  CHECK(run.breaker.blames_machine());
  run.breaker.open();
  CHECK(run.breaker.take_failed().size() == 2);
}

}  // namespace polysweep
