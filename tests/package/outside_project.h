// Projects of others, built and run as they would do it.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/command_line.h"

namespace polysweep {

// Runs a program; the test fails with all that it printed where it does not exit
// with status 0. Returns its standard output.
inline std::string must_run(const std::vector<std::string>& argv, const Environment& added = {}) {
  const CommandEnd end = run_command(argv, added);
  std::string line;
  for (const std::string& argument : argv) line += argument + " ";
  INFO(line << "\n" << end.output << end.error);
  REQUIRE(end.status == 0);
  return end.output;
}

inline std::filesystem::path source_folder() { return POLYSWEEP_SOURCE_FOLDER; }

// Installs components of this build below `prefix`.
inline void install(const std::filesystem::path& prefix,
                    const std::vector<std::string>& components) {
  for (const std::string& component : components) {
    must_run({POLYSWEEP_CMAKE, "--install", POLYSWEEP_BUILD_FOLDER, "--prefix", prefix.string(),
              "--component", component});
  }
}

// Configures the project in `folder` and builds it in `folder`/build.
inline void build_project(const std::filesystem::path& folder,
                          const std::vector<std::string>& definitions) {
  const std::string build = (folder / "build").string();
  std::vector<std::string> configure = {
      POLYSWEEP_CMAKE, "-S", folder.string(), "-B",
      build,           "-G", "Ninja",         "-DCMAKE_BUILD_TYPE=Release"};
  configure.insert(configure.end(), definitions.begin(), definitions.end());
  must_run(configure);
  must_run({POLYSWEEP_CMAKE, "--build", build});
}

// An installed polysweep and a store.
struct InstalledProgram {
  std::filesystem::path program;
  std::filesystem::path folder;  // of its store and its cache

  std::string run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), program.string());
    return must_run(arguments, {{"XDG_CACHE_HOME", (folder / "cache").string()}});
  }
  std::string on_store(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--store", (folder / "store").string()});
    return run(std::move(arguments));
  }
  nlohmann::json query(const std::string& sql) const {
    return nlohmann::json::parse(on_store({"query", sql, "--json"}));
  }
};

}  // namespace polysweep
