// Two runs on one store: real processes, real signals.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

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
    if (program.ask({"status"}).status != 2 && number(program, sql) >= least) return true;
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

namespace {

// A program that fails on a machine without a device: where BROKEN_AFTER is set, after
// so many trials of this run.
const std::string kDeviceScript = R"(#!/bin/sh
if [ -n "$BROKEN_AFTER" ]; then
  trials=$(ls "$RUN_FOLDER" | wc -l)
  if [ "$trials" -ge "$BROKEN_AFTER" ]; then echo "no device for seed $1" >&2; exit 1; fi
  : > "$RUN_FOLDER/$1-$2"
fi
[ -n "$SLEEP_S" ] && sleep "$SLEEP_S"
echo "{\"metric\":\"loss\",\"step\":1,\"value\":$2}" >> "$POLYSWEEP_METRICS_FILE"
)";

const std::string kDeviceSweep = R"(sweep      = "device"
experiment = "device"
command    = ["/bin/sh", "work.sh", "{seed}", "{x}"]
files      = ["work.sh"]
replicate  = "seed"
[factors]
x    = [1, 2, 3, 4]
seed = { range = [0, 49] }
[metrics]
primary = { name = "loss", goal = "minimize" }
)";

std::vector<std::string> run_of(const PolysweepProgram& program, const std::filesystem::path& sweep,
                                const std::vector<std::string>& words = {}) {
  std::vector<std::string> all = {"run", sweep.string(), "--slots", "1"};
  all.insert(all.end(), words.begin(), words.end());
  return program.on_store(all);
}

}  // namespace

TEST_CASE("a machine where everything fails after some good trials loses none", "[sharing]") {
  const PolysweepProgram program;
  program.write("work.sh", kDeviceScript);
  const auto sweep = program.write("device.toml", kDeviceSweep);
  const TemporaryFolder marks;
  const Environment broken = {{"BROKEN_AFTER", "6"}, {"RUN_FOLDER", marks.path().string()}};
  const CommandEnd end = run_command(run_of(program, sweep), broken);
  INFO(end.output << end.error);
  CHECK(end.status == 1);
  CHECK_THAT(end.output, Contains("the last 5 trials of this run failed in the same way") &&
                             Contains("6 done") && Contains("failed trials are pending again"));
  const CommandEnd status = program.ask({"status", "device"});
  CHECK_THAT(status.error, Contains("the last 5 trials of this run failed in the same way"));
  CHECK(number(program, "SELECT count(*) AS n FROM trials WHERE state = 'failed'") == 0);
  CHECK(number(program, "SELECT count(*) AS n FROM trials WHERE state = 'done'") == 6);
  CHECK(number(program,
               "SELECT count(*) AS n FROM journals WHERE stop_reason LIKE "
               "'the last 5 trials%no device%'") == 1);
  const nlohmann::json before = program.query("SELECT * FROM attempts ORDER BY trial, attempt");
  REQUIRE(program.ask({"rebuild"}).status == 0);
  CHECK(program.query("SELECT * FROM attempts ORDER BY trial, attempt") == before);
  SECTION("the machine works again") {
    CHECK(run_command(run_of(program, sweep)).status == 0);
    CHECK(number(program, "SELECT count(*) AS n FROM trials WHERE state = 'done'") == 200);
    CHECK_THAT(program.ask({"status", "device"}).error, !Contains("stopped at"));
  }
  SECTION("the trials are at fault: all of them are run") {
    const CommandEnd all = run_command(run_of(program, sweep, {"--breaker", "0"}), broken);
    CHECK(all.status == 1);
    CHECK(number(program, "SELECT count(*) AS n FROM trials WHERE state = 'failed'") == 194);
  }
}

TEST_CASE("the hosts beside a broken machine finish the sweep", "[sharing]") {
  const PolysweepProgram program;
  program.write("work.sh", kDeviceScript);
  const auto sweep = program.write("device.toml", kDeviceSweep);
  const TemporaryFolder marks;
  const std::string log = (marks.path() / "log").string();
  std::filesystem::create_directory(marks.path() / "runs");
  const std::vector<int> sound = {
      start_command(run_of(program, sweep, {"seed=0..24", "--as", "device"}), {{"SLEEP_S", "0.1"}}),
      start_command(run_of(program, sweep, {"seed=0..24", "--as", "device"}), {{"SLEEP_S", "0.1"}}),
  };
  REQUIRE(wait_for(program, "SELECT count(DISTINCT host) AS n FROM attempts", 1));
  const int broken =
      start_command(run_of(program, sweep, {"seed=0..24", "--as", "device"}),
                    {{"BROKEN_AFTER", "4"}, {"RUN_FOLDER", (marks.path() / "runs").string()}}, log);
  CHECK(wait_command(broken) == 1);
  for (const int pid : sound) CHECK(wait_command(pid) == 0);
  const CommandEnd status = program.ask({"status", "device"});
  INFO(status.output << status.error);
  REQUIRE(status.status == 0);
  CHECK(number(program, "SELECT count(*) AS n FROM trials WHERE state = 'done'") == 100);
  CHECK(number(program, "SELECT count(*) AS n FROM attempts WHERE outcome = 'error'") >= 5);
  CHECK(number(program,
               "SELECT count(*) AS n FROM journals WHERE stop_reason LIKE "
               "'the last % trials of this run failed%'") == 1);
}

TEST_CASE("a level that always fails is not taken for a broken machine", "[sharing]") {
  const PolysweepProgram program;
  program.write("work.sh",
                "[ $2 = 3 ] && { echo \"no $2 of $1\" >&2; exit 1; }\n"
                "echo \"{\\\"metric\\\":\\\"loss\\\",\\\"step\\\":1,\\\"value\\\":$2}\" "
                ">> \"$POLYSWEEP_METRICS_FILE\"\n");
  const auto sweep = program.write("device.toml", kDeviceSweep);
  const CommandEnd end = run_command(run_of(program, sweep));
  INFO(end.output << end.error);
  CHECK(end.status == 1);
  CHECK(number(program, "SELECT count(*) AS n FROM trials WHERE state = 'failed'") == 50);
  CHECK(number(program, "SELECT count(*) AS n FROM trials WHERE state = 'done'") == 150);
}
