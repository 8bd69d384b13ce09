#include "runners/host/trial_queue.h"

#include "tests/support/catch.h"

namespace polysweep {

namespace {

TrialToRun trial(std::size_t index) {
  TrialToRun result;
  result.index = index;
  return result;
}

}  // namespace

TEST_CASE("trials come in order, those put back first", "[queue]") {
  TrialQueue queue({trial(0), trial(1), trial(2)});
  CHECK(queue.take()->index == 0);
  CHECK(queue.take()->index == 1);
  queue.put_back(trial(1));
  queue.put_back(trial(0));
  CHECK(queue.size() == 3);
  CHECK(queue.take()->index == 0);
  CHECK(queue.take()->index == 1);
  CHECK(queue.take()->index == 2);
  CHECK_FALSE(queue.take());
  CHECK(queue.empty());
}

TEST_CASE("trials that must run alone wait for their device", "[queue]") {
  TrialQueue queue;
  queue.put_alone(1, trial(7));
  CHECK_FALSE(queue.empty());
  CHECK(queue.ordinary() == 0);
  CHECK_FALSE(queue.take());
  CHECK_FALSE(queue.wants_alone(0));
  CHECK_FALSE(queue.take_alone(0));
  CHECK(queue.wants_alone(1));
  CHECK(queue.take_alone(1)->index == 7);
  CHECK(queue.empty());
}

TEST_CASE("the shorter trials are, the more a worker has at hand", "[queue]") {
  LookAhead ahead;
  CHECK(ahead.depth() == 1);
  ahead.trial_took(0.001);
  CHECK(ahead.depth() == 6);
  ahead.sync_took(0.005);
  CHECK(ahead.depth() == 11);
  for (int i = 0; i < 200; ++i) ahead.trial_took(0.000001);
  CHECK(ahead.depth() == 512);
  ahead.trial_took(60);
  CHECK(ahead.depth() == 1);
}

}  // namespace polysweep
