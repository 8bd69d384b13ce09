#include "cli/shared/gnuplot.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "runners/process/program_output.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

std::string draw(const std::string& script) {
  static const fs::path gnuplot = find_program("gnuplot");
  if (gnuplot.empty()) fail("gnuplot is not installed");
  std::string name = (fs::temp_directory_path() / "polysweep-figure-XXXXXX").string();
  const int file = mkstemp(name.data());
  if (file < 0) fail("cannot make a temporary file in {}", fs::temp_directory_path().string());
  close(file);
  system_files().replace(name, script);
  const ProgramResult end = run_program({gnuplot.string(), name});
  fs::remove(name);
  if (!end.succeeded()) fail("gnuplot: {}: {}", describe(end.status), end.output);
  return end.output;
}

}  // namespace

Draw gnuplot_drawing() { return draw; }

}  // namespace polysweep
