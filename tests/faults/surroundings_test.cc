// What happens around a run: signals, a clock that jumps, a database that is
// lost, damaged or held by others, a store that is a link, moved or gone.
#include <signal.h>
#include <sqlite3.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/faults/recovery.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

// Slow enough to be hit in the middle.
const std::string& slow_sweep() {
  static const std::string text = [] {
    std::string changed = kFaultySweep;
    changed.replace(changed.find("steps = 4"), 9, "steps = 4\nsleep_ms = 15");
    return changed;
  }();
  return text;
}

const nlohmann::json& undisturbed_values() {
  static const nlohmann::json values = [] {
    const PolysweepProgram program;
    const CommandEnd run = program.run(program.write("faulty.toml", slow_sweep()));
    if (run.status != 0) throw std::runtime_error(run.output + run.error);
    return final_values(program);
  }();
  return values;
}

void wait_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

// Starts a run and waits until some trial is settled.
int start_midway(const PolysweepProgram& program, const fs::path& sweep,
                 const Environment& added = {}, const std::vector<std::string>& words = {}) {
  const int pid = start_command(program.run_words(sweep, words), added);
  for (int i = 0; i < 2000 && settled_in_journal(program).empty(); ++i) wait_ms(5);
  return pid;
}

// A run that was killed in the middle, `damage` done to its store, then all that
// expect_recovered() demands.
Recovery after(const std::function<void(const fs::path& store)>& damage) {
  const PolysweepProgram program;
  const auto sweep = program.write("faulty.toml", slow_sweep());
  const int pid = start_midway(program, sweep);
  kill(pid, SIGKILL);
  wait_command(pid);
  damage(program.store());
  return expect_recovered(program, sweep, undisturbed_values());
}

}  // namespace

TEST_CASE("signals at any moment, once and twice, leave a store that can be resumed", "[faults]") {
  struct Signals {
    const char* name;
    std::vector<int> numbers;
  };
  const std::vector<Signals> all = {{"SIGINT", {SIGINT}},   {"SIGINT twice", {SIGINT, SIGINT}},
                                    {"SIGTERM", {SIGTERM}}, {"SIGTERM twice", {SIGTERM, SIGTERM}},
                                    {"SIGHUP", {SIGHUP}},   {"SIGUSR1", {SIGUSR1}},
                                    {"SIGQUIT", {SIGQUIT}}};
  FaultTable table;
  for (const Signals& signals : all) {
    for (const int delay_ms : {0, 40, 110}) {
      const PolysweepProgram program;
      const auto sweep = program.write("faulty.toml", slow_sweep());
      const int pid =
          delay_ms == 0 ? start_midway(program, sweep) : start_command(program.run_words(sweep));
      wait_ms(delay_ms);
      for (const int number : signals.numbers) kill(pid, number);
      const int status = wait_command(pid);
      INFO(signals.name << " after " << delay_ms << " ms: status " << status);
      // Where it stops of itself in the middle it says so.
      const bool asked = signals.numbers[0] == SIGINT || signals.numbers[0] == SIGTERM;
      if (delay_ms == 0 && asked) CHECK((status == 3 || status == 0));
      table.add(signals.name, expect_recovered(program, sweep, undisturbed_values()));
    }
  }
  table.print();
}

TEST_CASE("a clock that jumps by an hour changes nothing but dates", "[faults]") {
  const PolysweepProgram program;
  const auto sweep = program.write("faulty.toml", slow_sweep());
  const Environment jumping = {{"LD_PRELOAD", POLYSWEEP_IO_SHIM},
                               {"POLYSWEEP_FAULT_PROGRAM", "polysweep"},
                               {"POLYSWEEP_FAULT_CLOCK_S", "3600"}};
  const int pid = start_midway(program, sweep, jumping);
  kill(pid, SIGKILL);
  wait_command(pid);
  REQUIRE(program.run(sweep, {}, jumping).status == 0);
  // It did jump.
  const nlohmann::json spread = program.query(
      "SELECT max(started_us) - min(started_us) > 3000000000 AS jumped FROM attempts");
  CHECK(spread[0]["jumped"] == 1);
  FaultTable table;
  table.add("clock jumps by an hour", expect_recovered(program, sweep, undisturbed_values()));
  table.print();
}

