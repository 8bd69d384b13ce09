#include <algorithm>
#include <map>
#include <set>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "results/ingest/ingest.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Lines = std::vector<std::string>;

Lines series_of(const StoreSample& store) {
  ingest(store.path());
  return ask(store.path(), "SELECT step, value FROM metrics ORDER BY step");
}

// Ingests copies of the journals of `store`, one host after another.
std::string dump_in_order(const StoreSample& store, const std::vector<std::string>& hosts,
                          std::size_t rows_per_transaction) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(journals_path(folder.path()));
  for (const std::string& host : hosts) {
    std::filesystem::copy(journals_path(store.path()) / host, journals_path(folder.path()) / host,
                          std::filesystem::copy_options::recursive);
    Ingest(system_files(), folder.path(), {rows_per_transaction}).catch_up();
  }
  return dump(folder.path());
}

const std::vector<std::string> kHosts{"alpha", "beta", "gamma"};

// The obvious slow version: which points count, from all that was written.
class Model {
 public:
  void begins(const std::string& host, const TrialId& trial, std::uint32_t attempt,
              std::int64_t after) {
    begin_[trial].emplace(std::pair(attempt, host), after);  // the first one holds
  }
  void point(const std::string& host, const TrialId& trial, std::uint32_t attempt,
             std::int64_t step, double value) {
    begins(host, trial, attempt, std::numeric_limits<std::int64_t>::min());
    points_.push_back({trial, {attempt, host}, "loss", step, value});
  }
  // A point of metric "accuracy", which has its own clock.
  void own_point(const std::string& host, const TrialId& trial, std::uint32_t attempt,
                 std::int64_t step, double value) {
    begins(host, trial, attempt, std::numeric_limits<std::int64_t>::min());
    points_.push_back({trial, {attempt, host}, "accuracy", step, value});
  }
  Lines counted() const {
    std::map<std::string, double> out;
    for (const Point& each : points_) {
      const bool own = each.metric == "accuracy";
      const std::int64_t from_nothing = std::numeric_limits<std::int64_t>::min();
      bool counts = own || each.step > begin_.at(each.trial).at(each.rank);
      for (const auto& [rank, after] : begin_.at(each.trial)) {
        if (rank > each.rank && (own ? after == from_nothing : each.step > after)) counts = false;
      }
      for (const Point& other : points_) {
        const bool same_series = other.trial == each.trial && other.metric == each.metric;
        if (own && same_series && other.rank > each.rank) counts = false;
      }
      if (counts) {
        out[fmt::format("{}|{}|{:06}", each.trial.hex(), each.metric, each.step)] = each.value;
      }
    }
    Lines lines;
    for (const auto& [key, value] : out) lines.push_back(fmt::format("{}|{}", key, value));
    return lines;
  }

 private:
  using Rank = std::pair<std::uint32_t, std::string>;
  struct Point {
    TrialId trial;
    Rank rank;
    std::string metric;
    std::int64_t step;
    double value;
  };
  std::map<TrialId, std::map<Rank, std::int64_t>> begin_;
  std::vector<Point> points_;
};

// Any events in any order that a journal may hold.
void write_anything(StoreSample& store, RandomStream& random, Model& model) {
  for (int i = 0; i < 60; ++i) {
    const std::string& host = kHosts[random.below(3)];
    const TrialId trial = sample_trial("rope", static_cast<int>(random.below(2))).id;
    const auto attempt = static_cast<std::uint32_t>(1 + random.below(4));
    const auto step = static_cast<std::int64_t>(random.below(20));
    switch (random.below(11)) {
      case 0:
        store.write(host, started(trial, attempt));
        break;
      case 1:
        store.write(host, resumed(trial, attempt, step));
        model.begins(host, trial, attempt, step);
        break;
      case 2:
      case 3:
      case 4: {
        const double value = static_cast<double>(random.below(1000)) / 8;
        store.write(host, points(trial, attempt, "loss", step, {value, value + 1}));
        model.point(host, trial, attempt, step, value);
        model.point(host, trial, attempt, step + 1, value + 1);
        break;
      }
      case 9:
      case 10: {
        const double value = static_cast<double>(random.below(1000)) / 8;
        store.write(host, own_points(trial, attempt, "accuracy", step, {value, value + 1}));
        model.own_point(host, trial, attempt, step, value);
        model.own_point(host, trial, attempt, step + 1, value + 1);
        break;
      }
      case 5:
        store.write(host, finished(trial, attempt, Outcome::kCrashed, random.below(2) == 0));
        break;
      case 6:
        store.write(host, finished(trial, attempt, Outcome::kHostLost, random.below(2) == 0));
        break;
      case 7:
        store.kill(host);
        break;
      default:
        store.write(host, sample_sweep("any", {"rope"}, 1 + static_cast<int>(random.below(3)),
                                       static_cast<std::int64_t>(random.below(5))));
    }
  }
  for (const std::string& host : kHosts) store.write(host, HostStopped{"finished", 9});
  store.sync();
}

}  // namespace

