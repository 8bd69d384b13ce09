// Sweeps by pilots on a real Slurm cluster, undisturbed and interrupted by Slurm.
#include <signal.h>

#include "tests/cluster/cluster_sweep.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::set<std::string> nodes_of(const nlohmann::json& pilots) {
  std::set<std::string> nodes;
  for (const auto& pilot : pilots) nodes.insert(pilot.at("node").get<std::string>());
  return nodes;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

}  // namespace

TEST_CASE("four pilots on four nodes give what a local run gives", "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.cluster = "cpus = 4\npilots = 4\nbefore = [\"export SHOWN='a b'\"]";
  options.trials = 64;
  options.step_ms = 100;
  const ClusterSweep sweep(options);
  const CommandEnd end = sweep.run();
  INFO(end.output << end.error << sweep.logs());
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("submitted 4 pilots to cluster test"));
  CHECK_THAT(end.output, Contains("64 trials: 64 done"));
  CHECK(nodes_of(sweep.listed_pilots()) ==
        std::set<std::string>{"node1", "node2", "node3", "node4"});
  CHECK(sweep.outcomes() == std::set<std::string>{"done"});
  sweep.check_same_as_local();
  // Nothing is left: nothing is submitted.
  const CommandEnd again = sweep.submit();
  CHECK(again.status == 0);
  CHECK(sweep.listed_pilots().size() == 4);
}

TEST_CASE("pilots stop before their time is over, and others continue", "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.cluster = "cpus = 2\npilots = 1\ntime = \"00:01:00\"\nwarning = 52";
  options.trials = 4;
  options.steps = 120;
  options.step_ms = 100;
  options.checkpoint_every = 1;
  const ClusterSweep sweep(options);
  REQUIRE(sweep.submit().status == 0);
  // Nobody but the pilots themselves submits those that continue.
  const bool complete = wait_until(120, [&] { return sweep.is_complete(); });
  INFO(sweep.logs() << sweep.ask({"pilots", "toy"}).output);
  REQUIRE(complete);
  CHECK(sweep.listed_pilots().size() >= 2);
  CHECK_THAT(sweep.logs(), Contains("its time was over") && Contains("submitted 1 pilot"));
  CHECK(sweep.outcomes() == std::set<std::string>{"done", "stopped"});
  // Half of each trial was not repeated.
  CHECK(sweep.query("SELECT * FROM attempts WHERE attempt = 2 AND elapsed_s < 10").size() >= 2);
  sweep.check_same_as_local();
}

TEST_CASE("preempted pilots resume, and their trials lose no retry", "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=2"};
  options.cluster = "partition = \"scavenge\"\ncpus = 4\npilots = 2";
  options.trials = 8;
  options.steps = 250;
  options.step_ms = 100;
  options.checkpoint_every = 1;
  const ClusterSweep sweep(options);
  REQUIRE(sweep.submit().status == 0);
  REQUIRE(wait_until(
      30, [&] { return sweep.query("SELECT * FROM attempts WHERE points > 10").size() >= 8; }));
  const CommandEnd urgent =
      sweep.cluster().command({"sbatch", "--parsable", "-p", "urgent", "-N", "2", "--exclusive",
                               "-o", "/dev/null", "--wrap", "sleep 3"});
  REQUIRE(urgent.status == 0);
  const bool complete = wait_until(150, [&] { return sweep.is_complete(); });
  INFO(sweep.logs() << sweep.ask({"pilots", "toy"}).output);
  REQUIRE(complete);
  CHECK_THAT(sweep.logs(), Contains("it was asked to stop"));
  // The same jobs, started twice, each with one log of both starts.
  CHECK(sweep.listed_pilots().size() == 2);
  CHECK(count(sweep.logs(), "pilot pilot-") >= 6);
  CHECK(sweep.query("SELECT * FROM attempts WHERE attempt = 2 AND elapsed_s < 24").size() == 8);
  CHECK(sweep.query("SELECT * FROM attempts WHERE final AND attempt > 2").empty());
  CHECK(sweep.outcomes() == std::set<std::string>{"done", "stopped"});
  sweep.check_same_as_local();
}

}  // namespace polysweep
