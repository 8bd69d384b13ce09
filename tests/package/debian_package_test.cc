// The Debian packages of this build, and what they are like where nothing else is.
#include <fstream>
#include <iostream>
#include <sstream>

#include "runners/process/program_output.h"
#include "tests/package/outside_project.h"
#include "tests/support/temporary_folder.h"

using namespace polysweep;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

// Makes the packages of this build.
fs::path made_packages(const TemporaryFolder& folder) {
  const fs::path debs = folder.path() / "debs";
  const std::string cpack = (fs::path(POLYSWEEP_CMAKE).parent_path() / "cpack").string();
  must_run({cpack, "--config", POLYSWEEP_BUILD_FOLDER "/CPackConfig.cmake", "-G", "DEB", "-B",
            debs.string()});
  return debs;
}

std::string field(const fs::path& debs, const std::string& package, const std::string& name) {
  for (const fs::directory_entry& entry : fs::directory_iterator(debs)) {
    if (!entry.path().filename().string().starts_with(package + "_")) continue;
    return must_run({"/usr/bin/dpkg-deb", "-f", entry.path().string(), name});
  }
  FAIL("there is no package " << package);
  return "";
}

bool can_make_packages() {
  return !find_program("dpkg-shlibdeps").empty() && !find_program("dpkg-deb").empty();
}

}  // namespace

TEST_CASE("the Debian packages name what they depend on", "[package][slow]") {
  if (!can_make_packages()) POLYSWEEP_SKIP("dpkg-dev is not installed");
  const TemporaryFolder folder;
  const fs::path debs = made_packages(folder);
  CHECK_THAT(field(debs, "polysweep", "Depends"),
             Contains("libsqlite3-0") && Contains("libssl3") && Contains("gnuplot-nox"));
  CHECK_THAT(field(debs, "polysweep", "Depends"), !Contains("libtorch"));
  CHECK_THAT(field(debs, "polysweep-dev", "Depends"), Contains("libfmt-dev"));
#ifdef POLYSWEEP_HAS_TORCH
  CHECK_THAT(field(debs, "polysweep-worker", "Depends"),
             Contains("libtorch") && Contains("libopenblas0") && Contains("polysweep (= "));
#endif
}

TEST_CASE("the package runs a sweep and makes its report in a clean root", "[package][slow]") {
  if (!can_make_packages()) POLYSWEEP_SKIP("dpkg-dev is not installed");
  const TemporaryFolder folder;
  const fs::path debs = made_packages(folder);
  const std::string script = (source_folder() / "tests" / "package" / "clean_root").string();
  const std::string output =
      must_run({"/bin/bash", script, debs.string(), folder.path().string(), "polysweep"});
  // Which of the two it was belongs into the log of the tests.
  std::cout << output.substr(0, output.find('\n')) << "\n";
  CHECK_THAT(output, Contains("30 done") || Contains("30 of 30"));
  std::ostringstream page;
  page << std::ifstream(folder.path() / "report.html").rdbuf();
  CHECK_THAT(page.str(), Contains("<svg") && Contains("objective"));
}
