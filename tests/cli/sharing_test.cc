// Two runs on one store: real processes, real signals.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

const std::vector<std::string> kSlow = {
    "sleep_ms=10", "steps=20", "checkpoint_every=5", "--as", "toy", "--slots", "1", "--lease", "2"};

nlohmann::json final_table(const PolysweepProgram& program) {
  return program.query(
      "SELECT trial, metric, step, value FROM final_metrics ORDER BY trial, metric, step");
}

nlohmann::json undisturbed_table() {
  static const nlohmann::json table = [] {
    const PolysweepProgram program;
    const auto sweep = program.write("toy.toml", kToySweep);
    if (program.run(sweep, {"steps=20", "--as", "toy"}).status != 0)
      throw std::runtime_error("it failed");
    return final_table(program);
  }();
  return table;
}

// Values alone: parameters that only cost time differ between the tables.
std::vector<double> values(const nlohmann::json& table) {
  std::vector<double> result;
  for (const auto& row : table) result.push_back(row["value"].get<double>());
  std::sort(result.begin(), result.end());
  return result;
}

std::uint64_t number(const PolysweepProgram& program, const std::string& sql) {
  return program.query(sql)[0].begin().value().get<std::uint64_t>();
}

// Waits until the query, of one number, gives at least `least`.
bool wait_for(const PolysweepProgram& program, const std::string& sql, std::uint64_t least) {
  for (int i = 0; i < 400; ++i) {
    if (program.ask({"status", "toy"}).status != 2 && number(program, sql) >= least) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  return false;
}

void expect_all_done_once(const PolysweepProgram& program) {
  CHECK(number(program, "SELECT count(*) AS n FROM trials WHERE state = 'done'") == 24);
  CHECK(number(program, "SELECT count(*) AS n FROM attempts WHERE counted AND final") == 24);
  CHECK(values(final_table(program)) == values(undisturbed_table()));
  const nlohmann::json before = final_table(program);
  REQUIRE(program.ask({"rebuild"}).status == 0);
  CHECK(final_table(program) == before);
}

}  // namespace

TEST_CASE("two runs on one store share a sweep, no trial is run twice", "[sharing]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  const int first = start_command(program.run_words(sweep, kSlow));
  const int second = start_command(program.run_words(sweep, kSlow));
  CHECK(wait_command(first) == 0);
  CHECK(wait_command(second) == 0);
  REQUIRE(program.ask({"status", "toy"}).status == 0);
  CHECK(number(program, "SELECT count(*) AS n FROM attempts") == 24);
  CHECK(number(program, "SELECT count(DISTINCT host) AS n FROM attempts") == 2);
  expect_all_done_once(program);
}

TEST_CASE("what a killed run leaves is taken over by the one beside it", "[sharing][slow]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  const int first = start_command(program.run_words(sweep, kSlow));
  REQUIRE(wait_for(program, "SELECT count(*) AS n FROM attempts", 1));
  const int second = start_command(program.run_words(sweep, kSlow));
  REQUIRE(wait_for(program, "SELECT count(DISTINCT host) AS n FROM attempts", 2));
  kill(first, SIGKILL);
  wait_command(first);
  CHECK(wait_command(second) == 0);
  CHECK(number(program, "SELECT count(*) AS n FROM attempts WHERE outcome = 'host lost'") <= 1);
  CHECK(number(program, "SELECT count(*) AS n FROM attempts") <= 25);
  expect_all_done_once(program);
}

TEST_CASE("a run stopped past its lease: late results are kept and not counted",
          "[sharing][slow]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  // A trial takes long enough to be at hand, and to end, while its host sleeps.
  std::vector<std::string> words = kSlow;
  words[0] = "sleep_ms=50";
  words.back() = "0.5";
  const int first = start_command(program.run_words(sweep, words));
  REQUIRE(wait_for(program, "SELECT count(*) AS n FROM attempts", 1));
  kill(first, SIGSTOP);  // its worker continues
  const int second = start_command(program.run_words(sweep, words));
  const std::string host = program.query("SELECT host FROM attempts LIMIT 1")[0]["host"];
  // The trial that the first has started is run again by the second.
  REQUIRE(wait_for(program,
                   "SELECT count(*) AS n FROM attempts a JOIN attempts b ON a.trial = b.trial AND "
                   "a.host <> b.host AND b.outcome = 'done'",
                   1));
  kill(first, SIGCONT);
  CHECK(wait_command(first) == 0);
  CHECK(wait_command(second) == 0);
  REQUIRE(program.ask({"status", "toy"}).status == 0);
  const nlohmann::json late = program.query(
      "SELECT a.attempt AS late, b.attempt AS counted, a.outcome AS outcome, a.points AS points "
      "FROM attempts a JOIN attempts b ON a.trial = b.trial AND b.counted AND NOT a.counted");
  INFO(late.dump());
  REQUIRE(late.size() >= 1);
  CHECK(late[0]["outcome"] == "done");
  CHECK(late[0]["points"].get<int>() > 0);
  CHECK(late[0]["late"].get<int>() + 1 < late[0]["counted"].get<int>());
  expect_all_done_once(program);
}

TEST_CASE("both runs of a store are killed: the next one finishes", "[sharing][slow]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  const int first = start_command(program.run_words(sweep, kSlow));
  const int second = start_command(program.run_words(sweep, kSlow));
  REQUIRE(wait_for(program, "SELECT count(DISTINCT host) AS n FROM attempts", 2));
  kill(first, SIGKILL);
  kill(second, SIGKILL);
  wait_command(first);
  wait_command(second);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(program.run(sweep, kSlow).status == 0);
  // It waits for nobody's lease: a free lock says that both are gone.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(12));
  expect_all_done_once(program);
}

TEST_CASE("two sweeps that share trials run each of them once", "[sharing]") {
  const PolysweepProgram program;
  std::string other = kToySweep;
  other.replace(other.find("\"toy\""), 5, "\"two\"");
  const auto sweep = program.write("toy.toml", kToySweep);
  const auto second_sweep = program.write("two.toml", other);
  const int first = start_command(program.run_words(sweep, kSlow));
  std::vector<std::string> words = kSlow;
  std::replace(words.begin(), words.end(), std::string("toy"), std::string("two"));
  const int second = start_command(program.run_words(second_sweep, words));
  CHECK(wait_command(first) == 0);
  CHECK(wait_command(second) == 0);
  CHECK(number(program, "SELECT count(*) AS n FROM attempts") == 24);
}
