// The code of a sweep, as a user sees it: edited while trials run, and between runs.
#include <chrono>
#include <thread>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

// Waits, then prints what the module says.
const std::string kSlowScript = R"(
import sys, time
time.sleep(0.4)
import helper
open('out.txt', 'w').write(sys.argv[1])
time.sleep(0.2)
assert open('out.txt').read() == sys.argv[1]
print('loss', helper.loss)
)";

const std::string kSweep = R"(
sweep      = "edited"
experiment = "edited"
command    = ["python3", "train.py", "{seed}"]
replicate  = "seed"
[factors]
seed = { range = [0, 5] }
[metrics]
primary = { name = "loss", goal = "minimize" }
[capture]
stdout = 'loss (?P<loss>\S+)'
)";

fs::path write_sweep(const PolysweepProgram& program, const std::string& first_lines = "") {
  program.write("train.py", kSlowScript);
  program.write("helper.py", "loss = 1\n");
  program.write("README.md", "first");
  return program.write("edited.toml", first_lines + kSweep);
}

CommandEnd run(const PolysweepProgram& program, const fs::path& sweep) {
  return run_command({PolysweepProgram::path().string(), "run", sweep.string(), "--store",
                      program.store().string(), "--slots", "2"});
}

nlohmann::json losses(const PolysweepProgram& program) {
  return program.query(
      "SELECT value, count(*) AS trials FROM final_metrics WHERE metric = 'loss' "
      "GROUP BY value ORDER BY value");
}

}  // namespace

TEST_CASE("trials run the code that was planned, however it is edited meanwhile", "[cli]") {
  const PolysweepProgram program;
  const fs::path sweep = write_sweep(program);
  std::thread editor([&] {
    while (!fs::exists(program.store() / "trials")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    program.write("helper.py", "loss = 2\n");
  });
  const CommandEnd first = run(program, sweep);
  editor.join();
  INFO(first.output << first.error);
  REQUIRE(first.status == 0);
  nlohmann::json rows = losses(program);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["value"] == 1);
  CHECK(rows[0]["trials"] == 6);

  // The edited module is other code, a document is not.
  REQUIRE(run(program, sweep).status == 0);
  rows = losses(program);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1]["trials"] == 6);
  program.write("README.md", "second");
  REQUIRE(run(program, sweep).status == 0);
  CHECK(program.query("SELECT code FROM trials").size() == 12);
  CHECK(program.query("SELECT DISTINCT code FROM trials").size() == 2);

  // Both snapshots are of trials; the third is not.
  CHECK_THAT(program.ask({"gc", "--dry-run"}).output, !Contains("code  "));
  fs::copy(program.store() / "code", program.store() / "code2", fs::copy_options::recursive);
  fs::create_directories(program.store() / "code" / std::string(64, 'a'));
  CHECK_THAT(program.ask({"gc"}).output, Contains(std::string(64, 'a')));
  CHECK_FALSE(fs::exists(program.store() / "code" / std::string(64, 'a')));
}

TEST_CASE("a result of live code that changed is none", "[cli]") {
  const PolysweepProgram program;
  const fs::path sweep = write_sweep(program, "code = \"live\"\n");
  std::thread editor([&] {
    while (!fs::exists(program.store() / "trials")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    program.write("helper.py", "loss = 2\n");
  });
  const CommandEnd end = run(program, sweep);
  editor.join();
  INFO(end.output << end.error);
  CHECK(end.status != 0);
  CHECK(program.query("SELECT * FROM final_metrics WHERE value = 2").empty());
  const nlohmann::json rows = program.query(
      "SELECT count(*) AS n FROM attempts WHERE message = 'code changed: helper.py differs from "
      "when the trial was planned'");
  CHECK(rows[0]["n"] >= 1);
}

}  // namespace polysweep
