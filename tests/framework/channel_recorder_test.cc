#include "framework/worker/channel_recorder.h"

#include <sys/socket.h>
#include <unistd.h>

#include "framework/core/error.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

// A worker's end of a channel, and the host's.
struct Ends {
  int fds[2] = {-1, -1};

  Ends() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0); }
  ~Ends() {
    ::close(fds[0]);
    ::close(fds[1]);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
};

struct Recording {
  Ends ends;
  Channel worker{ends.fds[0]};
  Channel host{ends.fds[1]};
  ChannelRecorder recorder{worker};

  std::vector<MetricsRecorded> metrics() {
    std::vector<MetricsRecorded> out;
    while (std::optional<Message> message = host.receive()) {
      if (auto* one = std::get_if<MetricsRecorded>(&*message)) out.push_back(std::move(*one));
    }
    return out;
  }
};

ExperimentSpec with_own_clock() {
  ExperimentSpec spec;
  spec.clock = "updates";
  MetricSpec loss;
  loss.name = "loss";
  loss.step = "updates";
  MetricSpec accuracy;
  accuracy.name = "accuracy";
  accuracy.step = "length";
  spec.metrics = {loss, accuracy};
  return spec;
}

}  // namespace

TEST_CASE("a resumption after a metric is refused, whether the metric was sent or not",
          "[recorder]") {
  for (const bool sent : {false, true}) {
    Recording it;
    it.recorder.begin(TrialId{}, 1, nullptr);
    it.recorder.metric("loss", 1, 0.5);
    if (sent) it.recorder.tick(false);
    CHECK_THROWS_WITH(it.recorder.resumed(1), Contains("before any metric"));
  }
}

TEST_CASE("a resumption after a text, or a second one, is refused", "[recorder]") {
  Recording it;
  it.recorder.begin(TrialId{}, 1, nullptr);
  it.recorder.text("notice", 1, "resumed");
  CHECK_THROWS_WITH(it.recorder.resumed(1), Contains("before any metric or text"));
  it.recorder.begin(TrialId{}, 2, nullptr);
  it.recorder.resumed(1);
  CHECK_THROWS_WITH(it.recorder.resumed(2), Contains("once"));
  it.recorder.begin(TrialId{}, 3, nullptr);
  it.recorder.resumed(3);
}

TEST_CASE("an attempt of a command says where it resumed after the points that it tells again",
          "[recorder]") {
  ExperimentSpec spec = with_own_clock();
  spec.command.emplace();
  Recording it;
  it.recorder.begin(TrialId{}, 2, &spec);
  it.recorder.metric("loss", 1, 0.5);
  it.recorder.resumed(1);
  CHECK(it.metrics().size() == 1);  // sent before the resumption
  CHECK_THROWS_WITH(it.recorder.resumed(1), Contains("once"));
}

TEST_CASE("metrics say whether their steps count the clock of checkpoints", "[recorder]") {
  const ExperimentSpec spec = with_own_clock();
  Recording it;
  it.recorder.begin(TrialId{}, 1, &spec);
  it.recorder.metric("loss", 1, 0.5);
  it.recorder.metric("accuracy", 40, 0.25);
  it.recorder.metric("undeclared", 1, 2);
  it.recorder.tick(false);
  const std::vector<MetricsRecorded> metrics = it.metrics();
  REQUIRE(metrics.size() == 1);
  CHECK(metrics[0].names == std::vector<MetricName>{"loss", {"accuracy", true}, "undeclared"});
}

TEST_CASE("the names of one trial are known to the next on the same channel", "[recorder]") {
  Recording it;
  for (std::uint8_t trial = 1; trial <= 3; ++trial) {
    TrialId id;
    id.bytes[0] = trial;
    it.recorder.begin(id, 1, nullptr);
    it.recorder.metric("a rather long name of a metric", trial, trial);
    AttemptEnded ended;
    ended.trial = id;
    it.recorder.end(ended, false);
    const std::vector<MetricsRecorded> metrics = it.metrics();
    REQUIRE(metrics.size() == 1);
    CHECK(metrics[0].trial == id);
    CHECK(metrics[0].names.at(0).text == "a rather long name of a metric");
    CHECK(metrics[0].points.at(0).value == trial);
  }
}

}  // namespace polysweep
