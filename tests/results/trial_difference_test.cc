#include "results/read/trial_difference.h"

#include <cmath>
#include <limits>

#include "framework/core/digest.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::vector<CurvePoint> series(const std::vector<std::pair<std::int64_t, double>>& points) {
  std::vector<CurvePoint> out;
  for (const auto& [step, value] : points) out.push_back({step, value});
  return out;
}

}  // namespace

TEST_CASE("equal series do not differ, NaN included", "[difference]") {
  const double nan = std::nan("");
  const auto a = series({{1, 2}, {2, nan}, {5, std::numeric_limits<double>::infinity()}});
  const SeriesDifference same = series_difference("loss", a, a);
  CHECK_FALSE(same.differs());
  CHECK(same.common_steps == 3);
  CHECK(same.other_steps == 0);
  CHECK(same.largest == 0);
}

TEST_CASE("the first step that is not the same is found", "[difference]") {
  const auto a = series({{1, 2}, {2, 3}, {3, 4}, {4, 9}});
  const SeriesDifference values = series_difference("loss", a, series({{1, 2}, {2, 3}, {3, 4.5}}));
  CHECK(values.since_step == 3);
  CHECK(values.largest == 0.5);
  CHECK(values.common_steps == 3);
  CHECK(values.other_steps == 1);
  CHECK(values.first == 9);
  CHECK(values.second == 4.5);
  CHECK(series_difference("loss", a, series({{2, 3}, {3, 4}, {4, 9}})).since_step == 1);
  CHECK(series_difference("loss", a, series({{1, 2}, {2, 3}, {3, 4}, {4, 9}, {7, 1}})).since_step ==
        7);
  CHECK(series_difference("loss", series({{1, 0.0}}), series({{1, -0.0}})).since_step == 1);
  const SeriesDifference none = series_difference("loss", {}, a);
  CHECK(none.since_step == 1);
  CHECK_FALSE(none.first.has_value());
}

TEST_CASE("two trials differ in what they were given, where they ran, what came out",
          "[difference]") {
  StoreSample store;
  const std::string there = R"({"build.commit":"abc","machine.cpu":"x86"})";
  const std::string elsewhere = R"({"build.commit":"def","machine.cpu":"x86"})";
  const TrialId rope = sample_trial("rope", 0).id;
  const TrialId none = sample_trial("none", 0).id;
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 2));
  store.write("alpha", {ProvenanceSeen{there}, ProvenanceSeen{elsewhere}});
  store.write("alpha",
              {started(rope, 1, sha256_hex(there)), points(rope, 1, "loss", 1, {3, 2, 1})});
  store.write("alpha", text(rope, 1, "sample", 3, "a cat"));
  store.write("alpha", finished(rope, 1, Outcome::kDone, true));
  store.write("alpha",
              {started(none, 1, sha256_hex(elsewhere)), points(none, 1, "loss", 1, {3, 2, 0})});
  store.write("alpha", text(none, 1, "sample", 3, "a dog"));
  store.write("alpha", finished(none, 1, Outcome::kDiverged, true));
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  const TrialDifference difference =
      difference_of(database, load_trial(database, rope), load_trial(database, none));
  REQUIRE(difference.parameters.size() == 1);
  CHECK(difference.parameters[0].name == "encoding");
  CHECK(difference.parameters[0].first == "rope");
  CHECK(difference.parameters[0].second == "none");
  REQUIRE(difference.provenance.size() == 1);
  CHECK(difference.provenance[0].name == "build.commit");
  CHECK(difference.provenance[0].second == "def");
  REQUIRE(difference.identity.size() == 2);  // outcome, state
  CHECK(difference.identity[1].first == "done");
  CHECK(difference.identity[1].second == "diverged");
  REQUIRE(difference.texts.size() == 1);
  CHECK(difference.texts[0].name == "sample at step 3");
  REQUIRE(difference.series.size() == 1);
  CHECK(difference.series[0].since_step == 3);
  CHECK_FALSE(difference.empty());
  CHECK(difference_of(database, load_trial(database, rope), load_trial(database, rope)).empty());
}

}  // namespace polysweep
