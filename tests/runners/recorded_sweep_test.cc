#include "runners/sharing/recorded_sweep.h"

#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/journal/journal_writer.h"
#include "framework/sweep/trial.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

Trial trial_of(int seed) {
  Trial trial;
  trial.experiment = "toy";
  trial.parameters.set("seed", Value(seed));
  trial.id = identity_of(trial);
  return trial;
}

// A journal of a host, as a run writes it.
class Journal {
 public:
  Journal(const TemporaryFolder& store, const std::string& host)
      : writer_(system_files(), store.path() / "journal" / host) {}
  ~Journal() { writer_.sync(); }

  void plan(const std::string& sweep, const std::string& revision, int trials, std::int64_t time) {
    writer_.append(SweepPlanned{sweep, revision, "{}", static_cast<std::uint64_t>(trials), time});
    TrialsPlanned rows;
    rows.sweep = sweep;
    rows.revision = revision;
    for (int i = 0; i < trials; ++i) rows.rows.push_back({identity_text(trial_of(i)), 0});
    writer_.append(rows);
    writer_.append(CellsPlanned{sweep, revision, 0, {{"{\"x\":1.0}", -1, true}}});
  }
  void start(int seed, std::uint32_t attempt) {
    AttemptStarted event;
    event.trial = trial_of(seed).id;
    event.attempt = attempt;
    writer_.append(event);
  }
  void end(int seed, std::uint32_t attempt, Outcome outcome, bool final, double elapsed_s = 1) {
    AttemptFinished event;
    event.trial = trial_of(seed).id;
    event.attempt = attempt;
    event.outcome = outcome;
    event.final = final;
    event.elapsed_s = elapsed_s;
    writer_.append(event);
  }

 private:
  JournalWriter writer_;
};

}  // namespace

TEST_CASE("a host learns plan and standing from journals alone", "[sharing]") {
  const TemporaryFolder store;
  {
    Journal a(store, "a");
    a.plan("toy", "r1", 2, 5);
    a.plan("toy", "r2", 7, 6);
    a.plan("other", "r1", 9, 7);
    a.start(0, 1);
    a.end(0, 1, Outcome::kDone, true, 4);
    a.start(1, 1);
    a.end(1, 1, Outcome::kCrashed, false);
    a.start(1, 2);
    a.start(2, 1);
    a.end(2, 1, Outcome::kError, true, 9);
    a.start(3, 1);
    a.start(6, 1);
    a.end(6, 1, Outcome::kDiverged, true, 2);
    Journal b(store, "b");
    b.end(1, 2, Outcome::kHostLost, false);  // a's attempt
    b.start(1, 3);
    b.end(1, 3, Outcome::kHung, false);
    b.end(2, 2, Outcome::kStopped, false);  // reopened
    b.start(4, 1);
    b.end(4, 1, Outcome::kCrashed, false);
    b.end(4, 2, Outcome::kCrashed, true);
  }
  const RecordedSweep sweep = read_recorded_sweep(system_files(), store.path(), "toy");
  CHECK(sweep.revision == "r2");
  CHECK(sweep.planned == 7);
  CHECK(sweep.done == 1);
  CHECK(sweep.diverged == 1);
  CHECK(sweep.failed == 1);
  CHECK(sweep.longest_s == 4);
  REQUIRE(sweep.to_run.size() == 4);  // 1, 2, 3, 5
  CHECK(sweep.to_run[0].id == trial_of(1).id);
  CHECK(sweep.to_run[0].next_attempt == 4);
  CHECK(sweep.to_run[0].counts.crashed == 1);
  CHECK(sweep.to_run[0].counts.hung == 1);
  CHECK(sweep.to_run[0].lost_attempt == 0);
  CHECK(sweep.to_run[1].next_attempt == 3);
  CHECK(sweep.to_run[2].next_attempt == 2);
  CHECK(sweep.to_run[2].lost_attempt == 1);
  CHECK(sweep.to_run[3].next_attempt == 1);
  CHECK(sweep.trial(3).id == trial_of(5).id);
  CHECK(sweep.trial(3).parameters == trial_of(5).parameters);
  CHECK(sweep.levels(3).canonical() == "{\"x\":1.0}");
  CHECK(sweep.positions.size() == 2);
}

TEST_CASE("a sweep that the journals do not have, or only in part, is named", "[sharing]") {
  const TemporaryFolder store;
  CHECK_THROWS_WITH(read_recorded_sweep(system_files(), store.path(), "toy"),
                    Contains("has no sweep"));
  {
    Journal a(store, "a");
    a.plan("toy", "r1", 2, 5);
  }
  CHECK_THROWS_WITH(read_recorded_sweep(system_files(), store.path(), "top"),
                    Contains("has no sweep 'top'; it has toy"));
  JournalWriter half(system_files(), store.path() / "journal" / "b");
  half.append(SweepPlanned{"half", "r1", "{}", 4, 1});
  half.sync();
  CHECK_THROWS_WITH(read_recorded_sweep(system_files(), store.path(), "half"),
                    Contains("do not have all 4 trials of sweep half"));
}

}  // namespace polysweep
