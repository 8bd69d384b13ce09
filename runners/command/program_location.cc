#include "runners/command/program_location.h"

#include <unistd.h>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "runners/process/program_output.h"

namespace polysweep {

std::filesystem::path locate_program(const std::string& program,
                                     const std::filesystem::path& sweep_folder,
                                     const std::filesystem::path& own_folder) {
  const bool is_path = program.find('/') != std::string::npos;
  const std::filesystem::path found =
      is_path ? (sweep_folder / program).lexically_normal() : find_program(program);
  if (!found.empty() && access(found.c_str(), X_OK) == 0 &&
      std::filesystem::is_regular_file(found)) {
    return found;
  }
  if (is_path) fail("program {} not found, or not executable", found.string());
  const std::filesystem::path beside = own_folder / program;
  if (access(beside.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(beside)) return beside;
  fail("program {} not found in a folder of $PATH or in {}", in_quotes(program),
       own_folder.string());
}

}  // namespace polysweep
