#include "cli/shared/worker_program.h"

#include <unistd.h>

#include <vector>

#include "cli/shared/absolute_path.h"
#include "cli/shared/worker_catalogue.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/error_place.h"
#include "framework/core/provenance.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/sweep.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

void expect_program(const fs::path& program, std::string_view remedy) {
  std::error_code unknown;
  const fs::file_status status = fs::status(program, unknown);
  if (!fs::exists(status)) {
    fail("found no worker program at {}; {}", program.string(), remedy);
  }
  if (fs::is_directory(status)) {
    fail("{} is a folder; expected a worker program", program.string());
  }
  if (access(program.c_str(), X_OK) != 0) {
    fail("{} is not executable; expected a worker program", program.string());
  }
}

fs::path built_in_worker() {
  const fs::path own = own_program().parent_path();
  // POLYSWEEP_WORKER_FOLDER: relative to where polysweep is installed.
  const fs::path installed = (own / POLYSWEEP_WORKER_FOLDER).lexically_normal();
  const std::vector<fs::path> places = {own / "polysweep-worker", installed / "polysweep-worker",
                                        installed / "polysweep-plain-worker"};
  for (const fs::path& place : places) {
    if (access(place.c_str(), X_OK) == 0) return place;
  }
  fail(
      "found no built-in worker at {} or {}; build the target polysweep-worker, install the "
      "package polysweep-worker, or name a worker with --worker PROGRAM",
      places[0].string(), places[1].string());
}

fs::path worker_program(const po::variables_map& given, const std::optional<NamedWorker>& named) {
  if (given.count("worker") > 0) {
    const fs::path program = absolute_path("worker", given["worker"].as<std::string>());
    expect_program(program, "--worker names it");
    return program;
  }
  if (!named) return built_in_worker();
  expect_program(named->program, "build it, or name another with --worker PROGRAM");
  return named->program;
}

}  // namespace

void declare_worker(CommandOptions& options) {
  options.shown.add_options()(
      "worker", po::value<std::string>()->value_name("PROGRAM"),
      "the worker program (default: that of the sweep file, else the built-in one)");
}

Worker command_worker_of(const ExperimentSpec& spec) {
  Worker worker{own_program(), {build_digest(), {spec}}, ""};
  worker.catalogue_digest = sha256_hex(worker.catalogue.to_json());
  return worker;
}

Worker find_worker(const po::variables_map& given, const std::optional<NamedWorker>& named) {
  const auto find = [&] {
    const fs::path program = worker_program(given, named);
    Catalogue catalogue = worker_catalogue(program);
    const std::string digest = sha256_hex(catalogue.to_json());
    return Worker{program, std::move(catalogue), digest};
  };
  const bool of_file = named && given.count("worker") == 0;
  return of_file ? in_place(named->place, find) : find();
}

Worker sweep_worker(const po::variables_map& given, const fs::path& file) {
  return find_worker(given, named_worker(read_sweep_file(file), file.string()));
}

fs::path own_program() {
  std::error_code wrong;
  const fs::path self = fs::read_symlink("/proc/self/exe", wrong);
  return wrong ? fs::current_path() / "polysweep" : self;
}

}  // namespace polysweep
