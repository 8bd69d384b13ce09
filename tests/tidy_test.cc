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

// The architecture: each wing (a folder) and what its files may include besides
// their own wing. An entry allows everything below it; a nested wing counts for itself.
struct Wing {
  std::string folder;
  std::vector<std::string> may_include;
};

const std::vector<Wing>& wings() {
  static const std::vector<Wing> all = {
      {"framework/core/", {}},
      {"framework/sweep/", {"framework/core/"}},
      {"framework/sweep/file/", {"framework/core/", "framework/sweep/"}},
      {"framework/sweep/plan/", {"framework/core/", "framework/sweep/"}},
      {"framework/journal/", {"framework/core/", "framework/sweep/"}},
      {"framework/worker/", {"framework/core/", "framework/sweep/", "framework/journal/"}},

      {"scoring/", {"framework/core/"}},

      {"experiments/text/", {"scoring/", "framework/"}},
      {"experiments/tensors/", {"framework/"}},
      {"experiments/encodings/",
       {"experiments/parameter_declarations.h", "experiments/tensors/", "framework/"}},
      {"experiments/model/",
       {"experiments/parameter_declarations.h", "experiments/tensors/", "experiments/encodings/",
        "framework/"}},
      {"experiments/training/",
       {"experiments/tensors/", "experiments/model/", "experiments/text/", "framework/"}},
      {"experiments/decoding/", {"experiments/tensors/", "experiments/model/", "framework/"}},
      {"experiments/length/", {"experiments/", "framework/"}},
      {"experiments/translation/", {"experiments/", "scoring/", "framework/"}},
      {"experiments/", {"experiments/", "framework/"}},

      {"runners/process/", {"framework/"}},
      {"runners/store/", {"runners/process/", "framework/"}},
      {"runners/host/", {"runners/process/", "runners/store/", "framework/"}},
      {"runners/code/", {"runners/process/", "runners/store/", "framework/"}},
      {"runners/command/", {"runners/code/", "runners/process/", "runners/store/", "framework/"}},
      // Hosts take trials from whoever has them through one interface.
      {"runners/sharing/",
       {"runners/host/work_source.h", "runners/process/", "runners/store/", "framework/"}},

      {"runners/cluster/", {"runners/process/", "runners/store/", "framework/"}},

      {"results/schema/", {"framework/"}},
      {"results/ingest/", {"results/schema/", "framework/"}},
      {"results/read/", {"results/schema/", "framework/"}},
      {"results/export/", {"results/read/", "results/schema/", "framework/"}},

      {"reports/text/", {"results/export/csv.h", "framework/"}},
      {"reports/analysis/", {"reports/text/", "results/read/", "results/schema/", "framework/"}},
      {"reports/figures/", {"reports/text/", "results/read/", "framework/"}},
      {"reports/document/",
       {"reports/text/", "reports/analysis/", "reports/figures/", "results/read/",
        "results/schema/", "framework/"}},
      {"reports/render/", {"reports/text/", "reports/document/", "framework/"}},

      {"cli/shared/", {"reports/", "results/", "runners/", "scoring/", "framework/"}},
      {"cli/live/", {"cli/shared/", "reports/", "results/", "runners/", "framework/"}},
      {"cli/commands/",
       {"cli/shared/", "cli/live/", "reports/", "results/", "runners/", "scoring/", "framework/"}},
      {"cli/", {"cli/shared/", "cli/commands/"}},
  };
  return all;
}

// The innermost wing that `path` is in; nullptr outside of all.
const Wing* wing_of(const std::string& path) {
  const Wing* found = nullptr;
  for (const Wing& wing : wings()) {
    const bool inside = path.starts_with(wing.folder);
    if (inside && (!found || wing.folder.size() > found->folder.size())) found = &wing;
  }
  return found;
}

bool may_include(const Wing& wing, const std::string& path) {
  const Wing* target = wing_of(path);
  if (target == &wing) return true;
  return std::any_of(wing.may_include.begin(), wing.may_include.end(),
                     [&](const std::string& allowed) { return path.starts_with(allowed); });
}

// A header and its source are one unit: "results/read/ledger".
using Graph = std::map<std::string, std::set<std::string>>;

