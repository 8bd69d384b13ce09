#include "results/schema/series_summary.h"

#include <cmath>
#include <limits>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "results/read/curves_on_demand.h"
#include "results/read/sweep_results_reader.h"
#include "results/schema/thinned_curve.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

// Values that fall with noise, some of them not finite.
std::vector<double> noisy_series(std::uint64_t seed, std::size_t count) {
  RandomStream random(seed, "series");
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i) {
    const double value = 10.0 / (1.0 + static_cast<double>(i) / 50) + random.uniform();
    out.push_back(random.below(20) == 0 ? kNaN : random.below(40) == 0 ? -kInfinity : value);
  }
  return out;
}

// The obvious slow version of bounds: `curve` has the points of `values` (steps from 1) and
// the extremes of all finite values up to each, to `grain` of them.
void check_bounds(const std::vector<BoundedPoint>& curve, const std::vector<double>& values,
                  double grain) {
  REQUIRE(curve.size() == std::min<std::size_t>(values.size(), CurvesOnDemand::kQuickPoints));
  for (const BoundedPoint& point : curve) {
    INFO("step " << point.step << " of " << values.size());
    double lowest = kInfinity;
    double highest = -kInfinity;
    for (std::int64_t i = 0; i < point.step; ++i) {
      const double value = values[static_cast<std::size_t>(i)];
      if (!std::isfinite(value)) continue;
      lowest = std::min(lowest, value);
      highest = std::max(highest, value);
    }
    const double value = values[static_cast<std::size_t>(point.step - 1)];
    CHECK((point.value == value || (std::isnan(value) && std::isnan(point.value))));
    CHECK(point.lowest <= lowest);
    CHECK(point.highest >= highest);
    if (!std::isfinite(lowest)) {
      CHECK(point.lowest == kInfinity);
      CHECK(point.highest == -kInfinity);
      continue;
    }
    CHECK(point.lowest >= lowest - grain * std::abs(lowest));
    CHECK(point.highest <= highest + grain * std::abs(highest));
  }
}

std::string summaries_of(const Database& database, const TrialId& trial, bool packed) {
  Statement row = database.connection().prepare(
      "SELECT t.trial_id, k.series FROM trial t "
      "LEFT JOIN trial_summary k ON k.trial_id = t.trial_id WHERE t.trial = ?");
  const std::string hex = trial.hex();
  REQUIRE(row.with(hex).step());
  if (packed) return std::string(row.blob(1));
  return encode_summaries(SummaryReader(database.connection()).read(row.integer(0), ""));
}

}  // namespace

TEST_CASE("packed summaries and curves are read as they were written", "[summary]") {
  const std::vector<ThinnedPoint> points{
      {-5, 1.5, 1.5F, 1.5F}, {std::numeric_limits<std::int64_t>::max(), kNaN, -2.0F, 8.0F}};
  const auto again = decode_thinned_curve(encode_thinned_curve(points));
  REQUIRE(again.size() == 2);
  CHECK(again[0].step == -5);
  CHECK(again[0].value == 1.5);
  CHECK(again[1].step == points[1].step);
  CHECK(std::isnan(again[1].value));
  CHECK(again[1].lowest == -2.0F);
  CHECK(again[1].highest == 8.0F);
  const auto summaries = decode_summaries(encode_summaries(
      {{7, 1000, std::numeric_limits<std::int64_t>::min(), 12, kInfinity, -1e300, kNaN}}));
  REQUIRE(summaries.size() == 1);
  CHECK(summaries[0].metric_id == 7);
  CHECK(summaries[0].points == 1000);
  CHECK(summaries[0].first_step == std::numeric_limits<std::int64_t>::min());
  CHECK(summaries[0].last_step == 12);
  CHECK(summaries[0].last == kInfinity);
  CHECK(summaries[0].minimum == -1e300);
  CHECK(std::isnan(summaries[0].maximum));
}

TEST_CASE("the points of a thinned curve have the bounds of all values before", "[summary]") {
  for (const std::size_t count : {1U, 40U, 64U, 65U, 1000U}) {
    StoreSample store;
    store.write("alpha", sample_sweep("one", {"rope"}, 1));
    const std::vector<double> values = noisy_series(count, count);
    store.write("alpha", complete_attempt(sample_trial("rope", 0).id, values));
    store.sync();
    ingest(store.path());
    const Database database(database_path(store.path()), Access::kRead);
    const SweepResults results = load_sweep_results(database, "one", {1000, 0});
    REQUIRE(results.curves_on_demand != nullptr);
    check_bounds(results.curves_on_demand->bounded_curves({0}, "loss")[0], values,
                 count > 64 ? 1e-6 : 0);
    CHECK(results.curves_on_demand->bounded_curves({0}, "nothing")[0].empty());
  }
}

