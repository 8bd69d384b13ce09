// The cluster that the other tests run on.
#include <fstream>
#include <sstream>

#include "tests/support/catch.h"
#include "tests/support/slurm_cluster.h"

namespace polysweep {
namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("nodes of a test cluster have names, process ids and GPUs of their own", "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  const SlurmCluster cluster({"nodes=2"});
  const std::string out = (cluster.shared() / "out-%N").string();
  for (const char* node : {"node1", "node2"}) {
    REQUIRE(cluster
                .command({"sbatch", "--parsable", "--gres=gpu:1", "-w", node, "-o", out, "--wrap",
                          "echo $(hostname) $CUDA_VISIBLE_DEVICES; test $$ -lt 1000 && echo small"})
                .status == 0);
  }
  CHECK(wait_until(20, [&] { return cluster.jobs() == 0; }));
  CHECK(content(cluster.shared() / "out-node1") == "node1 0\nsmall\n");
  CHECK(content(cluster.shared() / "out-node2") == "node2 0\nsmall\n");
}

TEST_CASE("a node of a test cluster that is powered off loses its job, and comes back",
          "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  const SlurmCluster cluster({"nodes=1", "SlurmdTimeout=3", "MessageTimeout=2", "TCPTimeout=1"});
  REQUIRE(
      cluster.command({"sbatch", "--no-requeue", "-o", "/dev/null", "--wrap", "sleep 77"}).status ==
      0);
  const auto sleeps = [&] {
    return cluster.on("node1", {"sh", "-c", "cat /proc/*/cmdline | tr '\\0' ' '"})
               .output.find("sleep 77") != std::string::npos;
  };
  REQUIRE(wait_until(20, sleeps));
  cluster.power_off("node1");
  CHECK(wait_until(30, [&] { return cluster.jobs() == 0; }));
  cluster.revive("node1");
  CHECK_FALSE(sleeps());
  CHECK(wait_until(30, [&] {
    return cluster.command({"sinfo", "-h", "-p", "main", "-o", "%T"}).output == "idle\n";
  }));
}

}  // namespace polysweep
