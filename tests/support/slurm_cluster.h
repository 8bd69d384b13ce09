// A real Slurm cluster for one test: started by the script slurm_cluster, stopped with
// the object.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/command_line.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

class SlurmCluster {
 public:
  // Why no cluster can run here; "" if one can.
  static std::string obstacle();

  // `settings`: as the script's, "nodes=2" or "KillWait=5". Throws Error where it does not
  // start.
  explicit SlurmCluster(const std::vector<std::string>& settings = {});
  ~SlurmCluster();
  SlurmCluster(const SlurmCluster&) = delete;
  SlurmCluster& operator=(const SlurmCluster&) = delete;

  // For clients: SLURM_CONF.
  Environment environment() const;
  // A folder that all nodes see, removed with the cluster.
  const std::filesystem::path& shared() const { return folder_.path(); }

  // A command of Slurm: {"squeue", "-h"}.
  CommandEnd command(std::vector<std::string> words) const;
  // Of a daemon or node: "STOP", "CONT", "KILL".
  void signal(const std::string& name, const std::string& signal) const;
  void power_off(const std::string& node) const;
  void revive(const std::string& name) const;
  CommandEnd on(const std::string& node, const std::vector<std::string>& words) const;
  // How many jobs Slurm has that may run or are running.
  std::size_t jobs() const;

 private:
  CommandEnd script(std::vector<std::string> words) const;

  TemporaryFolder folder_;
};

// Waits up to `seconds` until `condition` holds; returns whether it does.
bool wait_until(double seconds, const std::function<bool()>& condition);

}  // namespace polysweep

// Ends the test case as skipped where no cluster can run.
#define POLYSWEEP_NEED_SLURM()                                                             \
  if (const std::string obstacle = polysweep::SlurmCluster::obstacle(); !obstacle.empty()) \
  POLYSWEEP_SKIP(obstacle.c_str())
