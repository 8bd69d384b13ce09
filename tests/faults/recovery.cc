#include "tests/faults/recovery.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/catch.h"

namespace polysweep {

const std::string kFaultySweep = R"(
sweep      = "faulty"
experiment = "toy"
replicate  = "seed"
[fixed]
noise = 0.1
steps = 4
checkpoint_every = 1
[factors]
x    = [0.0, 1.0]
seed = { range = [0, 2] }
[baseline]
x = 0.0
[metrics]
primary = { name = "objective", goal = "minimize" }
)";

nlohmann::json final_values(const PolysweepProgram& program) {
  return program.query(
      "SELECT trial, metric, step, value FROM final_metrics ORDER BY trial, metric, step");
}

std::vector<std::string> settled_in_journal(const PolysweepProgram& program) {
  std::set<std::string> settled;
  const CommandEnd dump = program.ask({"journal", "dump"});
  std::istringstream lines(dump.output);
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json event = nlohmann::json::parse(line)["event"];
    if (event["event"] == "attempt finished" && event["final"] == true) {
      settled.insert(event["trial"].get<std::string>());
    }
  }
  return {settled.begin(), settled.end()};
}

namespace {

// Processes whose command line names the store or its worker's channel.
std::uint64_t processes_of(const PolysweepProgram& program) {
  std::uint64_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream in(entry.path() / "environ", std::ios::binary);
    std::ostringstream environment;
    environment << in.rdbuf();
    if (environment.str().find(program.store().string()) != std::string::npos) ++count;
  }
  return count;
}

}  // namespace

Recovery expect_recovered(const PolysweepProgram& program, const std::filesystem::path& sweep,
                          const nlohmann::json& undisturbed) {
  Recovery recovery;
  const std::vector<std::string> before = settled_in_journal(program);
  recovery.acknowledged = before.size();

  const auto begin = std::chrono::steady_clock::now();
  const CommandEnd run = program.run(sweep);
  recovery.recovery_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  INFO(run.output << run.error);
  REQUIRE(run.status == 0);

  const std::vector<std::string> after = settled_in_journal(program);
  for (const std::string& trial : before) {
    recovery.lost += std::find(after.begin(), after.end(), trial) == after.end();
  }
  recovery.counted_twice =
      program
          .query(
              "SELECT count(*) AS n FROM (SELECT trial FROM attempts "
              "WHERE final AND counted GROUP BY trial HAVING count(*) > 1)")[0]["n"]
          .get<std::uint64_t>();
  CHECK(recovery.lost == 0);
  CHECK(recovery.counted_twice == 0);
  CHECK(program.query("SELECT count(*) AS n FROM trials WHERE state <> 'done'")[0]["n"] == 0);
  CHECK(final_values(program) == undisturbed);
  REQUIRE(program.ask({"rebuild"}).status == 0);
  CHECK(final_values(program) == undisturbed);
  CHECK(program.ask({"journal", "check"}).status == 0);
  CHECK(processes_of(program) == 0);
  return recovery;
}

void FaultTable::add(const std::string& fault, const Recovery& recovery) {
  auto row = std::find_if(rows_.begin(), rows_.end(),
                          [&](const Row& known) { return known.fault == fault; });
  if (row == rows_.end()) row = rows_.insert(rows_.end(), Row{fault, 0, {}, 0});
  ++row->times;
  row->sum.acknowledged += recovery.acknowledged;
  row->sum.lost += recovery.lost;
  row->sum.counted_twice += recovery.counted_twice;
  row->longest_s = std::max(row->longest_s, recovery.recovery_s);
}

void FaultTable::print() const {
  std::printf("%-34s %6s %13s %5s %8s %s\n", "fault", "times", "acknowledged", "lost", "twice",
              "longest recovery");
  for (const Row& row : rows_) {
    std::printf("%-34s %6lu %13lu %5lu %8lu %.2f s\n", row.fault.c_str(), row.times,
                row.sum.acknowledged, row.sum.lost, row.sum.counted_twice, row.longest_s);
  }
  std::fflush(stdout);
}

}  // namespace polysweep
