#include <cmath>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "results/read/cell_search.h"
#include "results/read/last_planning.h"
#include "results/read/metric_values.h"
#include "results/read/sweep_results.h"
#include "results/read/sweep_results_reader.h"
#include "results/read/trial_lookup.h"
#include "results/read/trial_record.h"
#include "results/read/trial_table.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

const std::string kProvenance = R"({"build.commit":"abc","machine.cpu":"x86"})";

void write_store(StoreSample& store) {
  const TrialId retried = sample_trial("none", 0).id;
  store.write("alpha", ProvenanceSeen{kProvenance});
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 2));
  store.write("alpha", {started(retried, 1), points(retried, 1, "loss", 1, {3})});
  store.write("alpha", finished(retried, 1, Outcome::kCrashed, false, "signal 11"));
  store.write("beta",
              {started(retried, 2, sha256_hex(kProvenance)),
               points(retried, 2, "loss", 10, {5, 2, NAN, 4}), points(retried, 2, "bleu", 13, {30}),
               text(retried, 2, "sample", 13, "Ein"), finished(retried, 2, Outcome::kDone, true)});
  const TrialId failed = sample_trial("rope", 0).id;
  store.write("beta", {started(failed), points(failed, 1, "loss", 1, {9, 8}),
                       finished(failed, 1, Outcome::kError, true, "no such file")});
  store.sync();
  ingest(store.path());
}

std::string message_of(const Database& database, const std::string& prefix) {
  try {
    find_trial(database, prefix);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a trial is shown completely", "[records]") {
  StoreSample store;
  write_store(store);
  const Database database(database_path(store.path()), Access::kRead);
  const Trial trial = sample_trial("none", 0);
  const TrialRecord record = load_trial(database, trial.id);
  CHECK(record.planned);
  CHECK(record.experiment == "toy");
  CHECK(record.experiment_version == 1);
  CHECK(record.parameters == trial.parameters);
  CHECK(record.state == TrialState::kDone);
  CHECK(record.sweeps == std::vector<std::string>{"one"});
  REQUIRE(record.attempts.size() == 2);
  CHECK(record.attempts[0].outcome == "crashed");
  CHECK(record.attempts[0].message == "signal 11");
  CHECK(record.attempts[0].output_tail == "tail of signal 11");
  CHECK(record.attempts[0].points_ignored == 1);
  CHECK_FALSE(record.attempts[0].counted);
  CHECK(record.attempts[1].host == "beta");
  CHECK(record.attempts[1].counted);
  CHECK(record.attempts[1].final);
  CHECK(record.attempts[1].elapsed_s == 1.5);
  CHECK(record.attempts[1].peak_memory_bytes == 2e6);
  CHECK(record.attempts[1].started_us == 2002);
  CHECK(record.attempts[1].finished_us == 3002);
  CHECK(record.attempts[1].provenance == sha256_hex(kProvenance));
  CHECK((record.provenance ==
         std::map<std::string, std::string>{{"build.commit", "abc"}, {"machine.cpu", "x86"}}));
  REQUIRE(record.metrics.size() == 2);
  CHECK(record.metrics[0].name == "bleu");
  const MetricSummary& loss = record.metrics[1];
  CHECK(loss.count == 4);
  CHECK(loss.not_finite == 1);
  CHECK(loss.first.value == 5);
  CHECK(loss.last.step == 13);
  CHECK(loss.minimum->step == 11);
  CHECK(loss.maximum->value == 5);
  REQUIRE(record.texts.size() == 1);
  CHECK(record.texts[0].value == "Ein");
  const auto curve = load_curve(database, trial.id, "loss");
  REQUIRE(curve.size() == 4);
  CHECK(curve[1].step == 11);
  CHECK(curve[1].value == 2);
  CHECK(std::isnan(curve[2].value));
  CHECK(load_curve(database, trial.id, "none").empty());
}

TEST_CASE("a trial is found by the beginning of its id", "[records]") {
  StoreSample store;
  for (int seed = 0; seed < 40; ++seed) store.write("alpha", started(sample_trial("x", seed).id));
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  const TrialId trial = sample_trial("x", 7).id;
  CHECK(find_trial(database, trial.brief()) == trial);
  CHECK(find_trial(database, trial.hex()) == trial);
  std::string upper = trial.brief();
  for (char& each : upper) each = static_cast<char>(std::toupper(each));
  CHECK(find_trial(database, upper) == trial);
  // As `$(polysweep list --csv | cut ...)` may pass it on.
  CHECK(find_trial(database, " " + trial.brief() + "\r\n") == trial);
  CHECK_THAT(message_of(database, "12\r34"), Contains("'12\\x0d34' is not a trial id"));
  CHECK_THAT(message_of(database, " \t"), Contains("is not a trial id"));
  CHECK_THAT(message_of(database, ""), Contains("'' is not a trial id"));
  CHECK_THAT(message_of(database, "abc'; DROP"), Contains("is not a trial id"));
  CHECK_THAT(message_of(database, trial.hex() + "0"), Contains("is not a trial id"));
  CHECK_THAT(message_of(database, "0123456789abcdef"),
             Contains("there is no trial 0123456789abcdef in"));
  int ambiguous = 0;  // forty ids share their first of sixteen digits
  for (const char digit : std::string("0123456789abcdef")) {
    const std::string message = message_of(database, std::string(1, digit));
    if (message.find("could be any of") != std::string::npos) {
      ++ambiguous;
      CHECK_THAT(message, Contains("give more digits") && Contains(std::string(1, digit)));
    }
  }
  CHECK(ambiguous > 0);
}

TEST_CASE("a trial of which only the id is known is told as such", "[records]") {
  StoreSample store;
  const TrialId trial = sample_trial("x", 0).id;
  store.write("alpha", started(trial));
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  CHECK_FALSE(load_trial(database, trial).planned);
  CHECK_THROWS_WITH(load_trial(database, sample_trial("x", 1).id), Contains("there is no trial"));
}

TEST_CASE("a long curve is thinned to points that were measured", "[records]") {
  StoreSample store;
  const TrialId trial = sample_trial("x", 0).id;
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i * i);
  store.write("alpha", points(trial, 1, "loss", 0, values));
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  for (const std::size_t at_most : {2U, 7U, 100U, 999U}) {
    const auto curve = load_curve(database, trial, "loss", at_most);
    REQUIRE(curve.size() == at_most);
    CHECK(curve.front().step == 0);
    CHECK(curve.back().step == 999);
    for (const CurvePoint& each : curve) {
      CHECK(each.value == static_cast<double>(each.step * each.step));
    }
  }
  CHECK(load_curve(database, trial, "loss", 1000).size() == 1000);
}