TEST_CASE("many trials are asked at once, settled or not, in any order", "[summary]") {
  StoreSample store;
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 6));
  std::vector<std::vector<double>> values;
  for (int seed = 0; seed < 6; ++seed) {
    for (const char* encoding : {"none", "rope"}) {  // the order of the plan
      const TrialId trial = sample_trial(encoding, seed).id;
      values.push_back(noisy_series(values.size(), seed % 2 == 0 ? 300 : 30));
      if (values.size() == 4) values.back().clear();  // a trial without a series
      if (values.back().empty()) continue;
      store.write("alpha", {started(trial), points(trial, 1, "loss", 1, values.back())});
      if (seed != 2) store.write("alpha", finished(trial, 1, Outcome::kDone, true));
    }
  }
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  const SweepResults results = load_sweep_results(database, "one", {1000, 0});
  std::vector<std::size_t> trials;
  for (std::size_t i = values.size(); i-- > 0;) trials.push_back(i);
  const auto bounded = results.curves_on_demand->bounded_curves(trials, "loss");
  for (std::size_t i = 0; i < trials.size(); ++i) {
    INFO("trial " << trials[i]);
    check_bounds(bounded[i], values[trials[i]], 1e-6);
  }
  const auto curves = results.curves_on_demand->curves(trials, "loss", 0);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    CHECK(curves[i].size() == values[trials[i]].size());
  }
}

TEST_CASE("a thinned curve is evenly spaced and keeps its ends", "[summary]") {
  StoreSample store;
  store.write("alpha", sample_sweep("one", {"rope"}, 1));
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i * i);
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", {started(trial), points(trial, 1, "loss", 1, values)});
  store.sync();
  ingest(store.path());
  const auto read = [&](std::size_t at_most) {
    const Database database(database_path(store.path()), Access::kRead);
    return load_sweep_results(database, "one", {1000, 0})
        .curves_on_demand->curves({0}, "loss", at_most)[0];
  };
  const auto running = read(64);  // from the points
  store.write("alpha", finished(trial, 1, Outcome::kDone, true));
  store.sync();
  ingest(store.path());
  const auto settled = read(64);  // from the thinned curve
  REQUIRE(running.size() == 64);
  REQUIRE(settled.size() == 64);
  for (std::size_t i = 0; i < settled.size(); ++i) {
    CHECK(settled[i].step == running[i].step);
    CHECK(settled[i].value == running[i].value);
  }
  CHECK(settled.front().step == 1);
  CHECK(settled.back().step == 1000);
  CHECK(read(10).size() == 10);
  CHECK(read(0).size() == 1000);
}

TEST_CASE("trials have packed summaries while they are settled, and only then", "[summary]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  const auto expect = [&](bool packed) {
    store.sync();
    ingest(store.path());
    const Database database(database_path(store.path()), Access::kRead);
    CHECK(summaries_of(database, trial, true) ==
          (packed ? summaries_of(database, trial, false) : ""));
    const auto curves = ask(database, "SELECT count(*) FROM thinned_curve");
    CHECK(curves == std::vector<std::string>{packed ? "1" : "0"});
  };
  store.write("alpha", {started(trial), points(trial, 1, "loss", 1, noisy_series(1, 100))});
  expect(false);
  store.write("alpha", finished(trial, 1, Outcome::kError, true));
  expect(true);
  store.write("alpha", points(trial, 1, "bleu", 1, {3}));  // late, and still its own
  expect(true);
  store.write("alpha", started(trial, 2));
  expect(false);
  store.write("alpha", {resumed(trial, 2, 80), points(trial, 2, "loss", 81, {1, 2, 3})});
  store.write("alpha", finished(trial, 2, Outcome::kDone, true));
  expect(true);
  store.write("alpha", {started(trial, 3), finished(trial, 3, Outcome::kDone, true)});
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT count(*) FROM trial_summary") ==
        std::vector<std::string>{"0"});  // the third measured nothing
}

}  // namespace polysweep
