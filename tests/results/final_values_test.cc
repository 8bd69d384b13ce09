// Which value of a series counts: the last, the best, or the mean of the last ones.
#include <cmath>

#include "framework/sweep/plan/plan_description.h"
#include "results/read/metric_values.h"
#include "results/read/sweep_results_reader.h"
#include "results/read/trial_table.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

// Sweep "one" of the trials none 0 and 1, whose primary metric counts by this rule.
void write_sweep(StoreSample& store, PointRule point, Goal goal) {
  std::vector<Event> events = sample_sweep("one", {"none"}, 2);
  for (Event& event : events) {
    auto* planned = std::get_if<SweepPlanned>(&event);
    if (planned == nullptr) continue;
    PlanDescription description = parse_description(planned->description);
    description.primary.name = "loss";
    description.primary.point = point;
    description.primary.goal = goal;
    planned->description = description_json(description);
  }
  store.write("alpha", events);
  store.write("alpha", complete_attempt(sample_trial("none", 0).id, {9, 2, NAN, 3, 4}));
  store.write("alpha", complete_attempt(sample_trial("none", 1).id, {5, 6}));
  store.sync();
  ingest(store.path());
}

// What reports, comparisons and lists read, all of them the same.
std::vector<double> values_by(PointRule point, Goal goal = Goal::kMinimize) {
  StoreSample store;
  write_sweep(store, point, goal);
  const Database database(database_path(store.path()), Access::kRead);
  const std::vector<double> values = load_metric_values(database, "one", "loss").values;
  const SweepResults results = load_sweep_results(database, "one", {});
  const std::vector<TrialRow> rows = load_trial_table(database, {"one", {}});
  REQUIRE(values.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(results.trials[i].final_metrics.at("loss") == values[i]);
    CHECK(rows[i].final_metrics.at("loss") == values[i]);
  }
  CHECK(results.primary.point == point);
  return values;
}

}  // namespace

TEST_CASE("the value of a series that counts is that of the sweep's rule", "[records]") {
  CHECK(values_by({}) == std::vector<double>{4, 6});
  CHECK(values_by({PointRule::Kind::kBest, 0}) == std::vector<double>{2, 5});
  CHECK(values_by({PointRule::Kind::kBest, 0}, Goal::kMaximize) == std::vector<double>{9, 6});
  CHECK(values_by({PointRule::Kind::kMeanOfLast, 2}) == std::vector<double>{3.5, 5.5});
}

TEST_CASE("a mean of more points than there are is that of all, and is counted", "[records]") {
  StoreSample store;
  write_sweep(store, {PointRule::Kind::kMeanOfLast, 4}, Goal::kMinimize);
  const Database database(database_path(store.path()), Access::kRead);
  const SweepResults results = load_sweep_results(database, "one", {});
  CHECK(std::isnan(results.trials[0].final_metrics.at("loss")));  // one of its last four is
  CHECK(results.trials[1].final_metrics.at("loss") == 5.5);
  CHECK(results.short_series == std::map<std::string, std::size_t>{{"loss", 1}});
  // Without a sweep there is no rule.
  CHECK(load_trial_table(database, {}).front().final_metrics.at("loss") == 4);
}

}  // namespace polysweep
