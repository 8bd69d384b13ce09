#include "results/read/ledger.h"

#include "framework/core/error.h"
#include "results/ingest/ingest.h"
#include "results/read/live_sweep.h"
#include "results/read/lost_hosts.h"
#include "results/read/sweep_results_reader.h"
#include "results/read/trial_record.h"
#include "results/read/trial_table.h"
#include "tests/framework/training_catalogue.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

Standing standing_of(StoreSample& store, const TrialId& trial) {
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  return Ledger(database).standing(trial);
}

TrialState state_of(StoreSample& store, const TrialId& trial) {
  return standing_of(store, trial).state;
}

}  // namespace

TEST_CASE("a trial's state is that of its last attempt", "[ledger]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  CHECK(state_of(store, trial) == TrialState::kPending);
  store.write("alpha", sample_sweep("one", {"rope"}, 1));
  CHECK(state_of(store, trial) == TrialState::kPending);
  store.write("alpha", started(trial, 1));
  CHECK(state_of(store, trial) == TrialState::kRunning);
  store.write("alpha", finished(trial, 1, Outcome::kCrashed, false));
  CHECK(state_of(store, trial) == TrialState::kPending);
  store.write("alpha", {started(trial, 2), finished(trial, 2, Outcome::kDone, true)});
  CHECK(state_of(store, trial) == TrialState::kDone);
  store.write("alpha", {started(trial, 3), finished(trial, 3, Outcome::kDiverged, true)});
  CHECK(state_of(store, trial) == TrialState::kDiverged);
  store.write("alpha", {started(trial, 4), finished(trial, 4, Outcome::kError, true)});
  CHECK(state_of(store, trial) == TrialState::kFailed);
  store.write("alpha", started(trial, 5));
  CHECK(state_of(store, trial) == TrialState::kRunning);
}

TEST_CASE("attempts that settled nothing are counted by how they ended", "[ledger]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  CHECK(standing_of(store, trial).next_attempt() == 1);
  store.write("alpha", {started(trial, 1), finished(trial, 1, Outcome::kCrashed, false)});
  store.write("alpha", {started(trial, 2), finished(trial, 2, Outcome::kCrashed, false)});
  store.write("alpha", {started(trial, 3), finished(trial, 3, Outcome::kPreempted, false)});
  store.write("alpha", started(trial, 4));
  store.kill("alpha");
  store.write("alpha", started(trial, 5));
  const Standing standing = standing_of(store, trial);
  CHECK(standing.attempts == 5);
  CHECK(standing.next_attempt() == 6);
  CHECK(standing.host == "alpha");
  CHECK((standing.unsettled == std::map<Outcome, std::uint32_t>{{Outcome::kCrashed, 2},
                                                                {Outcome::kPreempted, 1},
                                                                {Outcome::kHostLost, 1}}));
}

TEST_CASE("what ran when its host was killed is pending once the host starts again", "[ledger]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  const TrialId other = sample_trial("rope", 1).id;
  store.write("alpha", {started(trial), points(trial, 1, "loss", 1, {1})});
  store.write("beta", started(other));
  CHECK(state_of(store, trial) == TrialState::kRunning);
  store.kill("alpha");
  CHECK(state_of(store, trial) == TrialState::kRunning);  // nobody knows yet
  store.write("alpha", ProvenanceSeen{"{}"});
  CHECK(state_of(store, trial) == TrialState::kPending);
  CHECK(state_of(store, other) == TrialState::kRunning);  // another host lives on
  CHECK(ask(store.path(), "SELECT host, state, outcome FROM attempts ORDER BY host") ==
        std::vector<std::string>{"alpha|lost|host lost", "beta|running|NULL"});
}

TEST_CASE("what ran when its host stopped is pending", "[ledger]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", {started(trial), HostStopped{"interrupted", 5}});
  CHECK(state_of(store, trial) == TrialState::kPending);
}