std::string unit_of(const std::string& path) { return path.substr(0, path.rfind('.')); }

Graph include_graph() {
  Graph graph;
  for (const SourceFile& source : sources()) {
    if (wing_of(source.path)) graph[unit_of(source.path)];
  }
  for (const SourceFile& source : sources()) {
    if (!wing_of(source.path)) continue;
    for_each_include(source, [&](std::size_t, const std::string& name) {
      const std::string target = unit_of(name);
      if (target != unit_of(source.path) && graph.contains(target)) {
        graph[unit_of(source.path)].insert(target);
      }
    });
  }
  return graph;
}

// Removes, again and again, what includes nothing that is left: what remains
// lies on a cycle or leads to one from both sides.
Graph cyclic_part(Graph graph) {
  for (bool removed = true; removed;) {
    removed = false;
    std::set<std::string> included;
    for (const auto& [unit, targets] : graph) included.insert(targets.begin(), targets.end());
    for (auto at = graph.begin(); at != graph.end();) {
      std::erase_if(at->second, [&](const std::string& unit) { return !graph.contains(unit); });
      const bool loose = at->second.empty() || !included.contains(at->first);
      if (loose) {
        at = graph.erase(at);
        removed = true;
      } else {
        ++at;
      }
    }
  }
  return graph;
}

TEST_CASE("includes follow the arrows between the wings", "[tidy]") {
  Problems problems;
  for (const SourceFile& source : sources()) {
    const Wing* wing = wing_of(source.path);
    if (!wing) continue;
    for_each_include(source, [&](std::size_t line, const std::string& name) {
      if (wing_of(name) && !may_include(*wing, name)) {
        problems.push_back(place(source, line) + wing->folder + " may not include " + name);
      }
    });
  }
  expect_none(problems);
}

TEST_CASE("every source is in a wing", "[tidy]") {
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (source.folder == "tests" || source.folder == "bench") continue;
    if (!wing_of(source.path)) problems.push_back(source.path + " is in no wing");
  }
  expect_none(problems);
}

TEST_CASE("no files include each other in a cycle", "[tidy]") {
  Problems problems;
  for (const auto& [unit, targets] : cyclic_part(include_graph())) {
    std::string line = unit + " ->";
    for (const std::string& target : targets) line += " " + target;
    problems.push_back(line);
  }
  expect_none(problems);
}

TEST_CASE("the search for cycles finds one", "[tidy]") {
  const Graph graph = {{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}, {"d", {}}, {"e", {"d"}}};
  const Graph found = cyclic_part(graph);
  CHECK(found.size() == 2);
  CHECK(found.contains("b"));
  CHECK(found.contains("c"));
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
TEST_CASE("every name at the top level is a plain word", "[tidy]") {
  Problems problems;
  for (const fs::directory_entry& entry : fs::directory_iterator(POLYSWEEP_SOURCE_FOLDER)) {
    const std::string name = entry.path().filename();
    const bool is_plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
    });
    if (!is_plain) problems.push_back(name);
  }
  INFO(shown(problems));
  CHECK(problems.empty());
}

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
      problems.push_back(source.path + ": the name says nothing");
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
      problems.push_back(source.path + ": its first line is not a comment");
    }
  }
  expect_none(problems);
}

// Text without comments: what a program can act on.
static std::string code_of(const std::string& line) { return line.substr(0, line.find("//")); }

TEST_CASE("an encoding is known by name in its table alone", "[tidy]") {
  const std::regex named(
      "\"(sinusoidal|learned|rope|alibi|t5|shaw|kerple_log|fire|polar|"
      "(legendre|chebyshev|hermite|gram)_(position|feature|bias))\"");
  const std::set<std::string> tables = {"experiments/encodings/encoding.cc",
                                        "experiments/translation/paper_figures.cc"};
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (source.folder == "tests" || source.folder == "bench" || tables.contains(source.path)) {
      continue;
    }
    if (source.path.starts_with("experiments/encodings/")) continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      if (std::regex_search(code_of(source.lines[i]), named)) {
        problems.push_back(place(source, i) + source.lines[i]);
      }
    }
  }
  expect_none(problems);
}

