#include "cli/shared/planning.h"

#include <unistd.h>

#include <cstdlib>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/provenance.h"
#include "framework/sweep/file/command_reader.h"
#include "runners/process/program.h"

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
  const ProgramEnd end = run_program({program.string(), "--schema"});
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

fs::path data_folder(const po::variables_map& given) {
  const char* variable = std::getenv("POLYSWEEP_DATA");
  const std::string folder = text_or(given, "data", variable != nullptr ? variable : "");
  return folder.empty() ? fs::path() : fs::absolute(folder);
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

std::optional<ExperimentSpec> declared_experiment(const fs::path& file) {
  const std::string text = read_sweep_file(file);
  if (!declares_command(text, file.string())) return std::nullopt;
  return parse_sweep(text, file.string(), {}, Catalogue{}).experiment;
}

Planned make_plan(const po::variables_map& given) {
  const std::string file = required_word(given, "file", "the sweep's TOML file");
  const std::vector<std::string> overrides = texts_of(given, "overrides");
  const std::string text = read_sweep_file(file);
  const bool is_command = declares_command(text, file);
  Worker worker = is_command ? Worker{} : find_worker(given);
  Sweep sweep = parse_sweep(text, file, overrides, worker.catalogue);
  fs::path folder = data_folder(given);
  DataFolder data(folder);
  Plan plan(std::move(sweep), data);
  std::map<std::string, std::string> digests = data.digests();
  if (is_command) {
    const ExperimentSpec& spec = plan.sweep().experiment;
    worker = command_worker_of(spec);
    for (const InputFile& input : spec.command->files) digests[input.path] = input.sha256;
  }
  return {std::move(worker), std::move(folder), std::move(digests), std::move(plan)};
}

}  // namespace polysweep
