#include "tests/reports/gnuplot.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "framework/core/error.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

Draw gnuplot() {
  if (std::system("command -v gnuplot >/dev/null 2>&1") != 0) return {};
  return [](const std::string& script) {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "figure.gp").string();
    std::ofstream(path) << script;
    std::FILE* pipe = popen(("gnuplot '" + path + "' 2>&1").c_str(), "r");
    check(pipe != nullptr, "popen works");
    std::string output;
    char buffer[65536];
    for (std::size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
      output.append(buffer, got);
    }
    if (pclose(pipe) != 0) fail("gnuplot: {}", output.substr(0, 500));
    return output;
  };
}

}  // namespace polysweep
