// A sweep of toy on a test cluster, run by the program as a person runs it.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/support/slurm_cluster.h"

namespace polysweep {

struct ClusterSweepOptions {
  std::vector<std::string> slurm;    // settings of the cluster
  std::string cluster = "cpus = 4";  // content of clusters/test.toml
  int trials = 8;
  int steps = 10;
  int step_ms = 50;
  int checkpoint_every = 0;  // steps
};

class ClusterSweep {
 public:
  explicit ClusterSweep(const ClusterSweepOptions& options);

  const SlurmCluster& cluster() const { return cluster_; }
  std::filesystem::path store() const { return cluster_.shared() / "store"; }
  std::filesystem::path pilots() const { return store() / "pilots" / "toy"; }
  void write_cluster_file(const std::string& content) const;

  // `polysweep COMMAND toy.toml --cluster test`, on the store.
  std::vector<std::string> words(const std::string& command) const;
  CommandEnd submit() const { return run_command(words("submit"), cluster_.environment()); }
  CommandEnd run() const { return run_command(words("run"), cluster_.environment()); }
  // Another command on the store.
  CommandEnd ask(const std::vector<std::string>& words) const;
  nlohmann::json query(const std::string& sql) const;
  // As `polysweep pilots --json` has them.
  nlohmann::json listed_pilots() const;

  // How many trials have a final state.
  int settled() const;
  bool is_complete() const { return settled() == options_.trials; }
  // Fails the test unless every trial is done once, with the same values as in a local run,
  // and nothing is left running on the nodes.
  void check_same_as_local() const;
  // Outcomes of attempts, each once.
  std::set<std::string> outcomes() const;
  // The logs of all pilots, one after the other.
  std::string logs() const;

 private:
  ClusterSweepOptions options_;
  SlurmCluster cluster_;
};

}  // namespace polysweep