TEST_CASE("a listing has parameters, and final metrics of done trials only", "[records]") {
  StoreSample store;
  write_store(store);
  store.write("alpha", started(sample_trial("alone", 0).id));
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  const auto rows = load_trial_table(database, {"one", {}});
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].id == sample_trial("none", 0).id);
  CHECK(rows[0].parameters.text("encoding") == "none");
  CHECK(rows[0].state == TrialState::kDone);
  CHECK(rows[0].attempts == 2);
  CHECK((rows[0].final_metrics == std::map<std::string, double>{{"bleu", 30}, {"loss", 4}}));
  CHECK(rows[1].state == TrialState::kFailed);
  CHECK(rows[1].final_metrics.empty());
  CHECK(rows[2].state == TrialState::kPending);
  const auto chosen = load_trial_table(database, {"", {"bleu"}});
  CHECK(chosen.size() == 5);
  CHECK((chosen[0].final_metrics == std::map<std::string, double>{{"bleu", 30}}));
  CHECK_THROWS_WITH(load_trial_table(database, {"", {"bleuu"}}), Contains("did you mean 'bleu'"));
  CHECK_THROWS_WITH(load_trial_table(database, {"two", {}}),
                    Contains("unknown sweep 'two'; known: one"));
}

TEST_CASE("a report gets the complete sweep, with its missing values", "[records]") {
  StoreSample store;
  write_store(store);
  const Database database(database_path(store.path()), Access::kRead);
  CHECK(sweep_names(database) == std::vector<std::string>{"one"});
  const SweepResults results = load_sweep_results(database, "one");
  CHECK(results.experiment == "toy");
  CHECK(results.experiment_doc == "a closed form");
  CHECK(results.revision == sample_revision({"none", "rope"}, 2));
  CHECK(results.planned_us == 1000);
  for (const TrialResult& trial : results.trials) {
    if (trial.id == sample_trial("none", 0).id) CHECK(trial.finished_us == 3002);
    if (trial.attempts == 0) CHECK(trial.finished_us == 0);
  }
  CHECK(results.replicate == "seed");
  CHECK(results.overrides == std::vector<std::string>{"rate=0.5"});
  CHECK(results.fixed.real("rate") == 0.5);
  REQUIRE(results.factors.size() == 1);
  CHECK(results.factors[0].levels[1] == Value("rope"));
  CHECK(results.primary.name == "loss");
  CHECK(results.primary.unit == "nats");
  REQUIRE(results.metrics.size() == 2);  // loss is published, bleu was only reported
  CHECK(results.metrics[1].name == "bleu");
  CHECK(results.exclusions[0].count == 2);
  CHECK(results.data_digests.at("corpus/train.de") == "0123");
  REQUIRE(results.cells.size() == 2);
  CHECK(results.cells[0].is_baseline);
  CHECK(results.cells[1].baseline == 0);
  CHECK(results.cells[0].trials == std::vector<std::size_t>{0, 2});
  REQUIRE(results.trials.size() == 4);
  CHECK(results.trials[0].final_metrics.at("loss") == 4);
  CHECK(results.trials[0].replicate == "0");
  CHECK(results.trials[0].provenance == sha256_hex(kProvenance));
  CHECK(results.provenance.at(sha256_hex(kProvenance)).at("machine.cpu") == "x86");
  CHECK(results.trials[1].state == TrialState::kFailed);
  CHECK(results.trials[1].outcome == "error");
  CHECK(results.trials[1].message == "no such file");
  CHECK(results.trials[1].final_metrics.empty());
  CHECK(results.trials[3].state == TrialState::kPending);
  CHECK(results.trials[3].outcome.empty());
  REQUIRE(results.curves.size() == 1);
  REQUIRE(results.curves.at("loss").size() == 2);
  CHECK(results.curves.at("loss")[0].points.size() == 4);
  CHECK(results.curves.at("loss")[1].trial == 1);
  CHECK(load_sweep_results(database, "one", {2}).curves.at("loss")[0].points.size() == 2);
}