TEST_CASE("another host can say that a host is lost", "[ledger]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", started(trial, 1));
  store.write("beta", finished(trial, 1, Outcome::kHostLost, false, "its lease ran out"));
  CHECK(state_of(store, trial) == TrialState::kPending);
  CHECK(ask(store.path(), "SELECT state, outcome, message FROM attempts") ==
        std::vector<std::string>{"lost|host lost|its lease ran out"});
  CHECK((standing_of(store, trial).unsettled ==
         std::map<Outcome, std::uint32_t>{{Outcome::kHostLost, 1}}));
  store.write("alpha", finished(trial, 1, Outcome::kDone, true));  // it was not lost after all
  CHECK(state_of(store, trial) == TrialState::kDone);
}

TEST_CASE("cells and sweeps are counted by state", "[ledger]") {
  StoreSample store;
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 3));
  store.write("alpha", complete_attempt(sample_trial("none", 0).id, {1}));
  store.write("alpha", {started(sample_trial("none", 1).id),
                        finished(sample_trial("none", 1).id, 1, Outcome::kDiverged, true)});
  store.write("alpha", {started(sample_trial("rope", 0).id),
                        finished(sample_trial("rope", 0).id, 1, Outcome::kOutOfMemory, true)});
  store.write("alpha", started(sample_trial("rope", 1).id));
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  const Ledger ledger(database);
  const auto cells = ledger.cells("one");
  REQUIRE(cells.size() == 2);
  CHECK((cells[0] == StateCounts{3, 1, 0, 1, 0, 1}));
  CHECK((cells[1] == StateCounts{3, 0, 1, 0, 1, 1}));
  const auto sweeps = ledger.sweeps();
  REQUIRE(sweeps.size() == 1);
  CHECK(sweeps[0].name == "one");
  CHECK(sweeps[0].experiment == "toy");
  CHECK(sweeps[0].revision == sample_revision({"none", "rope"}, 3));
  CHECK((sweeps[0].counts == StateCounts{6, 1, 1, 1, 1, 2}));
  CHECK_THROWS_WITH(ledger.cells("onne"),
                    Contains("unknown sweep 'onne'") && Contains("did you mean 'one'"));
}

TEST_CASE("an unknown sweep in an empty store says that there is none", "[ledger]") {
  StoreSample store;
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  CHECK_THROWS_WITH(Ledger(database).cells("one"), Contains("which has no sweeps"));
}

TEST_CASE("a plan stands as its trials do in a small store and in a large one", "[ledger]") {
  const Plan plan =
      plan_of("[factors]\nencoding = ['none', 'rope', 'sinusoidal']\nseed = [0, 1]\n");
  REQUIRE(plan.size() == 6);
  StoreSample store;
  store.write("alpha", complete_attempt(plan.id(0), {1}));
  store.write("alpha", {started(plan.id(1)), finished(plan.id(1), 1, Outcome::kDiverged, true)});
  store.write("alpha", {started(plan.id(2)), finished(plan.id(2), 1, Outcome::kError, true)});
  store.write("alpha", {started(plan.id(3)), finished(plan.id(3), 1, Outcome::kCrashed, false)});
  store.write("alpha", started(plan.id(4)));
  const auto expect_standing = [&] {
    store.sync();
    ingest(store.path());
    const Database database(database_path(store.path()), Access::kRead);
    const PlanStanding standing = Ledger(database).standing(plan);
    CHECK((standing.counts == StateCounts{6, 1, 1, 1, 1, 2}));
    REQUIRE(standing.open.size() == 3);
    CHECK(standing.open[0].index == 3);
    CHECK(standing.open[0].standing.next_attempt() == 2);
    CHECK(standing.open[0].standing.unsettled.at(Outcome::kCrashed) == 1);
    CHECK(standing.open[1].index == 4);
    CHECK(standing.open[1].standing.state == TrialState::kRunning);
    CHECK(standing.open[1].standing.host == "alpha");
    CHECK(standing.open[2].index == 5);
    CHECK(standing.open[2].standing.next_attempt() == 1);
  };
  expect_standing();
  store.write("alpha", sample_sweep("other", {"none", "rope", "alibi", "polar"}, 30));
  expect_standing();
}

