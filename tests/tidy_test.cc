// The house keeps itself: walls between folders, lengths, names.
//
// There is no list of exemptions. Where a rule is wrong, change the rule.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace {

namespace fs = std::filesystem;

struct SourceFile {
  std::string path;    // from the root of the repository
  std::string folder;  // its first component
  std::vector<std::string> lines;

  bool is_header() const { return path.ends_with(".h"); }
};

const std::vector<std::string> kFolders = {"framework", "scoring", "experiments",
                                           "runners",   "results", "reports",
                                           "cli",       "bench",   "tests"};

std::vector<SourceFile> read_sources() {
  const fs::path root = POLYSWEEP_SOURCE_FOLDER;
  std::vector<SourceFile> sources;
  for (const std::string& folder : kFolders) {
    if (!fs::exists(root / folder)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension();
      if (!entry.is_regular_file() || (extension != ".h" && extension != ".cc")) continue;
      if (entry.path().string().find("/.venv/") != std::string::npos) continue;  // not ours
      SourceFile source{entry.path().lexically_relative(root).generic_string(), folder, {}};
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) source.lines.push_back(line);
      sources.push_back(std::move(source));
    }
  }
  return sources;
}

const std::vector<SourceFile>& sources() {
  static const std::vector<SourceFile> all = read_sources();
  return all;
}

using Problems = std::vector<std::string>;

std::string shown(const Problems& problems) {
  std::string out = "\n";
  for (const std::string& problem : problems) out += "  " + problem + "\n";
  return out;
}

void expect_none(const Problems& problems) {
  INFO(shown(problems));
  CHECK(problems.empty());
}

std::string place(const SourceFile& source, std::size_t line) {
  return source.path + ":" + std::to_string(line + 1) + ": ";
}

// Calls `visit(line index, included name)` for every include of `source`.
template <typename Visit>
void for_each_include(const SourceFile& source, Visit visit) {
  static const std::regex pattern("^ *# *include *[<\"]([^>\"]+)[>\"].*");
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    std::smatch match;
    if (std::regex_match(source.lines[i], match, pattern)) visit(i, match[1].str());
  }
}

bool one_of(const std::string& text, const std::vector<const char*>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const char* prefix) { return text.starts_with(prefix); });
}

}  // namespace

TEST_CASE("the house has sources to check", "[tidy]") { REQUIRE(sources().size() > 40); }

TEST_CASE("includes between folders point one way", "[tidy]") {
  const std::map<std::string, std::set<std::string>> allowed = {
      {"framework", {"framework"}},
      // Scores of texts: what a trial reports, and what `polysweep score` prints.
      {"scoring", {"scoring", "framework"}},
      {"experiments", {"experiments", "scoring", "framework"}},
      {"runners", {"runners", "framework"}},
      {"results", {"results", "framework"}},
      {"reports", {"reports", "results", "framework"}},
      {"cli", {"cli", "reports", "results", "runners", "scoring", "framework"}},
  };
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (!allowed.contains(source.folder)) continue;
    for_each_include(source, [&](std::size_t line, const std::string& name) {
      const std::string target = name.substr(0, name.find('/'));
      if (allowed.contains(target) && !allowed.at(source.folder).contains(target)) {
        problems.push_back(place(source, line) + source.folder + " must not see " + name);
      }
    });
  }
  expect_none(problems);
}

TEST_CASE("each library stays behind its wall", "[tidy]") {
  struct Wall {
    std::vector<std::string> folders;
    std::vector<const char*> includes;
  };
  const std::vector<Wall> walls = {
      {{"experiments"}, {"torch/", "ATen/", "c10/", "sentencepiece"}},
      {{"results"}, {"sqlite3", "SQLiteCpp"}},
      {{"cli"}, {"boost/program_options"}},
  };
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (source.folder == "tests" || source.folder == "bench") continue;
    for_each_include(source, [&](std::size_t line, const std::string& name) {
      for (const Wall& wall : walls) {
        const bool inside = std::find(wall.folders.begin(), wall.folders.end(), source.folder) !=
                            wall.folders.end();
        if (!inside && one_of(name, wall.includes)) {
          problems.push_back(place(source, line) + name + " belongs in " + wall.folders[0] + "/");
        }
      }
    });
  }
  expect_none(problems);
}

TEST_CASE("every source is built", "[tidy]") {
  std::set<std::string> words;
  const std::regex word("[A-Za-z0-9_]+");
  const fs::path root = POLYSWEEP_SOURCE_FOLDER;
  for (const std::string& folder : kFolders) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().filename() != "CMakeLists.txt") continue;
      if (entry.path().string().find("/.venv/") != std::string::npos) continue;  // not ours
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        for (std::sregex_iterator at(line.begin(), line.end(), word), end; at != end; ++at) {
          words.insert(at->str());
        }
      }
    }
  }
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (source.is_header()) continue;
    const std::string stem = fs::path(source.path).stem();
    // A benchmark or fuzz target may be named without what all of its kind end in.
    const bool is_built =
        words.contains(stem) || words.contains(stem.substr(0, stem.find_last_of('_')));
    if (!is_built) problems.push_back(source.path + " stands in no CMakeLists.txt");
  }
  expect_none(problems);
}

