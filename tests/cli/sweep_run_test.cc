#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

// Final values of every trial, by id: what must not depend on what happened.
nlohmann::json final_table(const PolysweepProgram& program) {
  return program.query(
      "SELECT trial, metric, step, value FROM final_metrics "
      "ORDER BY trial, metric, step");
}

std::uint64_t done_count(const PolysweepProgram& program) {
  const CommandEnd end = program.ask({"status", "toy", "--json"});
  if (end.status == 2) return 0;
  std::uint64_t done = 0;
  for (const nlohmann::json& cell : nlohmann::json::parse(end.output)) {
    done += cell["counts"]["done"].get<std::uint64_t>();
  }
  return done;
}

}  // namespace

TEST_CASE("a sweep runs from file to report", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  const CommandEnd run = program.run(sweep);
  INFO(run.output << run.error);
  REQUIRE(run.status == 0);
  CHECK(program.ask({"status", "toy"}).status == 0);
  CHECK(done_count(program) == 24);

  const nlohmann::json final = final_table(program);
  CHECK(final.size() == 24 * 3);
  const CommandEnd list = program.ask({"list", "toy", "--json"});
  const nlohmann::json rows = nlohmann::json::parse(list.output);
  REQUIRE(rows.size() == 24);
  const std::string id = rows[0]["id"];
  const CommandEnd show = program.ask({"show", id.substr(0, 8)});
  CHECK(show.status == 0);
  CHECK_THAT(show.output, Contains(id) && Contains("objective") && Contains("build."));

  const auto page = program.store() / "report.html";
  const CommandEnd report = program.ask({"report", "--out", page.string()});
  INFO(report.error);
  REQUIRE(report.status == 0);
  CHECK(std::filesystem::file_size(page) > 10'000);
}

TEST_CASE("what is done is not run again, in this sweep or another", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  REQUIRE(program.run(sweep).status == 0);
  REQUIRE(program.run(sweep).status == 0);
  std::string other = kToySweep;
  other.replace(other.find("\"toy\""), 5, "\"two\"");
  const auto second = program.write("two.toml", other);
  REQUIRE(program.run(second, {"seed=0..5", "--as", "two"}).status == 0);
  CHECK(program.query("SELECT count(*) AS n FROM attempts")[0]["n"] == 36);
}

TEST_CASE("overrides select trials, and the sweep stays as it is", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  const CommandEnd part = program.run(sweep, {"x=1,2", "seed=0"});
  INFO(part.output << part.error);
  CHECK(part.status == 0);
  CHECK_THAT(part.output,
             Contains("sweep toy x=1,2 seed=0: running 4 of 4 trials") &&
                 Contains("sweep toy x=1,2 seed=0: 4 trials: 4 done\n") &&
                 Contains("sweep toy: 20 of 24 trials not selected and without a result\n"));
  const auto sweeps = program.query("SELECT sweep, trials FROM sweeps");
  CHECK(sweeps.dump() == R"([{"sweep":"toy","trials":24}])");
  CHECK(program.query("SELECT count(*) AS n FROM attempts")[0]["n"] == 4);
  CHECK(program.ask({"status", "toy"}).status == 1);

  const CommandEnd plan = program.plan(sweep, {"seed=0,1", "--store", program.store().string()});
  CHECK_THAT(plan.output, Contains("sweep toy: 24 trials in 6 cells") &&
                              Contains("selected:     12 of 24 trials (seed=0,1)") &&
                              Contains(": 24 trials: 4 done, 20 pending\n") &&
                              Contains("of these selected: 12 trials: 4 done, 8 pending\n"));
  CHECK(program.plan(sweep, {"seed=0,1", "--count"}).output == "12\n");
  const auto json = nlohmann::json::parse(program.plan(sweep, {"seed=0", "--json"}).output);
  CHECK(json["trials"].size() == 6);
  CHECK(json["planned"] == 24);
  CHECK(json["selection"].dump() == R"(["seed=0"])");

  REQUIRE(program.run(sweep).status == 0);
  CHECK(program.query("SELECT count(*) AS n FROM attempts")[0]["n"] == 24);
}

TEST_CASE("what a sweep does not have needs a name, and the message has the command", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  REQUIRE(program.run(sweep).status == 0);
  const CommandEnd refused = program.run(sweep, {"x=0.5", "seed=0", "--slots", "2", "--quiet"});
  CHECK(refused.status == 2);
  CHECK_THAT(refused.error,
             Contains("override 'x=0.5': 0.5 is not a level of factor 'x', whose levels are") &&
                 Contains("polysweep run " + sweep.string() + " x=0.0,0.5 seed=0") &&
                 Contains(" --quiet") && Contains(" --slots 2") &&
                 Contains(" --store " + program.store().string()) &&
                 Contains(" --as toy-x-0.0-0.5-seed-0"));
  CHECK(program.query("SELECT sum(trials) AS n FROM sweeps")[0]["n"] == 24);

  CHECK(program.run(sweep, {"x=0,0.5", "seed=0", "--as", "half"}).status == 0);
  CHECK(program.query("SELECT trials FROM sweeps WHERE sweep = 'half'")[0]["trials"] == 4);
  CHECK(program.query("SELECT trials FROM sweeps WHERE sweep = 'toy'")[0]["trials"] == 24);
  CHECK(program.query("SELECT count(*) AS n FROM attempts")[0]["n"] == 26);  // two are shared
  CHECK_THAT(program.ask({"report", "half"}).output, Contains("x=0,0.5 seed=0 --as half --store"));
  CHECK(program.run(sweep, {"--as", "again"}).status == 0);
  CHECK(program.query("SELECT trials FROM sweeps WHERE sweep = 'again'")[0]["trials"] == 24);
  CHECK_THAT(program.run(sweep, {"--as", "-x"}).error,
             Contains("--as '-x': expected 1 to 100 letters"));
}

TEST_CASE("failed trials are listed, and the exit status is 1", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep + R"([[exclude]]
where = { x = 2.0 }
)");
  const CommandEnd run =
      program.run(sweep, {"fault=none,throw", "fault_step=2", "x=0,1", "y=0", "--as", "toy"});
  INFO(run.output << run.error);
  CHECK(run.status == 1);
  CHECK(program.ask({"status", "toy"}).status == 1);
  CHECK(program.query("SELECT count(*) AS n FROM trials WHERE state = 'failed'")[0]["n"] == 8);
  CHECK_THAT(program.ask({"report"}).output, Contains("toy was asked to throw"));
}

