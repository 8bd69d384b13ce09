#include "tests/reports/browser.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "framework/core/digest.h"
#include "reports/document/build_report.h"
#include "reports/render/render_report.h"
#include "reports/text/escaping.h"
#include "tests/reports/gnuplot.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr double kPageMargin_mm = 12;  // of report.css

void replace_first(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("the page has no " + from);
  text.replace(at, from.size(), to);
}

std::string hash_of(const std::string& script) {
  const auto digest = sha256(script);
  return "'sha256-" +
         base64(std::string(reinterpret_cast<const char*>(digest.data()), digest.size())) + "' ";
}

// What the probe wrote into the title, out of the page's source.
std::string title_of(const std::string& source) {
  const std::string begin = "<title>probe:";
  const std::size_t first = source.find(begin);
  if (first == std::string::npos) return "";
  const std::size_t start = first + begin.size();
  return source.substr(start, source.find("</title>", start) - start);
}

}  // namespace

bool has_chromium() { return std::system("command -v chromium >/dev/null 2>&1") == 0; }

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
  // Tests that run at the same time write the same page: none may read half of it.
  const fs::path written = path.string() + "." + std::to_string(getpid());
  std::ofstream(written, std::ios::binary)
      << render_report(build_report(results, options), "html", gnuplot());
  fs::rename(written, path);
  return path;
}

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

fs::path print(const fs::path& page, const std::string& name) {
  const fs::path file = pages_folder() / (name + ".pdf");
  fs::remove(file);
  browse(
      page, name,
      "--virtual-time-budget=10000 --no-pdf-header-footer --print-to-pdf='" + file.string() + "'");
  if (!fs::exists(file)) throw std::runtime_error("the page " + page.string() + " was not printed");
  return file;
}

bool has_pdftoppm() { return std::system("command -v pdftoppm >/dev/null 2>&1") == 0; }

std::vector<double> blank_ends(const fs::path& pdf) {
  const fs::path folder = pdf.string() + "-pages";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string command =
      "pdftoppm -r 25.4 -gray '" + pdf.string() + "' '" + (folder / "page").string() + "'";
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " failed");
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<double> shares;
  for (const fs::path& file : files) {
    std::istringstream image(content(file));
    std::string kind;
    std::size_t width = 0;
    std::size_t height = 0;
    std::size_t white = 0;
    image >> kind >> width >> height >> white;
    if (kind != "P5" || !image) throw std::runtime_error(file.string() + " is not a PGM");
    image.get();
    std::size_t used = 0;  // rows down to the last with ink
    std::string row(width, ' ');
    for (std::size_t y = 0; y < height && image.read(row.data(), static_cast<long>(width)); ++y) {
      if (row.find_first_not_of(static_cast<char>(white)) != std::string::npos) used = y + 1;
    }
    const double end = static_cast<double>(height) - kPageMargin_mm;  // a row is a millimetre
    shares.push_back(1 - std::min(1.0, static_cast<double>(used) / end));
  }
  return shares;
}

nlohmann::json probe(const fs::path& page, const std::string& name, const std::string& function,
                     const std::string& flags, const std::string& libraries) {
  const std::string script =
      libraries + ";addEventListener('load', async () => {\nlet answer;\ntry { answer = await (" +
      "async () => {" + function +
      "})(); } catch (error) { answer = {error: String(error)}; }\n"
      "document.title = 'probe:' + JSON.stringify(answer).replace(/[<>&]/g, '?');\n});";
  std::string text = content(page);
  replace_first(text, "script-src ", "script-src " + hash_of(script));
  replace_first(text, "</body>", "<script>" + script + "</script></body>");
  const fs::path probed = pages_folder() / (name + "-probe.html");
  std::ofstream(probed, std::ios::binary) << text;
  browse(probed, name, "--dump-dom " + flags);
  const std::string answer = title_of(content(pages_folder() / (name + ".log")));
  if (answer.empty()) throw std::runtime_error("the page " + probed.string() + " did not answer");
  return nlohmann::json::parse(answer);
}

}  // namespace polysweep
