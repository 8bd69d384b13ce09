#include "cli/shared/worker_catalogue.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/worker/worker_schema.h"
#include "runners/process/program_output.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr ProgramLimits kSchemaLimits = {60, std::size_t{64} * 1024 * 1024};
constexpr std::size_t kShownOutput = 400;

fs::path cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    return fs::path(cache) / "polysweep";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr && *home != '\0' ? home : "/tmp") / ".cache" / "polysweep";
}

// The last bytes of what a program printed, on one line.
std::string shown_output(std::string output) {
  while (!output.empty() && output.back() == '\n') output.pop_back();
  if (output.empty()) return "nothing";
  if (output.size() > kShownOutput) output = "..." + output.substr(output.size() - kShownOutput);
  for (std::size_t at = 0; (at = output.find('\n', at)) != std::string::npos; at += 3) {
    output.replace(at, 1, " | ");
  }
  return output;
}

WorkerSchema asked_schema(const fs::path& program, std::string& json) {
  const ProgramResult end = run_program({program.string(), "--schema"}, kSchemaLimits);
  if (!end.succeeded()) {
    fail("`{} --schema` failed with {}; it printed: {}", program.string(), describe(end.status),
         shown_output(end.output));
  }
  json = end.output;
  try {
    return read_worker_schema(json);
  } catch (const Error& error) {
    fail("{} is not a worker for this polysweep: {}", program.string(), error.what());
  }
}

// Changes whenever the file is written or replaced.
std::string file_state(const fs::path& file) {
  std::error_code wrong;
  const auto time = fs::last_write_time(file, wrong).time_since_epoch();
  const std::uintmax_t size = wrong ? 0 : fs::file_size(file, wrong);
  return wrong ? std::string("missing") : fmt::format("{} {}", size, time.count());
}

// What a cache file holds: {"schema": what the worker printed, "libraries":
// {path: file_state}}.
std::string cache_entry(const std::string& json, const WorkerSchema& schema) {
  nlohmann::json libraries = nlohmann::json::object();
  for (const fs::path& library : schema.libraries) {
    libraries[library.string()] = file_state(library);
  }
  return nlohmann::json{{"schema", json}, {"libraries", std::move(libraries)}}.dump();
}

// Empty where there is none that still holds.
std::optional<Catalogue> cached_catalogue(const fs::path& file) {
  if (!fs::exists(file)) return std::nullopt;
  const nlohmann::json entry =
      nlohmann::json::parse(system_files().read(file), nullptr, /*allow_exceptions=*/false);
  if (!entry.is_object() || !entry.contains("schema") || !entry.contains("libraries")) {
    return std::nullopt;
  }
  for (const auto& [path, state] : entry["libraries"].items()) {
    if (state != file_state(path)) return std::nullopt;
  }
  return read_worker_schema(entry["schema"].get<std::string>()).catalogue;
}

}  // namespace

// The answer costs a start of the worker (about a second with LibTorch), the cache
// a few milliseconds. A cache that cannot be written costs only time.
Catalogue worker_catalogue(const fs::path& program) {
  const fs::path file =
      cache_folder() / fmt::format("worker-{}.json", sha256_hex_of_file(program).substr(0, 32));
  if (std::optional<Catalogue> cached = cached_catalogue(file)) return std::move(*cached);
  std::string json;
  WorkerSchema schema = asked_schema(program, json);
  try {
    system_files().create_folders(file.parent_path());
    system_files().replace(file, cache_entry(json, schema));
  } catch (const Error&) {
    return std::move(schema.catalogue);
  }
  return std::move(schema.catalogue);
}

}  // namespace polysweep
