#include "cli/shared/command_workers.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "runners/code/code_snapshot.h"
#include "runners/code/user_world.h"
#include "runners/command/command_worker.h"
#include "runners/command/program_location.h"
#include "runners/process/process_tree.h"
#include "runners/process/worker_command.h"

namespace polysweep {
namespace {

constexpr double kSlack_s = 10;  // for a worker to exit after its program's grace period

// The limit of the command line, else the file's.
double limit_of(const po::variables_map& given, const char* name, double of_file) {
  return given[name].defaulted() ? of_file : given[name].as<double>();
}

// Its path; "" where it differs between trials.
std::filesystem::path expect_program(const CommandSpec& command) {
  const WordTemplate& word = command.words.at(0).words.at(0);
  if (!word.is_literal()) return {};
  const std::string program = *word.fill([](std::string_view) { return nullptr; });
  // Code is looked for in the snapshot.
  const bool is_relative = program.find('/') != std::string::npos && program[0] != '/';
  if (is_relative && command.has_snapshot()) {
    const std::string path =
        (std::filesystem::path(command.code.sweep_in_root) / program).lexically_normal().string();
    const auto is_it = [&](const InputFile& file) { return file.path == path; };
    if (std::any_of(command.files.begin(), command.files.end(), is_it)) {
      return std::filesystem::path(command.code.root) / path;
    }
  }
  return locate_program(program, command.sweep_folder, own_program().parent_path());
}

}  // namespace

void provide_snapshot(const Worker& worker, const std::filesystem::path& store) {
  if (!worker.runs_command()) return;
  const CommandSpec& command = *worker.catalogue.experiments.at(0).command;
  const std::filesystem::path& from = worker.code_store;
  if (!command.has_snapshot()) return;
  if (!from.empty() && has_snapshot(from, command.code_digest())) {
    copy_snapshot(from, store, command.code_digest());
  } else {
    make_snapshot(store, command);
  }
}

void use_command(const po::variables_map& given, const Worker& worker, HostOptions& options) {
  if (!worker.runs_command()) return;
  Catalogue catalogue = worker.catalogue;
  CommandSpec& command = *catalogue.experiments.at(0).command;
  command.time_limit_s = limit_of(given, "time-limit", command.time_limit_s);
  command.progress_limit_s = limit_of(given, "progress-limit", command.progress_limit_s);
  const std::filesystem::path program = expect_program(command);
  system_files().create_folders(options.store);
  provide_snapshot(worker, options.store);
  options.worker = command_worker(worker.program, catalogue, options.store,
                                  user_world(command, options.store, program));
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
