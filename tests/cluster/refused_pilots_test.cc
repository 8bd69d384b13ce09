// Pilots that Slurm refuses, or that cannot work: what is said, and what is not done.
#include "tests/cluster/cluster_sweep.h"
#include "tests/support/catch.h"

namespace polysweep {

TEST_CASE("Slurm's refusals are quoted, with what it has", "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=1"};
  const ClusterSweep sweep(options);
  struct Case {
    const char* file;
    const char* quoted;
  };
  for (const Case& each : {
           Case{"partition = \"nowhere\"", "nvalid partition"},
           Case{"partition = \"short\"\ntime = \"01:00:00\"", "time limit"},
           Case{"gpus = 9", "node configuration is not available"},
           Case{"gpus = \"a100:1\"", "sbatch refused"},
           Case{"cpus = 64", "sbatch refused"},
           Case{"options = [\"--no-such-option\"]", "no-such-option"},
       }) {
    sweep.write_cluster_file(each.file);
    const CommandEnd end = sweep.submit();
    CAPTURE(each.file, end.output, end.error);
    CHECK(end.status == 1);
    CHECK_THAT(end.error, Contains(each.quoted) && Contains("sbatch refused a pilot"));
    CHECK_THAT(end.error,
               Contains("clusters/test.toml") && Contains("PARTITION") && Contains("scavenge"));
    CHECK(sweep.cluster().jobs() == 0);
  }
  CHECK(sweep.query("SELECT * FROM attempts").empty());
}

TEST_CASE("three pilots that never start stop the submission, with their last lines",
          "[cluster][slow]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=1"};
  options.cluster = "pilots = 3\nbefore = [\"echo 'no module named cuda' >&2\", \"exit 4\"]";
  const ClusterSweep sweep(options);
  const CommandEnd end = sweep.run();
  INFO(end.output << end.error);
  CHECK(end.status == 1);
  CHECK_THAT(end.error,
             Contains("the last 3 pilots finished no trial") && Contains("no module named cuda"));
  CHECK(sweep.cluster().jobs() == 0);
  CHECK(sweep.query("SELECT * FROM attempts").empty());
}

TEST_CASE("a sweep that is stopped has no pilots any more, and resumes", "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=1"};
  options.cluster = "cpus = 4\npilots = 3";
  options.trials = 16;
  options.steps = 40;
  options.step_ms = 100;
  options.checkpoint_every = 1;
  const ClusterSweep sweep(options);
  REQUIRE(sweep.submit().status == 0);
  REQUIRE(sweep.cluster()
              .command(
                  {"sbatch", "-J", "other", "--begin=now+600", "-o", "/dev/null", "--wrap", "true"})
              .status == 0);
  REQUIRE(wait_until(
      30, [&] { return sweep.query("SELECT * FROM attempts WHERE points > 5").size() >= 4; }));
  const CommandEnd end = sweep.ask({"stop", "toy"});
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("cancelled 2 pilots that waited"));
  CHECK(wait_until(20, [&] { return sweep.cluster().jobs() == 1; }));  // not this sweep's
  CHECK_FALSE(sweep.is_complete());
  sweep.cluster().command({"scancel", "--name", "other"});
  const CommandEnd resumed = sweep.run();
  INFO(resumed.output << resumed.error);
  CHECK(resumed.status == 0);
  sweep.check_same_as_local();
}

}  // namespace polysweep