TEST_CASE("kill -9 in the middle, run again: the same table", "[cli]") {
  const std::string sweep_text = kToySweep;
  const PolysweepProgram undisturbed;
  const std::vector<std::string> slow = {"sleep_ms=20", "checkpoint_every=1", "--as", "toy"};
  REQUIRE(undisturbed.run(undisturbed.write("toy.toml", sweep_text), slow).status == 0);

  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", sweep_text);
  for (int kill_after_ms : {150, 400, 700}) {
    const int pid = start_command(program.run_words(sweep, slow));
    std::this_thread::sleep_for(std::chrono::milliseconds(kill_after_ms));
    kill(pid, SIGKILL);
    CHECK(wait_command(pid) == 128 + SIGKILL);
  }
  const CommandEnd end = program.run(sweep, slow);
  INFO(end.output << end.error);
  REQUIRE(end.status == 0);
  CHECK(done_count(program) == 24);
  CHECK(final_table(program) == final_table(undisturbed));

  const nlohmann::json before = final_table(program);
  REQUIRE(program.ask({"rebuild"}).status == 0);
  CHECK(final_table(program) == before);
  CHECK(program.ask({"journal", "check"}).status == 0);
}

TEST_CASE("an interrupt stops cleanly, the next run resumes", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  const std::vector<std::string> slow = {"sleep_ms=40", "checkpoint_every=1", "--as", "toy"};
  const int pid = start_command(program.run_words(sweep, slow));
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  kill(pid, SIGINT);
  CHECK(wait_command(pid) == 3);
  CHECK(program.ask({"status", "toy"}).status == 1);
  CHECK(program.run(sweep, slow).status == 0);
  CHECK(done_count(program) == 24);
}

TEST_CASE("query reads and does nothing else", "[cli]") {
  const PolysweepProgram program;
  REQUIRE(program.run(program.write("toy.toml", kToySweep)).status == 0);
  for (const char* sql : {"DELETE FROM trial", "ATTACH 'x' AS y", "SELECT load_extension('x')",
                          "PRAGMA user_version = 9", "SELECT 1; SELECT 2"}) {
    const CommandEnd end = program.ask({"query", sql});
    INFO(sql);
    CHECK(end.status == 2);
    CHECK_FALSE(end.error.empty());
  }
  const CommandEnd csv = program.ask({"query", "SELECT 1 AS a, '=cmd' AS b", "--csv"});
  CHECK(csv.output == "a,b\n1,'=cmd\n");
}