TEST_CASE("processes are made in one file", "[tidy]") {
  const std::regex creation("\\b(v?fork|posix_spawnp?|execv[pe]*|execl[pe]*|popen|system) *\\(");
  const std::regex quoted("\"([^\"\\\\]|\\\\.)*\"");
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (source.folder == "tests" || source.folder == "bench") continue;
    if (source.path == "runners/process/child_process.cc") continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      const std::string quiet = std::regex_replace(source.lines[i], quoted, "");
      const std::string code = quiet.substr(0, quiet.find("//"));
      if (std::regex_search(code, creation)) problems.push_back(place(source, i) + source.lines[i]);
    }
  }
  expect_none(problems);
}

// Ceilings, not goals: a file with one subject may be as long as its subject, and
// a class is never split over files to be shorter (CONTRIBUTING.md, "Form").
TEST_CASE("no file outgrows one subject, and lines are narrow", "[tidy]") {
  Problems problems;
  for (const SourceFile& source : sources()) {
    const std::size_t limit = source.is_header() ? 250 : 700;
    if (source.lines.size() > limit) {
      problems.push_back(source.path + ": " + std::to_string(source.lines.size()) +
                         " lines, at most " + std::to_string(limit));
    }
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      const std::string& line = source.lines[i];
      const auto columns =
          std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
      const bool include = line.starts_with("#include");
      if (columns > 100 && !include) {
        problems.push_back(place(source, i) + std::to_string(columns) + " columns, at most 100");
      }
    }
  }
  expect_none(problems);
}

// Without what stands in raw strings: scripts and styles of pages.
static std::vector<std::string> own_lines(const SourceFile& source) {
  static const std::regex raw("R\"([a-z]*)\\(");
  std::vector<std::string> lines = source.lines;
  std::string end;
  for (std::string& line : lines) {
    if (!end.empty()) {
      const std::size_t at = line.find(end);
      line = at == std::string::npos ? "" : line.substr(at + end.size());
      if (at != std::string::npos) end.clear();
      continue;
    }
    std::smatch match;
    if (!std::regex_search(line, match, raw)) continue;
    const std::string closing = ")" + match[1].str() + "\"";
    if (line.find(closing, static_cast<std::size_t>(match.position())) == std::string::npos) {
      end = closing;
    }
  }
  return lines;
}

// Functions stand at the left edge (namespaces are not indented), so that one
// begins with a line that opens a brace there and ends with "}" there.
TEST_CASE("functions are short", "[tidy]") {
  constexpr std::size_t kLongest = 80;
  const std::regex not_function("^(namespace|class|struct|enum|union|extern|template|#|//|}).*");
  Problems problems;
  for (const SourceFile& source : sources()) {
    std::size_t begin = 0;
    bool inside = false;
    const std::vector<std::string> lines = own_lines(source);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string& line = lines[i];
      if (line.empty()) continue;
      const bool at_edge = line[0] != ' ';
      if (!inside && at_edge && line.ends_with("{") && line.find('(') != std::string::npos &&
          !std::regex_match(line, not_function)) {
        inside = true;
        begin = i;
      } else if (inside && line == "}") {
        inside = false;
        if (i - begin + 1 > kLongest) {
          problems.push_back(place(source, begin) + "a function of " +
                             std::to_string(i - begin + 1) + " lines, at most 80");
        }
      }
    }
  }
  expect_none(problems);
}

TEST_CASE("names say what a thing is", "[tidy]") {
  const std::regex vague("(^|.*_)(utils?|common|helpers?|manager|base|misc)(_.*|$)");
  const std::regex camel("^[A-Za-z0-9_]*[A-Z][A-Za-z0-9_]*\\.(h|cc)$");
  Problems problems;
  for (const SourceFile& source : sources()) {
    const fs::path path(source.path);
    if (std::regex_match(path.stem().string(), vague)) {
      problems.push_back(source.path + ": a name that says nothing");
    }
    if (std::regex_match(path.filename().string(), camel)) {
      problems.push_back(source.path + ": file names are snake_case");
    }
    const bool guarded = !source.is_header() || std::find(source.lines.begin(), source.lines.end(),
                                                          "#pragma once") != source.lines.end();
    if (!guarded) problems.push_back(source.path + ": no #pragma once");
  }
  expect_none(problems);
}

TEST_CASE("headers open by saying what the thing is", "[tidy]") {
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (source.is_header() && (source.lines.empty() || !source.lines[0].starts_with("// "))) {
      problems.push_back(source.path + ": its first line is no comment");
    }
  }
  expect_none(problems);
}

TEST_CASE("an encoding is known by name in its table alone", "[tidy]") {
  const std::regex named("\"(sinusoidal|learned|rope|alibi|t5|shaw|fire|polar|legendre_[a-z]+)\"");
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (source.folder != "experiments" || source.path.find("encodings/") != std::string::npos ||
        source.path == "experiments/encodings/encoding.cc") {
      continue;
    }
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      if (std::regex_search(source.lines[i], named)) {
        problems.push_back(place(source, i) + source.lines[i]);
      }
    }
  }
  expect_none(problems);
}

TEST_CASE("no path of one machine stands in the sources", "[tidy]") {
  const std::regex machine_path("[\"'( ](/home/|/root/|/work/|/Users/)");
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (source.path == "tests/tidy_test.cc") continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      if (std::regex_search(source.lines[i], machine_path)) {
        problems.push_back(place(source, i) + source.lines[i]);
      }
    }
  }
  expect_none(problems);
}
