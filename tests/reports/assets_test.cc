// The JavaScript, style sheets and HTML that the build embeds: they parse, they keep
// the rules below, and every file is in a page.
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "reports/render/report_format.h"
#include "tests/reports/browser.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> asset_files(const std::string& extension) {
  std::vector<fs::path> files;
  for (const char* folder : {"reports/render/assets", "cli/live/assets"}) {
    for (const auto& entry : fs::directory_iterator(fs::path(POLYSWEEP_SOURCE_FOLDER) / folder)) {
      if (extension.empty() || entry.path().extension() == extension) {
        files.push_back(entry.path());
      }
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct Rule {
  const char* extension;
  const char* pattern;
  const char* reason;
};

constexpr Rule kRules[] = {
    {".js", R"(\bvar\b)", "declare with const or let"},
    {".js", R"([^=!<>]==[^=]|!=[^=])", "compare with === or !=="},
    {".js", R"(\beval\(|new Function|\.innerHTML|\.outerHTML|document\.write)",
     "text of a sweep must not become code or markup"},
    {".js", R"(\bconsole\.|\bdebugger\b|\balert\()", "no debugging output"},
    {".css", R"(@import|url\(|expression\()", "nothing is loaded from elsewhere"},
    {".html", R"(\son[a-z]+=|\sstyle=|javascript:)", "the policy of the page forbids inline code"},
};

std::vector<std::string> broken_rules(const fs::path& file) {
  std::vector<std::string> broken;
  std::istringstream lines(content(file));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string place =
        file.filename().string() + ":" + std::to_string(number) + ": " + line + ": ";
    if (line.size() > 100) broken.push_back(place + "longer than 100 characters");
    if (line.find('\t') != std::string::npos) broken.push_back(place + "a tab");
    if (line.ends_with(' ')) broken.push_back(place + "a space at its end");
    for (const Rule& rule : kRules) {
      if (file.extension() == rule.extension && std::regex_search(line, std::regex(rule.pattern))) {
        broken.push_back(place + rule.reason);
      }
    }
  }
  return broken;
}

// "" where Chromium parses the script, else its error.
std::string syntax_error(const std::string& script) {
  const std::string name = "syntax";
  const fs::path page = pages_folder() / (name + ".html");
  std::string escaped;  // as the text of an element
  for (const char c : script) {
    escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  }
  std::ofstream(page, std::ios::binary)
      << "<!doctype html><html><head><meta charset=\"utf-8\"></head><body><pre id=\"script\">"
      << escaped << "</pre><script>let answer = 'parsed';\ntry {\n"
      << "  new Function(document.getElementById('script').textContent);\n"
      << "} catch (error) { answer = String(error); }\n"
      << "document.title = 'answer:' + answer;</script></body></html>";
  browse(page, name, "--dump-dom");
  const std::string log = content(pages_folder() / (name + ".log"));
  const std::string begin = "<title>answer:";
  const std::size_t start = log.find(begin);
  if (start == std::string::npos) return "Chromium did not answer";
  const std::size_t from = start + begin.size();
  const std::string answer = log.substr(from, log.find("</title>", from) - from);
  return answer == "parsed" ? "" : answer;
}

}  // namespace

TEST_CASE("embedded files keep the rules of their language", "[assets]") {
  const auto files = asset_files("");
  REQUIRE(files.size() >= 9);
  for (const fs::path& file : files) {
    const std::string text = content(file);
    CAPTURE(file.string());
    for (const std::string& broken : broken_rules(file)) FAIL_CHECK(broken);
    CHECK(text.ends_with('\n'));
    const std::string first = text.substr(0, text.find('\n'));
    CHECK((first.starts_with("// ") || first.starts_with("/* ") || first.starts_with("<")));
    if (file.extension() == ".css") {
      CHECK(std::count(text.begin(), text.end(), '{') == std::count(text.begin(), text.end(), '}'));
    }
  }
}

TEST_CASE("the rules find what they forbid", "[assets]") {
  const fs::path file = pages_folder() / "broken.js";
  std::ofstream(file) << "// A file.\nvar a = 1; \nif (a == 1) eval('a');\n";
  CHECK(broken_rules(file).size() == 4);
}

TEST_CASE("every script of the pages parses", "[assets][browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  for (const fs::path& file : asset_files(".js")) {
    CAPTURE(file.string());
    CHECK(syntax_error(content(file)) == "");
  }
  CHECK_THAT(syntax_error("const = 1;"), Catch::Matchers::Contains("SyntaxError"));
}

TEST_CASE("every file of the report is in its page", "[assets]") {
  std::size_t found = 0;
  for (const fs::path& file : asset_files("")) {
    if (file.string().find("reports/render") == std::string::npos) continue;
    const std::string& page = file.extension() == ".css" ? page_style() : page_script();
    CAPTURE(file.string());
    CHECK(page.find(content(file)) != std::string::npos);
    ++found;
  }
  CHECK(found == 8);
}

TEST_CASE("every element that the live page's script asks for is in its body", "[assets]") {
  const fs::path folder = fs::path(POLYSWEEP_SOURCE_FOLDER) / "cli/live/assets";
  const std::string script = content(folder / "live.js");
  const std::string body = content(folder / "live.html");
  const std::regex asked(R"(byId\('([a-z]+)'\))");
  std::set<std::string> ids;
  for (std::sregex_iterator at(script.begin(), script.end(), asked), end; at != end; ++at) {
    ids.insert((*at)[1]);
  }
  CHECK(ids.size() > 5);
  for (const std::string& id : ids) {
    CAPTURE(id);
    CHECK(body.find("id=\"" + id + "\"") != std::string::npos);
  }
}

}  // namespace polysweep
