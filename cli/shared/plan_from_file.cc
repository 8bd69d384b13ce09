#include "cli/shared/plan_from_file.h"

#include <cstdlib>

#include "framework/core/error.h"
#include "framework/sweep/file/command_reader.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/command_size.h"

namespace polysweep {

namespace fs = std::filesystem;

namespace {

// A file that was meant to run a program may lack its command.
Worker worker_of(const po::variables_map& given, const std::string& text, const std::string& file) {
  const std::optional<NamedWorker> named = named_worker(text, file);
  if (named || given.count("worker") > 0) return find_worker(given, named);
  try {
    return find_worker(given, named);
  } catch (const Error& error) {
    fail(
        "{} has neither command = [\"PROGRAM\", ...], which runs a program, nor worker = "
        "\"PROGRAM\", so that its experiment is a built-in one; {}",
        file, error.what());
  }
}

}  // namespace

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

PlanFromFile plan_from_file(const po::variables_map& given) {
  const std::string file = required_argument(given, "file", "the sweep's TOML file");
  const std::vector<std::string> overrides = texts_of(given, "overrides");
  const std::string text = read_sweep_file(file);
  const bool is_command = declares_command(text, file);
  Worker worker = is_command ? Worker{} : worker_of(given, text, file);
  Sweep sweep = parse_sweep(text, file, overrides, worker.catalogue);
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
    for (const InputFile& input : spec.command->files) digests[input.path] = input.sha256;
  }
  std::string description = description_json(describe(plan, digests));
  return {std::move(worker), std::move(folder), std::move(digests), std::move(plan),
          std::move(description)};
}

}  // namespace polysweep
