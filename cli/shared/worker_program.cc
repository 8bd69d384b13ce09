#include "cli/shared/worker_program.h"

#include <unistd.h>

#include <cstdlib>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/provenance.h"
#include "runners/process/program_output.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

fs::path worker_program(const po::variables_map& given) {
  const bool named = given.count("worker") > 0;
  const fs::path program = named ? fs::path(given["worker"].as<std::string>())
                                 : own_program().parent_path() / "polysweep-worker";
  if (access(program.c_str(), X_OK) != 0) {
    fail(
        "there is no worker program at {}; build the target polysweep-worker, or name one with "
        "--worker PROGRAM",
        program.string());
  }
  return fs::absolute(program);
}

fs::path cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    return fs::path(cache) / "polysweep";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr && *home != '\0' ? home : "/tmp") / ".cache" / "polysweep";
}

std::string asked_catalogue(const fs::path& program) {
  const ProgramResult end = run_program({program.string(), "--schema"});
  if (!end.succeeded()) {
    fail("{} --schema ended with {}: {}", program.string(), describe(end.status), end.output);
  }
  return end.output;
}

// The catalogue costs a start of LibTorch (about a second), the cache a few
// milliseconds. A cache that cannot be written costs only time.
std::string catalogue_json(const fs::path& program) {
  const fs::path cached =
      cache_folder() /
      fmt::format("catalogue-{}.json", sha256_hex(system_files().read(program)).substr(0, 32));
  if (fs::exists(cached)) return system_files().read(cached);
  std::string json = asked_catalogue(program);
  Catalogue::from_json(json);
  try {
    system_files().create_folders(cached.parent_path());
    system_files().replace(cached, json);
  } catch (const Error&) {
    return json;
  }
  return json;
}

}  // namespace

void declare_worker(CommandOptions& options) {
  options.shown.add_options()("worker", po::value<std::string>()->value_name("PROGRAM"),
                              "the worker program (default: polysweep-worker beside polysweep)");
}

Worker command_worker_of(const ExperimentSpec& spec) {
  Worker worker{own_program(), {build_digest(), {spec}}, ""};
  worker.catalogue_digest = sha256_hex(worker.catalogue.to_json());
  return worker;
}

Worker find_worker(const po::variables_map& given) {
  const fs::path program = worker_program(given);
  const std::string json = catalogue_json(program);
  Catalogue catalogue = Catalogue::from_json(json);
  const std::string digest = sha256_hex(catalogue.to_json());
  return {program, std::move(catalogue), digest};
}

fs::path own_program() {
  std::error_code wrong;
  const fs::path self = fs::read_symlink("/proc/self/exe", wrong);
  return wrong ? fs::current_path() / "polysweep" : self;
}

}  // namespace polysweep
