// `polysweep cluster check`, and where the database of a store lies.
#include <filesystem>
#include <fstream>

#include "tests/cluster/cluster_sweep.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

// In a folder of its own, whose clusters/test.toml is `content`.
CommandEnd check(const ClusterSweep& sweep, const std::string& content) {
  sweep.write_cluster_file(content);
  Environment environment = sweep.cluster().environment();
  const fs::path config = sweep.cluster().shared() / "config";
  fs::create_directories(config / "polysweep" / "clusters");
  fs::copy_file(sweep.cluster().shared() / "clusters" / "test.toml",
                config / "polysweep" / "clusters" / "test.toml",
                fs::copy_options::overwrite_existing);
  environment.emplace_back("XDG_CONFIG_HOME", config.string());
  return run_command({std::string(POLYSWEEP_PROGRAMS) + "/polysweep", "cluster", "check", "test",
                      "--store", sweep.store().string(), "--worker",
                      std::string(POLYSWEEP_PROGRAMS) + "/polysweep-plain-worker", "--wait", "30"},
                     environment);
}

}  // namespace

TEST_CASE("cluster check tries a cluster file with ten trials", "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=1"};
  const ClusterSweep sweep(options);
  const CommandEnd good = check(sweep, "cpus = 2");
  INFO(good.output << good.error);
  CHECK(good.status == 0);
  CHECK_THAT(good.output, Contains("cluster test works: 10 trials on node1"));
  CHECK(fs::is_empty(sweep.store()));
  const CommandEnd refused = check(sweep, "cpus = 99");
  CHECK(refused.status == 1);
  CHECK_THAT(refused.error, Contains("sbatch refused a pilot"));
  const CommandEnd early = check(sweep, "before = [\"echo no such module\", \"exit 1\"]");
  CHECK(early.status == 1);
  CHECK_THAT(early.error, Contains("ended before its pilot started; it printed:\nno such module"));
}

TEST_CASE("cluster check says that nodes do not see the store", "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=1"};
  const ClusterSweep sweep(options);
  fs::create_directories(sweep.store());
  REQUIRE(sweep.cluster()
              .on("node1", {"mount", "-t", "tmpfs", "none", sweep.store().string()})
              .status == 0);
  const CommandEnd end = check(sweep, "cpus = 1");
  INFO(end.output << end.error);
  CHECK(end.status == 1);
  CHECK_THAT(end.error, Contains("without any output: the nodes do not see"));
}

TEST_CASE("a sweep's database can lie elsewhere than its store", "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=1"};
  options.cluster = "cpus = 4";
  const ClusterSweep sweep(options);
  const std::string local = (sweep.cluster().shared() / "local-disk").string();
  std::vector<std::string> words = sweep.words("run");
  words.insert(words.end(), {"--database", local});
  const CommandEnd end = run_command(words, sweep.cluster().environment());
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK_FALSE(fs::exists(sweep.store() / "polysweep.db"));
  CHECK(sweep.ask({"status", "toy", "--database", local}).status == 0);
  // Another reader has one of its own.
  const std::string other = (sweep.cluster().shared() / "other-disk").string();
  CHECK(sweep.ask({"status", "toy", "--database", other}).status == 0);
  CHECK(sweep.ask({"rebuild", "--database", other}).status == 0);
  CHECK_FALSE(fs::exists(sweep.store() / "polysweep.db"));
}

}  // namespace polysweep