TEST_CASE("a database that is lost is made again by the next run", "[faults]") {
  FaultTable table;
  table.add("database removed", after([](const fs::path& store) {
              for (const char* end : {"", "-wal", "-shm"}) {
                fs::remove(store / ("polysweep.db" + std::string(end)));
              }
            }));
  table.add("-wal removed", after([](const fs::path& store) {
              fs::remove(store / "polysweep.db-wal");
              fs::remove(store / "polysweep.db-shm");
            }));
  table.add("database empty", after([](const fs::path& store) {
              for (const char* end : {"-wal", "-shm"}) {
                fs::remove(store / ("polysweep.db" + std::string(end)));
              }
              fs::resize_file(store / "polysweep.db", 0);
            }));
  table.print();
}

TEST_CASE("a damaged database is named, and a rebuild repairs it", "[faults]") {
  const PolysweepProgram program;
  const auto sweep = program.write("faulty.toml", slow_sweep());
  REQUIRE(program.run(sweep).status == 0);
  const fs::path database = program.store() / "polysweep.db";
  std::fstream file(database, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(100);
  file << std::string(fs::file_size(database) - 100, '\x5a');
  file.close();
  const CommandEnd run = program.run(sweep);
  INFO(run.error);
  CHECK(run.status == 2);
  CHECK_THAT(run.error, Contains("polysweep rebuild"));
  REQUIRE(program.ask({"rebuild"}).status == 0);
  FaultTable table;
  table.add("database overwritten", expect_recovered(program, sweep, undisturbed_values()));
  table.print();
}

TEST_CASE("a reader that pins the log of the database stops nobody", "[faults]") {
  const PolysweepProgram program;
  const auto sweep = program.write("faulty.toml", slow_sweep());
  const int pid = start_midway(program, sweep);
  const fs::path path = program.store() / "polysweep.db";
  for (int i = 0; i < 2000 && !fs::exists(path); ++i) wait_ms(5);
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  sqlite3_busy_timeout(database, 10'000);
  const char* hold = "BEGIN; SELECT count(*) FROM sqlite_schema";
  REQUIRE(sqlite3_exec(database, hold, nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK(wait_command(pid) == 0);
  CHECK(final_values(program) == undisturbed_values());
  REQUIRE(sqlite3_close(database) == SQLITE_OK);
  FaultTable table;
  table.add("reader pins the WAL", expect_recovered(program, sweep, undisturbed_values()));
  table.print();
}

TEST_CASE("a store that is gone in the middle ends the run with its name", "[faults]") {
  const PolysweepProgram program;
  const auto sweep = program.write("faulty.toml", slow_sweep());
  const int pid = start_midway(program, sweep, {}, {"steps=100", "--as", "faulty", "--lease", "1"});
  fs::rename(program.store(), program.store().string() + ".gone");
  const auto started = std::chrono::steady_clock::now();
  CHECK(wait_command(pid) == 2);
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(15));
  FaultTable table;
  table.add("store moved away", expect_recovered(program, sweep, undisturbed_values()));
  table.print();
}

TEST_CASE("a store may be a link, and hold links", "[faults]") {
  const PolysweepProgram program;
  const auto sweep = program.write("faulty.toml", slow_sweep());
  const fs::path elsewhere = program.store().parent_path() / "elsewhere";
  fs::create_directories(elsewhere / "store");
  fs::create_directories(elsewhere / "journal");
  fs::create_directories(elsewhere / "trials");
  fs::create_directory_symlink(elsewhere / "store", program.store());
  fs::create_directory_symlink(elsewhere / "journal", program.store() / "journal");
  fs::create_directory_symlink(elsewhere / "trials", program.store() / "trials");
  const int pid = start_midway(program, sweep);
  kill(pid, SIGKILL);
  wait_command(pid);
  FaultTable table;
  table.add("links in the store", expect_recovered(program, sweep, undisturbed_values()));
  table.print();
  CHECK_FALSE(fs::is_empty(elsewhere / "journal"));
  CHECK(fs::is_symlink(program.store() / "journal"));
}
