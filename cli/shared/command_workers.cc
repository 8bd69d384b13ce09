#include "cli/shared/command_workers.h"

#include <fmt/format.h>

#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "runners/command/command_runner.h"
#include "runners/command/command_worker.h"
#include "runners/process/process_tree.h"
#include "runners/process/worker_command.h"

namespace polysweep {
namespace {

constexpr double kSlack_s = 10;  // for a worker to exit after its program's grace period

// The limit of the command line, else the file's.
double limit_of(const po::variables_map& given, const char* name, double of_file) {
  return given[name].defaulted() ? of_file : given[name].as<double>();
}

void expect_program(const CommandSpec& command) {
  const WordTemplate& program = command.words.at(0).words.at(0);
  if (!program.is_literal()) return;
  locate_program(*program.fill([](std::string_view) { return nullptr; }), command.sweep_folder,
                 own_program().parent_path());
}

}  // namespace

void use_command(const po::variables_map& given, const Worker& worker, HostOptions& options) {
  if (!worker.runs_command()) return;
  Catalogue catalogue = worker.catalogue;
  CommandSpec& command = *catalogue.experiments.at(0).command;
  command.time_limit_s = limit_of(given, "time-limit", command.time_limit_s);
  command.progress_limit_s = limit_of(given, "progress-limit", command.progress_limit_s);
  expect_program(command);
  system_files().create_folders(options.store);
  options.worker = command_worker(worker.program, catalogue, options.store);
  options.worker.keeps_logs = true;
  // The worker enforces the limits itself: it lets its program shut down, and keeps
  // its output.
  options.limits.worker.wall_s = 0;
  options.limits.worker.progress_s = 0;
  options.limits.stop_grace_s =
      std::max(options.limits.stop_grace_s, command.stop_grace_s + kSlack_s);
  options.workers_have_children = true;
  adopt_orphans();
  const std::size_t killed =
      kill_orphans_of_dead_hosts(kHostMarkVariable, kTrialFolderVariable, options.store);
  if (killed > 0) {
    fmt::print(stderr, "polysweep: killed {} process{} left behind by an earlier run\n", killed,
               killed == 1 ? "" : "es");
  }
}

}  // namespace polysweep