TEST_CASE("an attempt from nothing replaces all that an earlier one measured", "[fencing]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", {started(trial, 1), points(trial, 1, "loss", 1, {1, 2, 3})});
  store.write("alpha", {text(trial, 1, "sample", 2, "old"), text(trial, 1, "note", 2, "older")});
  store.write("alpha", finished(trial, 1, Outcome::kCrashed, false));
  CHECK((store.sync(), series_of(store)) == Lines{"1|1", "2|2", "3|3"});
  store.write("alpha", {started(trial, 2), points(trial, 2, "loss", 1, {7})});
  store.write("alpha", text(trial, 2, "sample", 2, "new"));
  CHECK((store.sync(), series_of(store)) == Lines{"1|7"});
  CHECK(ask(store.path(), "SELECT name, value FROM texts") == Lines{"sample|new"});
  CHECK(ask(store.path(),
            "SELECT attempt, points, points_ignored, texts, texts_ignored, counted FROM attempts "
            "ORDER BY attempt") == Lines{"1|3|3|2|2|0", "2|1|0|1|0|1"});
  CHECK(ask(store.path(), "SELECT points, minimum, maximum FROM summaries") == Lines{"1|7|7"});
}

TEST_CASE("a resumed attempt keeps what was measured up to its checkpoint", "[fencing]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", {started(trial, 1), points(trial, 1, "loss", 1, {1, 2, 3, 4})});
  store.write("beta", {started(trial, 2), resumed(trial, 2, 2)});
  store.write("beta", points(trial, 2, "loss", 2, {20, 30}));
  CHECK((store.sync(), series_of(store)) == Lines{"1|1", "2|2", "3|30"});
  CHECK(ask(store.path(),
            "SELECT points, points_ignored, resumed_step FROM attempts ORDER BY "
            "attempt") == Lines{"4|2|NULL", "2|1|2"});
}

TEST_CASE("an attempt that reports the earlier points again has the step that it resumed after",
          "[fencing]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", {started(trial, 1), points(trial, 1, "loss", 1, {1, 2, 3, 4})});
  store.write("alpha", {started(trial, 2), points(trial, 2, "loss", 1, {10, 20})});
  store.write("alpha", {resumed(trial, 2, 2), points(trial, 2, "loss", 3, {30})});
  CHECK((store.sync(), series_of(store)) == Lines{"1|10", "2|20", "3|30"});
  CHECK(ask(store.path(),
            "SELECT points, points_ignored, points_dropped, resumed_step FROM attempts ORDER BY "
            "attempt") == Lines{"4|4|0|NULL", "3|0|0|2"});
}

TEST_CASE("a resumed trial keeps complete series whose steps are not the checkpoints' clock",
          "[fencing]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  // A checkpoint after update 1,490; accuracies by sequence length, 10 ... 40.
  store.write("alpha", {started(trial, 1), points(trial, 1, "loss", 1400, {3, 2})});
  store.write("alpha", finished(trial, 1, Outcome::kStopped, false));
  store.write("alpha", {started(trial, 2), resumed(trial, 2, 1490)});
  store.write("alpha", {own_points(trial, 2, "accuracy", 10, {0.5, 0.25}),
                        points(trial, 2, "loss", 1500, {1})});
  store.write("alpha", finished(trial, 2, Outcome::kDone, true));
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT metric, step, value FROM metrics ORDER BY 1, 2") ==
        Lines{"accuracy|10|0.5", "accuracy|11|0.25", "loss|1400|3", "loss|1401|2", "loss|1500|1"});
  CHECK(ask(store.path(),
            "SELECT points, points_ignored, points_dropped FROM attempts ORDER BY "
            "attempt") == Lines{"2|0|0", "3|0|0"});
}

TEST_CASE("a series with its own clock is that of the latest attempt that wrote it", "[fencing]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", {started(trial, 1), own_points(trial, 1, "accuracy", 1, {1, 2, 3})});
  store.write("alpha", own_points(trial, 1, "bleu", 1, {9}));
  store.write("alpha", {started(trial, 2), resumed(trial, 2, 100)});
  store.write("alpha", own_points(trial, 2, "accuracy", 2, {20}));
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT metric, step, value FROM metrics ORDER BY 1, 2") ==
        Lines{"accuracy|2|20", "bleu|1|9"});
  // Late points of the first attempt do not count, whatever their step.
  store.write("alpha", own_points(trial, 1, "accuracy", 7, {7}));
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT metric, step, value FROM metrics ORDER BY 1, 2") ==
        Lines{"accuracy|2|20", "bleu|1|9"});
  CHECK(ask(store.path(), "SELECT points, points_ignored FROM attempts ORDER BY attempt") ==
        Lines{"5|4", "1|0"});
  // An attempt from nothing leaves nothing to the earlier ones.
  store.write("alpha", {started(trial, 3), points(trial, 3, "loss", 1, {5})});
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT metric, step, value FROM metrics ORDER BY 1, 2") ==
        Lines{"loss|1|5"});
}