TEST_CASE("a trial shared by two sweeps is one trial", "[ledger]") {
  StoreSample store;
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 1));
  store.write("alpha", sample_sweep("two", {"rope", "alibi"}, 1));
  store.write("alpha", complete_attempt(sample_trial("rope", 0).id, {1}));
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT count(*) FROM trials") == std::vector<std::string>{"3"});
  CHECK(ask(store.path(), "SELECT sweep, sum(done) FROM cells GROUP BY 1 ORDER BY 1") ==
        std::vector<std::string>{"one|1", "two|1"});
}

TEST_CASE("the plan of a sweep is held only if it is the last and complete", "[ledger]") {
  StoreSample store;
  const std::vector<std::string> first{"none", "rope"};
  const std::vector<std::string> second{"rope"};
  const auto held = [&](const std::vector<std::string>& encodings, const std::string& text) {
    store.sync();
    ingest(store.path());
    const Database database(database_path(store.path()), Access::kRead);
    return Ledger(database).holds_plan("one", sample_revision(encodings, 2), text);
  };
  const std::string description = sample_description("one", first);
  CHECK_FALSE(held(first, description));
  const auto events = sample_sweep("one", first, 2);
  store.write("alpha", events[0]);
  CHECK_FALSE(held(first, description));  // neither cells nor trials have arrived
  store.write("alpha", events[2]);
  CHECK_FALSE(held(first, description));  // no cells
  store.write("alpha", events[1]);
  CHECK(held(first, description));
  CHECK_FALSE(held(first, description + " "));  // the file says something else now
  store.write("alpha", sample_sweep("one", second, 2));
  CHECK_FALSE(held(first, description));
  CHECK(held(second, sample_description("one", second)));
  store.write("alpha", sample_sweep("one", first, 2));  // and back again, by the same clock
  CHECK(held(first, description));
  CHECK(ask(store.path(), "SELECT count(*) FROM sweep_trials") == std::vector<std::string>{"4"});
}

TEST_CASE("a trial that a dead host left running is read as pending", "[ledger]") {
  StoreSample store;
  const TrialId lost = sample_trial("none", 0).id;
  const TrialId running = sample_trial("rope", 0).id;
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 2));
  store.write("alpha", complete_attempt(sample_trial("none", 1).id, {1}));
  store.write("alpha", {started(lost), points(lost, 1, "loss", 1, {2})});
  store.write("beta", started(running));
  store.write("gamma", HostStopped{"finished", 70});
  store.sync();
  ingest(store.path());
  Database database(database_path(store.path()), Access::kRead);
  CHECK(Ledger(database).sweeps()[0].counts.running == 2);
  const std::vector<HostStart> unstopped = unstopped_hosts(database);
  REQUIRE(unstopped.size() == 2);
  CHECK(unstopped[0].host == "alpha");
  mark_lost_hosts(database, {unstopped[0]});

  const Ledger ledger(database);
  CHECK(ledger.standing(lost).state == TrialState::kPending);
  CHECK(ledger.standing(lost).lost);
  CHECK(ledger.standing(lost).attempts == 1);
  CHECK(ledger.standing(running).state == TrialState::kRunning);
  CHECK_FALSE(ledger.standing(running).lost);
  const StateCounts all = ledger.sweeps()[0].counts;
  CHECK(all.running == 1);
  CHECK(all.pending == 2);
  CHECK(all.done == 1);
  const std::vector<StateCounts> cells = ledger.cells("one");
  CHECK(cells[0].running == 0);
  CHECK(cells[0].pending == 1);
  CHECK(cells[1].running == 1);
  CHECK(load_live_sweep(database, "one", 1'000'000).running.size() == 1);
  CHECK(load_sweep_results(database, "one").trials[0].state == TrialState::kPending);
  CHECK(load_trial_table(database, {"one", {}})[0].state == TrialState::kPending);
  const TrialRecord record = load_trial(database, lost);
  CHECK(record.state == TrialState::kPending);
  CHECK_FALSE(record.attempts[0].running);
  CHECK(record.attempts[0].outcome == "host lost");

  // A host that started again is not lost, whatever became of its earlier start.
  mark_lost_hosts(database, {{"alpha", unstopped[0].epoch + 1}});
  CHECK(ledger.standing(lost).state == TrialState::kRunning);
}

}  // namespace polysweep
