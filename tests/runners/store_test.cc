#include <unistd.h>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/journal/journal_reader.h"
#include "framework/sweep/file/sweep_file.h"
#include "runners/process/oom_kill_counter.h"
#include "runners/process/program_output.h"
#include "runners/store/plan_journal.h"
#include "runners/store/run_lock.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

TEST_CASE("a second process is told who holds the door of the store", "[store]") {
  const TemporaryFolder folder;
  const std::filesystem::path store = folder.path() / "new" / "store";
  {
    const RunLock lock(system_files(), store);
    CHECK_THROWS_WITH(RunLock(system_files(), store),
                      Contains("is in use by process " + std::to_string(getpid()) + " on "));
  }
  CHECK_NOTHROW(RunLock(system_files(), store));
}

namespace {

Plan toy_plan(const std::string& lines) {
  const Catalogue catalogue = Catalogue::from_json(
      run_program({POLYSWEEP_PROGRAMS "/polysweep-plain-worker", "--schema"}).output);
  Sweep sweep = parse_sweep("sweep = \"s\"\nexperiment = \"toy\"\nreplicate = \"seed\"\n" + lines,
                            "s.toml", {}, catalogue);
  DataFolder no_data("");
  return Plan(std::move(sweep), no_data);
}

// Writes the plan and reads it back: every record as it was planned.
void expect_written(const Plan& plan) {
  const TemporaryFolder folder;
  JournalWriter journal(system_files(), folder.path());
  write_plan(journal, plan, description_json(describe(plan, {})));
  CHECK(journal.last_synced() == journal.last_appended());

  JournalReader reader(system_files(), folder.path());
  const Event first = reader.next()->event;
  CHECK(std::get<SweepPlanned>(first).trial_count == plan.size());
  CHECK(std::get<SweepPlanned>(first).revision == plan.revision());
  CHECK(parse_description(std::get<SweepPlanned>(first).description).cell_count ==
        plan.cell_count());
  std::size_t cell = 0;
  std::size_t trial = 0;
  while (const std::optional<JournalRecord> record = reader.next()) {
    if (const auto* cells = std::get_if<CellsPlanned>(&record->event)) {
      CHECK(cells->first == cell);
      CHECK(cells->rows.size() <= kPlannedRows);
      for (const CellsPlanned::Row& row : cells->rows) {
        const Cell expected = plan.cell(cell++);
        REQUIRE(row.levels == expected.levels.canonical());
        REQUIRE(row.baseline == expected.baseline);
        REQUIRE(row.is_baseline == expected.is_baseline);
      }
      continue;
    }
    const TrialsPlanned& chunk = std::get<TrialsPlanned>(record->event);
    CHECK(chunk.first == trial);
    CHECK(chunk.rows.size() <= kPlannedRows);
    for (const TrialsPlanned::Row& row : chunk.rows) {
      REQUIRE(sha256_hex(row.identity).substr(0, 32) == plan.id(trial).hex());
      REQUIRE(row.cell == plan.cell_of(trial));
      ++trial;
    }
  }
  CHECK(cell == plan.cell_count());
  CHECK(trial == plan.size());
}

}  // namespace

TEST_CASE("a plan is in the journal in pieces, each trial by its identity", "[store]") {
  expect_written(
      toy_plan("[factors]\nx = [1, 2]\nseed = { range = [0, 999] }\n[baseline]\nx = 2\n"));
}

TEST_CASE("a plan of 360,000 cells is written and read back", "[store][slow]") {
  expect_written(
      toy_plan("[factors]\nx = { range = [1, 600] }\ny = { range = [1, 600] }\nseed = [1]\n"
               "[baseline]\nx = 1\n"));
}

TEST_CASE("trials of long texts are written in records that are not too long", "[store]") {
  const TemporaryFolder folder;
  std::vector<Trial> trials(100);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    // Hex digits that neither repeat nor are in the row before.
    std::string text;
    while (text.size() < 300'000) text += sha256_hex(fmt::format("{} {}", i, text.size()));
    trials[i].experiment = "toy";
    trials[i].parameters.set("note", Value(text));
    trials[i].id = identity_of(trials[i]);
  }
  JournalWriter journal(system_files(), folder.path());
  write_trials(journal, "long", trials);
  JournalReader reader(system_files(), folder.path());
  std::size_t next = 0;
  while (const std::optional<JournalRecord> record = reader.next()) {
    for (const TrialsPlanned::Row& row : std::get<TrialsPlanned>(record->event).rows) {
      REQUIRE(row.identity == identity_text(trials[next++]));
    }
  }
  CHECK(next == trials.size());
}

TEST_CASE("kills because memory ran out are counted", "[store]") {
  const TemporaryFolder folder;
  const auto file = folder.write("memory.events", "low 0\noom 1\noom_kill 2\n");
  OomKillCounter events({file});
  CHECK_FALSE(events.grew());
  folder.write("memory.events", "low 0\noom 2\noom_kill 3\n");
  CHECK(events.grew());
  CHECK_FALSE(events.grew());
}

}  // namespace polysweep