TEST_CASE("cells are found by their levels alone, and loaded without the others", "[records]") {
  StoreSample store;
  store.write("alpha", sample_sweep("one", {"none", "rope", "a\"encoding\":\"rope", "rope,"}, 2));
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  const auto found = [&](const std::string& encoding) {
    Parameters levels;
    levels.set("encoding", Value(encoding));
    return find_cell_numbers(database, "one", levels);
  };
  CHECK(found("rope") == std::vector<std::uint32_t>{1});
  CHECK(found("rope,") == std::vector<std::uint32_t>{3});
  CHECK(found("a\"encoding\":\"rope") == std::vector<std::uint32_t>{2});
  CHECK(found("alibi").empty());
  CHECK(find_cell_numbers(database, "one", {}).size() == 4);
  CHECK_THROWS_WITH(find_cell_numbers(database, "two", {}), Contains("unknown sweep 'two'"));

  const SweepResults two = load_plan(database, "one", {3, 0});
  REQUIRE(two.cells.size() == 2);
  CHECK(two.cells[0].levels.text("encoding") == "rope,");
  CHECK(two.cells[0].number == 3);
  CHECK(two.cells[0].baseline == 1);  // its place among the chosen ones
  CHECK(two.cells[1].is_baseline);
  CHECK(load_plan(database, "one", {1}).cells[0].baseline == -1);
  CHECK_THROWS_WITH(load_plan(database, "one", {4}), Contains("cell 4 of a sweep is missing"));
}

TEST_CASE("values of a metric are the finite final values of done trials", "[records]") {
  StoreSample store;
  store.write("alpha", sample_sweep("one", {"none", "rope", "alibi"}, 2));
  store.write("alpha", complete_attempt(sample_trial("none", 0).id, {9, 3}));
  store.write("alpha", complete_attempt(sample_trial("none", 1).id, {5}));
  store.write("alpha", complete_attempt(sample_trial("rope", 0).id, {7, NAN}));
  store.write("alpha", {started(sample_trial("rope", 1).id),
                        points(sample_trial("rope", 1).id, 1, "loss", 1, {4}),
                        finished(sample_trial("rope", 1).id, 1, Outcome::kDiverged, true)});
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  const MetricValues loss = load_metric_values(database, "one", "loss");
  REQUIRE(loss.cells() == 3);
  CHECK(loss.baselines[0] == -1);
  CHECK(loss.baselines[1] == 0);
  CHECK(loss.replicate_count == 2);
  CHECK(loss.complete(0));
  CHECK(loss.values == std::vector<double>{3, 5});
  CHECK(loss.replicates == std::vector<std::uint32_t>{0, 1});
  for (const std::size_t cell : {1U, 2U}) {
    CHECK(loss.planned[cell] == 2);
    CHECK(loss.values_of(cell).empty());
    CHECK_FALSE(loss.complete(cell));
  }
  CHECK(loss.lost[1] == 2);  // a value that is not a number, and a diverged trial
  CHECK(loss.lost[2] == 0);  // pending
  CHECK(load_metric_values(database, "one", "none").values.empty());

  const SweepResults chosen = load_sweep_results(database, "one", {1000, 1'000'000, {2, 0}});
  REQUIRE(chosen.cells.size() == 2);
  CHECK(chosen.cells[0].number == 2);
  CHECK(chosen.cells[0].baseline == 1);
  CHECK(chosen.cells[1].is_baseline);
  REQUIRE(chosen.trials.size() == 4);
  for (const TrialResult& trial : chosen.trials) {
    CHECK((trial.cell == 1) == (trial.state == TrialState::kDone));
  }
  CHECK_THROWS_WITH(load_metric_values(database, "on", "loss"),
                    Contains("unknown sweep 'on'; known: one"));
}

}  // namespace polysweep
