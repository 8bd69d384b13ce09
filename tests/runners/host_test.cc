#include "runners/host/host.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "framework/core/error.h"
#include "runners/store/store_layout.h"
#include "tests/runners/toy_host.h"
#include "tests/support/catch.h"

namespace polysweep {

TEST_CASE("all trials are run once and their results stand in the journal", "[host]") {
  ToyHost host;
  host.add(300, "x=2 shift=1 steps=2");
  const HostResult result = host.run();
  CHECK(result.done == 300);
  CHECK(result.failed + result.diverged + result.retried == 0);
  CHECK_FALSE(result.stopped);
  host.check_journal();
  for (const std::size_t i : {0, 150, 299}) {
    CHECK(host.only_end(i).outcome == Outcome::kDone);
    CHECK(host.only_end(i).peak_memory_bytes > 1e5);
    CHECK(host.metric(i, 1, "objective") == 2.0);  // (2 - 1)^2 + (0 + 1)^2
    CHECK(host.metric(i, 1, "loss") == 2.5);
    CHECK(host.metric(i, 1, "loss_sum") == 5.5);
  }
  const std::vector<Event> events = host.events();
  CHECK(std::get<HostStarted>(events.front()).host == "here");
  CHECK(std::get<HostStopped>(events.back()).reason == "finished");
  CHECK(host.progress.last.done == 300);
  CHECK(own_children().empty());
}

TEST_CASE("an empty list is a run that ends at once", "[host]") {
  ToyHost host;
  CHECK(host.run().done == 0);
  CHECK(own_children().empty());
}

TEST_CASE("a worker's provenance names its pinned environment", "[host]") {
  ToyHost host(1);
  host.add("x=1");
  host.run();
  const std::vector<Event> events = host.events();
  const auto seen = std::find_if(events.begin(), events.end(), [](const Event& event) {
    return std::holds_alternative<ProvenanceSeen>(event);
  });
  REQUIRE(seen != events.end());
  const std::string& json = std::get<ProvenanceSeen>(*seen).json;
  CHECK_THAT(json, Contains("\"env.OMP_NUM_THREADS\":\"1\""));
  CHECK_THAT(json, Contains("\"machine.cpus_visible\":\"1\""));
}

TEST_CASE("a trial without a checkpoint makes no folder", "[host]") {
  ToyHost host;
  host.add("x=1");
  host.add("x=2 steps=4 checkpoint_every=2");
  CHECK(host.run().done == 2);
  CHECK_FALSE(std::filesystem::exists(trial_folder(host.folder(), host.trials()[0].id)));
  CHECK(std::filesystem::exists(trial_folder(host.folder(), host.trials()[1].id)));
}

TEST_CASE("a worker of another build or catalogue is refused with both named", "[host]") {
  ToyHost host;
  host.add("x=1");
  const std::string build = host.options.worker.build;
  host.options.worker.build = "another build";
  CHECK_THROWS_WITH(host.run(), Contains("is of build " + build) &&
                                    Contains("was planned with build another build"));
  host.options.worker.build = build;
  host.options.worker.catalogue_digest = "0123";
  CHECK_THROWS_WITH(host.run(), Contains("has the catalogue") && Contains("planned with 0123"));
  CHECK(own_children().empty());
}

TEST_CASE("a worker program that is not there is an error that says where", "[host]") {
  ToyHost host;
  host.add("x=1");
  host.options.worker.program = "/no/such/worker";
  CHECK_THROWS_WITH(host.run(), Contains("worker program /no/such/worker not found"));
}

TEST_CASE("a worker that dies at its start three times is an error with its output", "[host]") {
  ToyHost host;
  host.add("x=1");
  host.options.worker.program = "/bin/sh";
  host.options.worker.arguments = {"-c", "echo library not found; exit 127"};
  CHECK_THROWS_WITH(host.run(), Contains("ended 3 times in a row before a trial started") &&
                                    Contains("exit status 127") && Contains("library not found"));
}

TEST_CASE("a worker that never connects is given up", "[host]") {
  ToyHost host(1);
  host.add("x=1");
  host.options.worker.program = "/bin/sh";
  host.options.worker.arguments = {"-c", "sleep 1000"};
  host.options.limits.worker.start_s = 0.1;
  CHECK_THROWS_WITH(host.run(), Contains("did not connect within 0.1 s"));
  CHECK(own_children().empty());
}

TEST_CASE("a worker that sends an invalid message at its start is an error", "[host]") {
  ToyHost host(1);
  host.add("x=1");
  host.options.worker.program = "/bin/sh";
  host.options.worker.arguments = {"-c", "echo 'Good morning to you all' >&3; sleep 1000"};
  CHECK_THROWS_WITH(host.run(), Contains("sent an invalid message"));
}

TEST_CASE("two hosts cannot write one journal", "[host]") {
  ToyHost host;
  const Host first(system_files(), host.options);
  CHECK_THROWS_AS(Host(system_files(), host.options), Error);
}

}  // namespace polysweep
