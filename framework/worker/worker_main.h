// The main function of a worker: a long-lived process that runs trials of the
// experiments in its table, one after another, for the host that started it.
//
//   int main(int argc, char** argv) {
//     constexpr polysweep::ExperimentRow kRows[] = {{mlp_spec, make_mlp}};
//     return polysweep::worker_main(argc, argv, kRows);
//   }
//
// A sweep file names the program: worker = "build/mine". Its arguments:
//   --help        print them
//   --schema      print the experiments as JSON: what `polysweep` reads first
//   --device N    the CUDA device of its trials; none: the CPU
// and those of WorkerExtras::commands. The channel to the host is the descriptor
// whose number is in the environment variable POLYSWEEP_CHANNEL.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/core/provenance.h"
#include "framework/worker/experiment_table.h"

namespace polysweep {

// One more thing that a worker can be asked: `PROGRAM --table x=1` prints what
// print({"x=1"}) returns, and a newline, and exits with status 0. What print
// throws is printed as an error, with status 2.
struct WorkerCommand {
  std::string_view option;     // "--table"
  std::string_view arguments;  // of the option, for --help: "[NAME=VALUE ...]"
  std::string_view doc;        // one line
  std::string (*print)(const std::vector<std::string>& arguments);
};

struct WorkerExtras {
  // Called once, before the first trial: makes computation in this process
  // reproducible (threads, deterministic algorithms) and adds to `provenance` what
  // the results depend on and only this program knows: library versions, device,
  // threads. `device` is the index of the CUDA device, -1: CPU. Throws Error where
  // this program cannot use the device.
  void (*prepare)(Provenance& provenance, int device) = nullptr;
  std::span<const WorkerCommand> commands = {};
};

// Serves the host, or does what another argument asks for, and returns the exit
// status of the program: 0, or 2 after it has printed an error. Ends the process
// itself once it has served. To be called once, from main().
int worker_main(int argc, char** argv, std::span<const ExperimentRow> experiments,
                const WorkerExtras& extras = {});

}  // namespace polysweep