// What a parameter or metric is, an experiment declares (role, step): code that
// serves every experiment must not know one by its name.
TEST_CASE("no generic code knows a parameter or metric of one experiment", "[tidy]") {
  const std::regex named("\"(updates|corpus|tokens|validation_loss|test_bleu|dimension)\"");
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (source.folder == "tests" || source.folder == "bench" || source.folder == "experiments") {
      continue;
    }
    if (source.path == "framework/sweep/role.h") continue;  // the default unit of a step
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      if (std::regex_search(code_of(source.lines[i]), named)) {
        problems.push_back(place(source, i) + source.lines[i]);
      }
    }
  }
  expect_none(problems);
}

// Phrases that readers of English stumble over, and what to write instead.
struct Phrase {
  const char* pattern;
  const char* instead;
};

static const std::vector<Phrase>& banned_phrases() {
  static const std::vector<Phrase> all = {
      {"(^|[^e]) (is|are|was|were) no (?!longer|more than)[a-z]", "is not a ..., has no ..."},
      {"\\b(is|are|would be) right\\b", "expected ..."},
      {"\\b(goes|go|went|going|gone) on\\b", "resumes, continues"},
      {"\\bended badly\\b", "failed"},
      {"\\bbegun\\b", "started"},
      {"\\bmend(s|ed|ing)?\\b", "fix"},
      {"\\bthat lives?\\b", "active"},
      {"\\b(get|gets|got) there\\b", "reached the target"},
      {"\\bthe door\\b", "the lock, the entry point"},
      {"\\banew\\b", "again"},
      {"\\bto be had\\b", "available"},
      {"\\bone factor off\\b", "one factor at a time"},
      {"\\bholes?\\b", "missing value"},
      {"\\bthe whole\\b|\\bas a whole\\b|\\ba whole\\b", "complete, entire, an integer"},
  };
  return all;
}

// The text inside the quotes of a line of code.
static std::string quoted_text(const std::string& line) {
  static const std::regex quoted("\"((?:[^\"\\\\]|\\\\.)*)\"");
  std::string all;
  for (std::sregex_iterator at(line.begin(), line.end(), quoted), end; at != end; ++at) {
    all += (*at)[1].str() + "\n";
  }
  return all;
}

static void look_for_phrases(const std::string& text, const std::string& where,
                             Problems& problems) {
  static const std::vector<std::pair<std::regex, const char*>> patterns = [] {
    std::vector<std::pair<std::regex, const char*>> all;
    for (const Phrase& phrase : banned_phrases()) {
      all.emplace_back(std::regex(phrase.pattern, std::regex::icase), phrase.instead);
    }
    return all;
  }();
  for (const auto& [pattern, instead] : patterns) {
    std::smatch match;
    if (std::regex_search(text, match, pattern)) {
      problems.push_back(where + "\"" + match.str() + "\": write \"" + instead + "\"");
    }
  }
}

TEST_CASE("messages and help are plain English", "[tidy]") {
  Problems problems;
  for (const SourceFile& source : sources()) {
    if (source.folder == "tests" || source.folder == "bench") continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      if (source.lines[i].starts_with("#include")) continue;
      look_for_phrases(quoted_text(code_of(source.lines[i])), place(source, i), problems);
    }
  }
  expect_none(problems);
}

TEST_CASE("pages of documentation are plain English", "[tidy]") {
  const fs::path root = POLYSWEEP_SOURCE_FOLDER;
  std::vector<fs::path> pages;
  for (const char* folder : {"docs", "examples", "results", "bench"}) {
    if (!fs::exists(root / folder)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string path = entry.path().string();
      if (path.find("/studies/") != std::string::npos) continue;  // reports as they were made
      if (path.find("/.venv/") != std::string::npos) continue;
      if (entry.path().extension() == ".md") pages.push_back(entry.path());
    }
  }
  for (const char* name : {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}) {
    pages.push_back(root / name);
  }
  Problems problems;
  for (const fs::path& page : pages) {
    std::ifstream in(page);
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      look_for_phrases(line,
                       page.lexically_relative(root).string() + ":" + std::to_string(number) + ": ",
                       problems);
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
