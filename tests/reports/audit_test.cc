#include "reports/analysis/audit.h"

#include "reports/analysis/titles.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::vector<AuditItem> audited(const SweepResults& results) {
  return audit(results, cell_labels(results));
}

const AuditItem* find(const std::vector<AuditItem>& items, const std::string& topic,
                      AuditState state) {
  for (const auto& item : items) {
    if (item.topic == topic && item.state == state) return &item;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("a fair sweep is the same in everything", "[audit]") {
  for (const auto& item : audited(sample_sweep({3, false, true, false}))) {
    CAPTURE(item.topic, item.finding);
    CHECK(item.state == AuditState::kSame);
  }
}

TEST_CASE("an arm that ran on another build is found", "[audit]") {
  const auto items = audited(sample_sweep({3, false, true, true}));
  const auto* item = find(items, "build", AuditState::kConfounded);
  REQUIRE(item != nullptr);
  CHECK(item->finding == "build.commit differs: 99e0a77 in rope; 4be2c1d elsewhere");
}

TEST_CASE("a difference that is the same in all cells is not a confounder", "[audit]") {
  SweepResults results = sample_sweep({2, false, false, false});
  for (std::size_t i = 14; i < 28; ++i) results.trials[i].provenance = "build-b";  // seed 1
  const auto items = audited(results);
  CHECK(find(items, "build", AuditState::kConfounded) == nullptr);
  REQUIRE(find(items, "build", AuditState::kDiffers) != nullptr);
  CHECK(find(items, "build", AuditState::kDiffers)->finding ==
        "build.commit differs, alike in all cells: 4be2c1d (14 trials); 99e0a77 (14 trials)");
}

TEST_CASE("an environment variable set for one arm only is found", "[audit]") {
  SweepResults results = sample_sweep({2, false, false, true});
  results.provenance["build-b"] = results.provenance["build-a"];
  results.provenance["build-b"]["env.OMP_NUM_THREADS"] = "2";
  const auto items = audited(results);
  const auto* item = find(items, "threads", AuditState::kConfounded);
  REQUIRE(item != nullptr);
  CHECK(item->finding == "env.OMP_NUM_THREADS differs: 2 in rope; not set elsewhere");
}

TEST_CASE("a fact that is there and empty is said to be", "[audit]") {
  SweepResults results = sample_sweep({2, false, false, false});
  for (auto& [digest, document] : results.provenance) document = {{"build.dirty_digest", ""}};
  const auto items = audited(results);
  const auto* item = find(items, "build", AuditState::kSame);
  REQUIRE(item != nullptr);
  CHECK(item->finding == "alike in all done trials: build.dirty_digest (empty)");
}

TEST_CASE("a size that the seed decides is the same for the cells of a seed", "[audit]") {
  auto results = sample_sweep({3, false, true, false});
  const std::string name = metrics_with(results, Role::kSize).front();
  for (auto& trial : results.trials) {
    trial.final_metrics[name] = trial.replicate == results.trials[0].replicate ? 100 : 101;
  }
  for (const auto& item : audited(results)) {
    if (item.topic != "size") continue;
    CHECK(item.state == AuditState::kSame);
    CHECK_THAT(item.finding, Contains("the same in all cells of a seed"));
  }
  // The same values in each cell, but on other seeds.
  std::swap(results.trials[results.cells[0].trials[0]].final_metrics.at(name),
            results.trials[results.cells[0].trials[1]].final_metrics.at(name));
  CHECK(find(audited(results), "size", AuditState::kDiffers) != nullptr);
}

TEST_CASE("trials that were stopped and resumed do not differ, trials that failed do", "[audit]") {
  auto results = sample_sweep({3, false, true, false});
  results.trials[0].attempts = 2;
  CHECK(find(audited(results), "attempts", AuditState::kSame)->finding ==
        "no done trial had failed before; 1 trial was stopped and resumed");
  results.trials[1].attempts = 3;
  results.trials[1].failed_attempts = 1;
  CHECK(find(audited(results), "attempts", AuditState::kDiffers)->finding ==
        "1 trial failed before and ran again; 1 trial was stopped and resumed");
}

TEST_CASE("unequal budgets are found, planned and spent", "[audit]") {
  SweepResults results = sample_sweep({2, false, true, false});
  for (auto& curve : results.curves["validation_loss"]) {
    if (results.trials[curve.trial].cell == 4) curve.points.pop_back();
  }
  for (auto& curve : results.curves["training_loss"]) {
    if (results.trials[curve.trial].cell == 4) curve.points.pop_back();
  }
  const auto* spent = find(audited(results), "budget", AuditState::kConfounded);
  REQUIRE(spent != nullptr);

  SweepBuilder builder("budgets");
  builder.factor("encoding", {"a", "b"}).factor("updates", {"100", "200"});
  builder.baseline("encoding", "a").baseline("updates", "100");
  builder.results().roles["updates"] = Role::kBudget;
  for (const char* updates : {"100", "200"}) builder.done(builder.cell({"a", updates}), 0, 1);
  const auto items = audited(builder.build());
  const auto* planned = find(items, "budget", AuditState::kConfounded);
  REQUIRE(planned != nullptr);
  CHECK(planned->finding ==
        "updates is a factor that the baseline fixes: compared cells differ in it");
}

TEST_CASE("unrecorded provenance and unequal seeds are said", "[audit]") {
  SweepResults results = sample_sweep({3, true, false, false});
  results.trials[0].provenance = "";
  const auto items = audited(results);
  CHECK(find(items, "build", AuditState::kUnknown) != nullptr);
  const auto* missing = find(items, "missing values", AuditState::kConfounded);
  REQUIRE(missing != nullptr);
  CHECK_THAT(missing->finding, Catch::Matchers::Contains("2 done of 3 in"));
}

TEST_CASE("cells of other sizes within a context are reported", "[audit]") {
  SweepResults results = sample_sweep({2, false, false, false});
  for (auto& trial : results.trials) {
    trial.final_metrics["parameters"] = trial.cell % 2 == 0 ? 1000 : 4000;  // by dimension
    if (trial.cell == 4) trial.final_metrics["parameters"] = 1100;          // learned, 64
  }
  const auto items = audited(results);
  const auto* size = find(items, "size", AuditState::kConfounded);
  REQUIRE(size != nullptr);
  CHECK(size->finding == "parameters, dimension 64 differs: 1100 in learned; 1000 elsewhere");
  CHECK(find(items, "size", AuditState::kSame) != nullptr);
}

}  // namespace polysweep
