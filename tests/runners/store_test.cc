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

TEST_CASE("a plan stands in the journal in chunks, each trial by its identity", "[store]") {
  const TemporaryFolder folder;
  const Catalogue catalogue = Catalogue::from_json(
      run_program({POLYSWEEP_PROGRAMS "/polysweep-plain-worker", "--schema"}).output);
  Sweep sweep = parse_sweep(
      "sweep = \"s\"\nexperiment = \"toy\"\nreplicate = \"seed\"\n[factors]\nx = [1, 2]\n"
      "seed = { range = [0, 999] }\n[metrics]\nprimary = { name = \"objective\", goal = "
      "\"minimize\" }\n",
      "s.toml", {}, catalogue);
  DataFolder no_data("");
  const Plan plan(std::move(sweep), no_data);
  JournalWriter journal(system_files(), folder.path());
  write_plan(journal, plan, {});
  CHECK(journal.last_synced() == journal.last_appended());

  JournalReader reader(system_files(), folder.path());
  const Event first = reader.next()->event;
  CHECK(std::get<SweepPlanned>(first).trial_count == plan.size());
  CHECK(std::get<SweepPlanned>(first).revision == plan.revision());
  std::size_t next = 0;
  while (const std::optional<JournalRecord> record = reader.next()) {
    const TrialsPlanned& chunk = std::get<TrialsPlanned>(record->event);
    CHECK(chunk.first == next);
    CHECK(chunk.rows.size() <= kPlannedRows);
    for (const TrialsPlanned::Row& row : chunk.rows) {
      REQUIRE(sha256_hex(row.identity).substr(0, 32) == plan.id(next).hex());
      REQUIRE(row.cell == plan.cell(next));
      ++next;
    }
  }
  CHECK(next == plan.size());
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
