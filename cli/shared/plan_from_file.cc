#include "cli/shared/plan_from_file.h"

#include <cstdlib>

#include "framework/sweep/file/command_reader.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/command_size.h"
#include "runners/code/code_files.h"
#include "runners/code/code_snapshot.h"

namespace polysweep {

namespace fs = std::filesystem;

void declare_planning(CommandOptions& options) {
  options.shown.add_options()("data", po::value<std::string>()->value_name("FOLDER"),
                              "folder of the data files that the experiment reads");
  declare_worker(options);
}

fs::path data_folder(const po::variables_map& given) {
  const char* variable = std::getenv("POLYSWEEP_DATA");
  const std::string folder = text_or(given, "data", variable != nullptr ? variable : "");
  return folder.empty() ? fs::path() : fs::absolute(folder);
}

std::optional<ExperimentSpec> declared_experiment(const fs::path& file) {
  const std::string text = read_sweep_file(file);
  if (!declares_command(text, file.string())) return std::nullopt;
  return parse_sweep(text, file.string(), {}, Catalogue{}).experiment;
}

namespace {

// The digests of files that did not change are those of the last time.
void find_code(const po::variables_map& given, CommandSpec& command) {
  fs::path cache;
  if (given.count("store") > 0) {
    const fs::path store = fs::absolute(given["store"].as<std::string>());
    std::error_code none;
    if (fs::is_directory(store, none)) cache = snapshots_folder(store) / "digests";
  }
  DigestCache digests(cache);
  resolve_code(command, digests);
  digests.save();
}

}  // namespace

PlanFromFile plan_from_file(const po::variables_map& given) {
  const std::string file = required_argument(given, "file", "the sweep's TOML file");
  const std::vector<std::string> overrides = texts_of(given, "overrides");
  const std::string text = read_sweep_file(file);
  const bool is_command = declares_command(text, file);
  Worker worker = is_command ? Worker{} : find_worker(given, named_worker(text, file));
  Sweep sweep = parse_sweep(text, file, overrides, worker.catalogue);
  if (is_command) find_code(given, *sweep.experiment.command);
  // The record is read from any folder.
  sweep.file = fs::absolute(file).lexically_normal().string();
  fs::path folder = data_folder(given);
  DataFolder data(folder);
  Plan plan(std::move(sweep), data);
  expect_startable(plan);
  std::map<std::string, std::string> digests = data.digests();
  if (is_command) {
    const ExperimentSpec& spec = plan.sweep().experiment;
    worker = command_worker_of(spec);
  }
  std::string description = description_json(describe(plan, digests));
  return {std::move(worker), std::move(folder), std::move(digests), std::move(plan),
          std::move(description)};
}

}  // namespace polysweep
