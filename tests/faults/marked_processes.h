// The processes of one `polysweep run`, whatever became of their parents: those
// that carry a mark in their environment.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polysweep {

// What a process is to the run, by its place below the coordinator.
enum class ProcessRole : unsigned char {
  kCoordinator,
  kWorker,
  kProgram,  // what a worker started
  kChild,    // what such a program started, and so on
  kOrphan,   // lives, but does not descend from the coordinator
};
std::string_view role_name(ProcessRole role);

struct MarkedProcess {
  int pid = 0;
  int parent = 0;
  ProcessRole role = ProcessRole::kOrphan;
  std::optional<int> slot;  // the worker's slot that it belongs to
};

class ProcessMark {
 public:
  // A mark that no other process has.
  ProcessMark();

  // To be given to the first process; all that it starts inherit it.
  const std::pair<std::string, std::string>& variable() const { return variable_; }

  // Those that live (zombies do not), with their roles in the run of
  // `coordinator`.
  std::vector<MarkedProcess> processes(int coordinator) const;
  // Kills (SIGKILL) the process, unless another has got its number meanwhile.
  bool kill(int pid) const;

 private:
  bool marks(int pid) const;

  std::pair<std::string, std::string> variable_;
};

}  // namespace polysweep