TEST_CASE("artifacts of a resumed attempt count whatever their number", "[fencing]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  const auto artifact = [&](std::uint32_t attempt, std::int64_t number, const char* value) {
    return Event(TextRecorded{trial, attempt, "artifact", number, value, true});
  };
  store.write("alpha", {started(trial, 1), artifact(1, 0, "a"), artifact(1, 1, "b")});
  store.write("alpha",
              {started(trial, 2), resumed(trial, 2, 40), text(trial, 2, "sample", 41, "s")});
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT name, step, value FROM texts ORDER BY 1, 2") ==
        Lines{"artifact|0|a", "artifact|1|b", "sample|41|s"});
  store.write("alpha", artifact(2, 0, "c"));
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT name, step, value FROM texts ORDER BY 1, 2") ==
        Lines{"artifact|0|c", "sample|41|s"});
  CHECK(ask(store.path(), "SELECT texts, texts_ignored FROM attempts ORDER BY attempt") ==
        Lines{"2|2", "2|0"});
}

TEST_CASE("points that no other replaces are counted as dropped", "[fencing]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", {started(trial, 1), points(trial, 1, "loss", 1, {1, 2, 3, 4})});
  store.write("alpha", {started(trial, 2), resumed(trial, 2, 2)});
  store.write("alpha", points(trial, 2, "loss", 1, {10, 20, 30, 40}));
  AttemptFinished end{trial, 2, Outcome::kDone, true, "", "", 1, 1, 1};
  end.points_refused = 5;
  store.write("alpha", end);
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT points_ignored, points_dropped FROM attempts ORDER BY attempt") ==
        Lines{"2|0", "2|7"});
}

TEST_CASE("an attempt that recorded nothing takes nothing away", "[fencing]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", {started(trial, 1), points(trial, 1, "loss", 1, {1, 2})});
  store.write("alpha", {started(trial, 2), finished(trial, 2, Outcome::kCrashed, false)});
  CHECK((store.sync(), series_of(store)) == Lines{"1|1", "2|2"});
  store.write("alpha", {started(trial, 3), resumed(trial, 3, 1), points(trial, 3, "loss", 2, {5})});
  CHECK((store.sync(), series_of(store)) == Lines{"1|1", "2|5"});
}

TEST_CASE("an attempt that ends well without a point leaves none of an earlier one", "[fencing]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", {started(trial, 1), points(trial, 1, "loss", 1, {1, 2})});
  store.write("alpha", {started(trial, 2), finished(trial, 2, Outcome::kDone, true)});
  CHECK((store.sync(), series_of(store)).empty());
  CHECK(ask(store.path(), "SELECT count(*) FROM final_metrics") == Lines{"0"});
}

TEST_CASE("late messages of an older attempt are recorded and not counted", "[fencing]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", {started(trial, 1), points(trial, 1, "loss", 1, {1})});
  store.write("beta", {started(trial, 2), points(trial, 2, "loss", 1, {5, 6})});
  store.write("beta", finished(trial, 2, Outcome::kDone, true));
  CHECK((store.sync(), series_of(store)) == Lines{"1|5", "2|6"});
  store.write("alpha", points(trial, 1, "loss", 2, {2, 3}));
  store.write("alpha", finished(trial, 1, Outcome::kError, true, "too late"));
  CHECK((store.sync(), series_of(store)) == Lines{"1|5", "2|6"});
  CHECK(ask(store.path(),
            "SELECT attempt, points, points_ignored, outcome FROM attempts ORDER BY "
            "attempt") == Lines{"1|3|3|error", "2|2|0|done"});
  CHECK(ask(store.path(), "SELECT state, attempts FROM trials") == Lines{"done|2"});
}

TEST_CASE("whatever the order of reading, the same rows result", "[fencing][slow]") {
  for (std::uint64_t history = 0; history < 40; ++history) {
    StoreSample store;
    Model model;
    RandomStream random(history, "histories");
    write_anything(store, random, model);
    std::vector<std::string> hosts = kHosts;
    ingest(store.path());
    const std::string expected = dump(store.path());
    INFO("history " << history);
    CHECK(ask(store.path(),
              "SELECT trial, metric, printf('%06d', step), value FROM metrics ORDER BY 1, 2, "
              "3") == model.counted());
    CHECK(ask(store.path(),
              "SELECT count(*) - (SELECT sum(points - points_ignored) FROM "
              "attempts) FROM metrics") == Lines{"0"});
    do {
      CHECK(difference(dump_in_order(store, hosts, 1 + 17 * history), expected) == "");
    } while (std::next_permutation(hosts.begin(), hosts.end()));
  }
}

}  // namespace polysweep
