#include "tests/support/slurm_cluster.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "framework/core/error.h"

namespace polysweep {
namespace {

const std::string kScript = std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/support/slurm_cluster";

}  // namespace

std::string SlurmCluster::obstacle() {
  const CommandEnd end = run_command({kScript, "can-run"});
  if (end.status == 0) return "";
  std::string reason = "no Slurm cluster: " + end.output + end.error;
  while (!reason.empty() && reason.back() == '\n') reason.pop_back();
  return reason;
}

CommandEnd SlurmCluster::script(std::vector<std::string> words) const {
  words.insert(words.begin(), kScript);
  words.insert(words.begin() + 2, (folder_.path() / "slurm").string());
  CommandEnd end = run_command(words);
  if (end.status != 0 && words[1] != "on") {
    fail("slurm_cluster {} failed: {}{}", words[1], end.output, end.error);
  }
  return end;
}

SlurmCluster::SlurmCluster(const std::vector<std::string>& settings) {
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  std::vector<std::string> words = {"start"};
  words.insert(words.end(), settings.begin(), settings.end());
  script(words);
}

SlurmCluster::~SlurmCluster() {
  try {
    script({"stop"});
  } catch (const Error&) {
    // The test has its result.
  }
}

Environment SlurmCluster::environment() const {
  return {{"SLURM_CONF", (folder_.path() / "slurm" / "slurm.conf").string()}};
}

CommandEnd SlurmCluster::command(std::vector<std::string> words) const {
  words.insert(words.begin(), "/usr/bin/env");
  return run_command(words, environment());
}

void SlurmCluster::signal(const std::string& name, const std::string& signal) const {
  script({"signal", name, signal});
}

void SlurmCluster::power_off(const std::string& node) const { script({"power-off", node}); }

void SlurmCluster::revive(const std::string& name) const { script({"revive", name}); }

CommandEnd SlurmCluster::on(const std::string& node, const std::vector<std::string>& words) const {
  std::vector<std::string> all = {"on", node};
  all.insert(all.end(), words.begin(), words.end());
  return script(all);
}

std::size_t SlurmCluster::jobs() const {
  const std::string lines = command({"squeue", "-h", "-r"}).output;
  return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
}

bool wait_until(double seconds, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return condition();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

}  // namespace polysweep
