// The page in a real browser: headless Chromium, without a network.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "reports/report.h"
#include "tests/reports/gnuplot.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

// Kept after the test, to be looked at.
fs::path pages_folder() {
  const fs::path folder = fs::path(POLYSWEEP_PROGRAMS).parent_path() / "report_pages";
  fs::create_directories(folder);
  return folder;
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

fs::path write_page(const std::string& name, const SweepResults& results) {
  ReportOptions options;
  options.command = "polysweep report " + name + " --html report.html";
  const fs::path path = pages_folder() / (name + ".html");
  std::ofstream(path, std::ios::binary)
      << render_report(build_report(results, options), "html", gnuplot());
  return path;
}

bool has_chromium() { return std::system("command -v chromium >/dev/null 2>&1") == 0; }

// Runs Chromium on a page; its log is in `name`.log. Every host name is sent to
// nowhere, so that a request would be an error in the log.
int browse(const fs::path& page, const std::string& name, const std::string& flags) {
  const fs::path log = pages_folder() / (name + ".log");
  const fs::path profile = pages_folder() / ("profile-" + name);
  const std::string command =
      "timeout 120 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars "
      "--no-first-run --disable-extensions --disable-background-networking --disable-sync "
      "--user-data-dir='" +
      profile.string() +
      "' --host-resolver-rules='MAP * ~NOTFOUND' "
      "--enable-logging=stderr --v=0 " +
      flags + " 'file://" + page.string() + "' >'" + log.string() + "' 2>&1";
  const int status = std::system(command.c_str());
  fs::remove_all(profile);
  return status;
}

std::string console_of(const std::string& name) {
  std::istringstream log(content(pages_folder() / (name + ".log")));
  std::string console;
  for (std::string line; std::getline(log, line);) {
    if (line.find("CONSOLE") != std::string::npos) console += line + "\n";
  }
  return console;
}

}  // namespace

TEST_CASE("the page renders in Chromium without console messages or requests", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const fs::path page = write_page("encodings", sample_sweep());
  const fs::path image = pages_folder() / "encodings-laptop.png";
  fs::remove(image);
  REQUIRE(browse(page, "laptop",
                 "--window-size=1280,2400 --virtual-time-budget=5000 --screenshot='" +
                     image.string() + "'") == 0);
  CHECK(console_of("laptop") == "");
  CHECK(fs::file_size(image) > 50000);
}

TEST_CASE("a console message would be seen", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  std::string text = content(write_page("spoiled", sample_sweep({2, false, false, false})));
  const std::size_t at = text.find("</main>");
  REQUIRE(at != std::string::npos);
  text.insert(at, "<script>console.log('never')</script><img src='http://example.invalid/a.png'>");
  const fs::path page = pages_folder() / "spoiled.html";
  std::ofstream(page, std::ios::binary) << text;
  REQUIRE(browse(page, "spoiled", "--virtual-time-budget=5000 --dump-dom") == 0);
  const std::string console = console_of("spoiled");
  CHECK_THAT(console, Catch::Matchers::Contains("Content Security Policy"));
  CHECK(console.find("never") == std::string::npos);
}

TEST_CASE("the page's script offers sorting and filtering, and hostile names stay text",
          "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  SweepBuilder builder("<script>alert(1)</script>");
  builder.factor("arm", {}).baseline("arm", "<script>alert(1)</script>");
  for (const auto& name : kHostileNames) {
    builder.results().factors[0].levels.push_back(Value(name));
    CellResult cell;
    cell.levels.set("arm", Value(name));
    builder.results().cells.push_back(cell);
    for (int seed = 0; seed < 3; ++seed) {
      builder.done(builder.results().cells.size() - 1, seed, seed + 0.1);
    }
  }
  const fs::path page = write_page("hostile", builder.build());
  REQUIRE(browse(page, "hostile", "--virtual-time-budget=5000 --dump-dom") == 0);
  CHECK(console_of("hostile") == "");
  const std::string dom = content(pages_folder() / "hostile.log");
  CHECK_THAT(dom, Catch::Matchers::Contains("<button type=\"button\">"));
  CHECK_THAT(dom, Catch::Matchers::Contains("Show rows that contain"));
  CHECK_THAT(dom, Catch::Matchers::Contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK(dom.find("<script>alert") == std::string::npos);
  CHECK(dom.find("<img") == std::string::npos);
}

}  // namespace polysweep
