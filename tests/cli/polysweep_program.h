// The program under test, with a store and sweeps of its own.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/command_line.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

class PolysweepProgram {
 public:
  static std::filesystem::path path() {
    return std::filesystem::path(POLYSWEEP_PROGRAMS) / "polysweep";
  }
  static std::filesystem::path worker() {
    return std::filesystem::path(POLYSWEEP_PROGRAMS) / "polysweep-plain-worker";
  }

  // Plans a sweep with the worker that knows toy alone.
  std::vector<std::string> planning(const std::string& command, const std::filesystem::path& sweep,
                                    const std::vector<std::string>& words = {}) const {
    std::vector<std::string> argv = {path().string(), command, sweep.string(), "--worker",
                                     worker().string()};
    argv.insert(argv.end(), words.begin(), words.end());
    return argv;
  }

  std::vector<std::string> on_store(std::vector<std::string> words) const {
    words.insert(words.begin(), path().string());
    words.insert(words.end(), {"--store", store().string()});
    return words;
  }

  CommandEnd plan(const std::filesystem::path& sweep,
                  const std::vector<std::string>& words = {}) const {
    return run_command(planning("plan", sweep, words));
  }
  std::vector<std::string> run_words(const std::filesystem::path& sweep,
                                     const std::vector<std::string>& words = {}) const {
    std::vector<std::string> all = {"--store", store().string()};
    all.insert(all.end(), words.begin(), words.end());
    return planning("run", sweep, all);
  }
  CommandEnd run(const std::filesystem::path& sweep, const std::vector<std::string>& words = {},
                 const Environment& added = {}) const {
    return run_command(run_words(sweep, words), added);
  }
  CommandEnd ask(const std::vector<std::string>& words) const {
    return run_command(on_store(words));
  }
  nlohmann::json query(const std::string& sql) const {
    const CommandEnd end = ask({"query", sql, "--json"});
    if (end.status != 0) throw std::runtime_error(end.error);
    return nlohmann::json::parse(end.output);
  }

  std::filesystem::path store() const { return folder_.path() / "store"; }
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    return folder_.write(name, content);
  }

 private:
  TemporaryFolder folder_;
};

inline const std::string kToySweep = R"(
sweep      = "toy"
experiment = "toy"
replicate  = "seed"
[fixed]
noise = 0.1
steps = 5
[factors]
x    = [0.0, 1.0, 2.0]
y    = [-1.0, 0.0]
seed = { range = [0, 3] }
[baseline]
x = 0.0
[metrics]
primary = { name = "objective", goal = "minimize" }
)";

}  // namespace polysweep
