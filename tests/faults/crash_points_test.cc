// Fails at the N-th file operation for N = 1, 2, ... until nothing fails, and
// checks after each that the next run recovers completely.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include "tests/faults/recovery.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

std::filesystem::path count_file(const PolysweepProgram& program) {
  return program.store().parent_path() / "count";
}

Environment shim(const PolysweepProgram& program, const std::string& fault) {
  return {{"LD_PRELOAD", POLYSWEEP_IO_SHIM},
          {"POLYSWEEP_FAULT", fault},
          {"POLYSWEEP_FAULT_PROGRAM", "polysweep"},
          {"POLYSWEEP_FAULT_UNDER", program.store().string()},
          {"POLYSWEEP_FAULT_COUNT", count_file(program).string()}};
}

// Whether the run made so many calls that the N-th was there to fail. One that was
// killed tells no count.
bool has_struck(const PolysweepProgram& program, int n) {
  std::ifstream file(count_file(program));
  long calls = 0;
  return !(file >> calls) || calls >= n;
}

const nlohmann::json& undisturbed_values() {
  static const nlohmann::json values = [] {
    const PolysweepProgram program;
    const CommandEnd run = program.run(program.write("faulty.toml", kFaultySweep));
    if (run.status != 0) throw std::runtime_error(run.output + run.error);
    return final_values(program);
  }();
  return values;
}

constexpr int kEvery = 10'000;

// Every N until the run makes fewer calls, or, beyond the first `most` / 2, every
// ninth.
void sweep_over(FaultTable& table, const std::string& calls, const std::string& action, int most) {
  int tried = 0;
  for (int n = 1; n < 10'000; ++tried) {
    const PolysweepProgram program;
    const auto sweep = program.write("faulty.toml", kFaultySweep);
    const std::string fault = calls + " " + action + " " + std::to_string(n);
    INFO(fault);
    const CommandEnd run = program.run(sweep, {}, shim(program, fault));
    const bool struck = has_struck(program, n);
    if (!struck) CHECK(run.status == 0);
    table.add(calls + " " + action, expect_recovered(program, sweep, undisturbed_values()));
    if (!struck) break;
    n += tried < most / 2 ? 1 : 9;
  }
  CHECK(tried > 1);
}

}  // namespace

TEST_CASE("killed at every file operation, the next run recovers", "[faults]") {
  FaultTable table;
  sweep_over(table, "write", "kill", 20);
  sweep_over(table, "sync", "kill", 20);
  sweep_over(table, "rename,open", "kill", 20);
  table.print();
}

TEST_CASE("refused at every file operation, the next run recovers", "[faults]") {
  FaultTable table;
  sweep_over(table, "write", "ENOSPC", 16);
  sweep_over(table, "write", "EIO", 8);
  sweep_over(table, "sync", "EIO", 16);
  sweep_over(table, "open", "EMFILE", 8);
  sweep_over(table, "open", "EROFS", 8);
  table.print();
}

// Minutes; ./dev faults asks for them.
TEST_CASE("killed at each single file operation, the next run recovers", "[.][faults][slow]") {
  FaultTable table;
  for (const char* calls : {"write", "sync", "rename", "open"}) {
    sweep_over(table, calls, "kill", kEvery);
  }
  table.print();
}

TEST_CASE("refused at each single file operation, the next run recovers", "[.][faults][slow]") {
  FaultTable table;
  for (const char* error : {"ENOSPC", "EIO", "EDQUOT"}) sweep_over(table, "write", error, kEvery);
  for (const char* error : {"EIO", "ENOSPC"}) sweep_over(table, "sync", error, kEvery);
  for (const char* error : {"EIO", "EROFS"}) sweep_over(table, "rename", error, kEvery);
  for (const char* error : {"EMFILE", "EROFS"}) sweep_over(table, "open", error, kEvery);
  for (const char* action : {"short", "EINTR"}) sweep_over(table, "write", action, kEvery);
  table.print();
}

TEST_CASE("a retry killed at any file operation is repeated, and the store is complete",
          "[faults]") {
  std::string text = kFaultySweep;
  const std::string seed = "seed = ";
  text.insert(text.find(seed), "fault = { values = ['throw'], when = { x = 1.0 } }\n");
  // The trials of x = 1 fail, and do not in their second attempt.
  const auto with_failures = [&](const PolysweepProgram& program) {
    const auto sweep = program.write("faulty.toml", text);
    REQUIRE(program.run(sweep).status == 1);
    REQUIRE(program.query("SELECT count(*) AS n FROM trials WHERE state = 'failed'")[0]["n"] == 3);
    return sweep;
  };
  const PolysweepProgram undisturbed;
  const auto undisturbed_sweep = with_failures(undisturbed);
  REQUIRE(undisturbed.ask({"retry", "faulty"}).status == 0);
  REQUIRE(undisturbed.run(undisturbed_sweep).status == 0);
  FaultTable table;
  for (const std::string calls : {"write", "sync", "rename,open"}) {
    int status = 1;
    for (int n = 1; status != 0; ++n) {
      REQUIRE(n < 1000);
      INFO(calls << " " << n);
      const PolysweepProgram program;
      const auto sweep = with_failures(program);
      const std::string fault = calls + " kill " + std::to_string(n);
      status = run_command(program.on_store({"retry", "faulty"}), shim(program, fault)).status;
      if (status != 0) REQUIRE(program.ask({"retry", "faulty"}).status == 0);
      table.add("retry: " + calls + " kill",
                expect_recovered(program, sweep, final_values(undisturbed)));
      CHECK(program.query("SELECT count(*) AS n FROM attempts WHERE outcome = 'error'")[0]["n"] ==
            3);
    }
  }
  table.print();
}

TEST_CASE("interrupted and short writes are continued", "[faults]") {
  FaultTable table;
  for (const char* fault : {"write short 1 1", "write EINTR 1 2", "write EINTR 2 3"}) {
    const PolysweepProgram program;
    const auto sweep = program.write("faulty.toml", kFaultySweep);
    INFO(fault);
    CHECK(program.run(sweep, {}, shim(program, fault)).status == 0);
    table.add(fault, expect_recovered(program, sweep, undisturbed_values()));
  }
  table.print();
}

TEST_CASE("killed at random moments, again and again, the table is the same", "[faults]") {
  const PolysweepProgram undisturbed;
  const std::vector<std::string> slow = {"sleep_ms=5", "steps=20", "seed=0..9", "--as", "faulty"};
  const std::string text = kFaultySweep;
  REQUIRE(undisturbed.run(undisturbed.write("faulty.toml", text), slow).status == 0);
  const PolysweepProgram program;
  const auto sweep = program.write("faulty.toml", text);
  std::mt19937 random(1);
  for (int i = 0; i < 15; ++i) {
    const int pid = start_command(program.run_words(sweep, slow));
    std::this_thread::sleep_for(
        std::chrono::milliseconds(std::uniform_int_distribution<>(20, 300)(random)));
    kill(pid, SIGKILL);
    wait_command(pid);
  }
  const CommandEnd last = program.run(sweep, slow);
  INFO(last.output << last.error);
  CHECK(last.status == 0);
  CHECK(final_values(program) == final_values(undisturbed));
}
