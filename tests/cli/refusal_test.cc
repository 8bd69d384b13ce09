// What a command refuses, what it says then, and what it leaves behind.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

// A sweep of `true` with the words `more` and the factor `a`.
std::string sweep_text(const std::string& words, const std::string& levels) {
  return "sweep = \"t\"\nexperiment = \"t\"\ncommand = [\"true\", " + words +
         "]\n[parameters]\na = \"x\"\n[factors]\na = [" + levels +
         "]\n[metrics]\nprimary = { name = \"elapsed_s\", goal = \"minimize\" }\n";
}

CommandEnd call(std::vector<std::string> words) {
  words.insert(words.begin(), PolysweepProgram::path().string());
  return run_command(words);
}

void make_database(const fs::path& file, const std::string& sql) {
  fs::create_directories(file.parent_path());
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  REQUIRE(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

std::vector<std::string> content_of(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    names.push_back(entry.path().lexically_relative(folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool has_control_character(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
  });
}

}  // namespace

TEST_CASE("a run without parameters is planned and run", "[cli][refusal]") {
  const PolysweepProgram program;
  const fs::path file =
      program.write("t.toml",
                    "sweep = \"t\"\nexperiment = \"t\"\ncommand = [\"true\"]\n[metrics]\n"
                    "primary = { name = \"elapsed_s\", goal = \"minimize\" }\n");
  const CommandEnd plan = call({"plan", file.string()});
  CHECK(plan.error == "");
  CHECK_THAT(plan.output, Contains("sweep t: 1 trial in 1 cell of experiment t"));
  const CommandEnd run = call({"run", file.string(), "--store", program.store().string()});
  INFO(run.error);
  CHECK(run.status == 0);
  CHECK_THAT(run.output, Contains("running 1 of 1 trial on "));
  CHECK_THAT(run.output, Contains("sweep t: 1 trial: 1 done"));
  CHECK(program.ask({"list"}).status == 0);
  CHECK(program.ask({"status", "t"}).status == 0);
}

TEST_CASE("plan and run refuse an argument that the system does not take", "[cli][refusal]") {
  const PolysweepProgram program;
  const fs::path file = program.write(
      "t.toml", sweep_text("\"{a}\"", "\"b\", \"" + std::string(131'072, 'y') + "\""));
  for (const char* command : {"plan", "run"}) {
    const CommandEnd end = call({command, file.string(), "--store", program.store().string()});
    CHECK(end.status == 2);
    CHECK_THAT(end.error, Contains("t.toml:3:11: argument 1 of trial ") &&
                              Contains(" has 131072 bytes") && Contains("at most 131071 in one"));
  }
  CHECK_FALSE(fs::exists(program.store()));
}

TEST_CASE("the longest argument that plan accepts can be started", "[cli][refusal]") {
  const PolysweepProgram program;
  const fs::path file =
      program.write("t.toml", sweep_text("\"{a}\"", "\"" + std::string(131'071, 'y') + "\""));
  const CommandEnd end = call({"run", file.string(), "--store", program.store().string()});
  INFO(end.error);
  CHECK(end.status == 0);
}

TEST_CASE("plan escapes control characters of levels, fixed values and exclusions",
          "[cli][refusal]") {
  const PolysweepProgram program;
  const fs::path file =
      program.write("t.toml",
                    "sweep = \"t\"\nexperiment = \"t\"\ncommand = [\"true\", \"{a}{b}\"]\n"
                    "[parameters]\na = \"x\"\nb = \"x\"\n[fixed]\nb = \"f\\u001b[31mg\"\n"
                    "[factors]\na = [\"q\\u001b[31mR\", \"r\\nz\", \"s\\u001b[0m\"]\n"
                    "[[exclude]]\nwhere = { a = \"s\\u001b[0m\" }\n[metrics]\n"
                    "primary = { name = \"elapsed_s\", goal = \"minimize\" }\n");
  const CommandEnd plan = call({"plan", file.string(), "--all"});
  CHECK(plan.status == 0);
  CHECK_FALSE(has_control_character(plan.output));
  CHECK_THAT(plan.output, Contains("r z (1)"));
  CHECK_THAT(plan.output, Contains("1 combination: exclude "));
}

TEST_CASE("compare escapes control characters of the levels that it knows", "[cli][refusal]") {
  const PolysweepProgram program;
  const fs::path file =
      program.write("t.toml", sweep_text("\"{a}\"", "\"q\\u001b[31mR\", \"r\\nz\""));
  REQUIRE(call({"run", file.string(), "--quiet", "--store", program.store().string()}).status == 0);
  const CommandEnd end = program.ask({"compare", "t", "nope", "r"});
  CHECK(end.status == 2);
  CHECK(end.error == "polysweep: unknown level 'nope'; known: q\\x1b[31mR, r\\x0az\n");
}

TEST_CASE("a run refused by the store's database leaves nothing there", "[cli][refusal]") {
  const PolysweepProgram program;
  const fs::path file = program.write("t.toml", sweep_text("\"{a}\"", "\"b\""));
  const fs::path store = program.store();
  const auto refused = [&](const std::string& what) {
    const CommandEnd end = call({"run", file.string(), "--store", store.string()});
    CHECK(end.status == 2);
    CHECK_THAT(end.error, Contains(what));
    CHECK(content_of(store) == std::vector<std::string>{"polysweep.db"});
    fs::remove_all(store);
  };
  make_database(store / "polysweep.db", "create table a(b)");
  refused("is a database of another program");
  make_database(store / "polysweep.db",
                fmt::format("pragma application_id = {}; pragma user_version = 9999; "
                            "create table a(b)",
                            0x70737731));
  refused("was written by a newer polysweep (version 9999");
  fs::create_directories(store);
  std::ofstream(store / "polysweep.db") << "these are the words of another program, not SQLite's";
  refused("polysweep.db");
  fs::create_directories(store / "polysweep.db");
  refused("is a folder, where the store's database should be");
}

TEST_CASE("a run refused by its options leaves no store", "[cli][refusal]") {
  const PolysweepProgram program;
  const fs::path file = program.write("t.toml", sweep_text("\"{a}\"", "\"b\""));
  for (const std::vector<std::string>& options :
       std::vector<std::vector<std::string>>{{"--slots", "2000"},
                                             {"--device", "abacus"},
                                             {"--memory-limit", "much"},
                                             {"--lease", "0"}}) {
    std::vector<std::string> words = {"run", file.string(), "--store", program.store().string()};
    words.insert(words.end(), options.begin(), options.end());
    INFO(options[0]);
    CHECK(call(words).status == 2);
    CHECK_FALSE(fs::exists(program.store()));
  }
}

TEST_CASE("plan says that there is no store yet", "[cli][refusal]") {
  const PolysweepProgram program;
  const fs::path file = program.write("t.toml", sweep_text("\"{a}\"", "\"b\""));
  const CommandEnd end = call({"plan", file.string(), "--store", program.store().string()});
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("in " + program.store().string() +
                                  ": no store yet: all trials are pending\n"));
  CHECK(end.error == "");
}

TEST_CASE("a path that is empty is named", "[cli][refusal]") {
  CHECK(call({"status", "--store", ""}).error == "polysweep: --store is empty; expected a path\n");
  CHECK(call({"experiments", "--worker", ""}).error ==
        "polysweep: --worker is empty; expected a path\n");
}

TEST_CASE("an option that is not a number names its own range", "[cli][refusal]") {
  for (const char* option : {"--confidence", "--alpha"}) {
    for (const char* value : {"nan", "-0.5"}) {
      CHECK(call({"compare", option, value}).error ==
            fmt::format("polysweep: {} '{}': expected a number between 0 and 1, for example 0.95\n",
                        option, value));
    }
  }
  CHECK_THAT(call({"best", "--confidence", "nan"}).error,
             Contains("--confidence 'nan': expected a number between 0 and 1"));
  CHECK(call({"verify", "--sample", "-1"}).error ==
        "polysweep: --sample '-1': expected an integer, 1 or more\n");
}

TEST_CASE("counts of one are singular", "[cli][refusal]") {
  const PolysweepProgram program;
  std::string text = sweep_text("\"{a}\"", "\"b\"");
  text.replace(text.find("\"true\""), 6, "\"false\"");
  const fs::path file = program.write("t.toml", text);
  CHECK_THAT(call({"run", file.string(), "--store", program.store().string()}).output,
             Contains("sweep t: 1 trial: 0 done, 1 failed"));
  CHECK_THAT(program.ask({"retry", "t"}).output,
             Contains("sweep t: 1 failed trial is retried by the next `polysweep run`"));
}
