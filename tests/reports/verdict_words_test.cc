// The words of verdicts, and what is said beside them.
#include "reports/document/verdict_words.h"

#include "framework/core/random_stream.h"
#include "reports/document/build_report.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Catch::Matchers::Contains;

const AnalysisOptions kDeclared;

// Arms "base", "a", "b", ... with these means and standard normal noise.
SweepBuilder arms_with(const std::vector<double>& means, int seeds, double spread = 1) {
  SweepBuilder builder("arms");
  std::vector<std::string> names = {"base"};
  for (std::size_t i = 1; i < means.size(); ++i)
    names.emplace_back(1, static_cast<char>('a' + i - 1));
  builder.factor("arm", names).baseline("arm", "base");
  RandomStream stream(5, "arms");
  for (const auto& name : names) builder.cell({name});
  for (int seed = 0; seed < seeds; ++seed) {
    for (std::size_t cell = 0; cell < means.size(); ++cell) {
      builder.done(cell, seed, means[cell] + spread * stream.normal());
    }
  }
  return builder;
}

std::string words(const SweepResults& results, std::size_t row,
                  const AnalysisOptions& options = kDeclared) {
  const SweepAnalysis analysis(results, options);
  return verdict_text(analysis, analysis.comparison().rows.at(row));
}

std::string all(const std::vector<std::string>& sentences) {
  std::string text;
  for (const auto& sentence : sentences) text += sentence + "\n";
  return text;
}

std::string rails(const SweepResults& results) {
  return all(guard_rails(SweepAnalysis(results, kDeclared)));
}

}  // namespace

TEST_CASE("three seeds decide a difference of 66, and say what the exact test needs",
          "[verdict words]") {
  const auto results = arms_with({20, 86, 20.2, 19.9, 20}, 3, 0.5).build();
  CHECK_THAT(words(results, 0),
             Contains("better by 6") && Contains("points (95% interval 6") &&
                 Contains("over 4 comparisons, decided by the pooled error and its own paired t "
                          "test; the exact test needs 8 seeds for that"));
  CHECK_THAT(words(results, 1),
             Contains("not decided: from -") && Contains("is compatible with 3 seeds"));
  const Report report = build_report(results);
  CHECK_THAT(report.verdict.at(0), Contains("1 of 4 cells better, 0 worse, 3 not decided."));
  CHECK_THAT(report.verdict.at(1), Contains("the exact test needs 8 seeds for that."));
  CHECK_THAT(report.verdict.at(2), Contains("With 3 seeds a difference of") &&
                                       Contains("points is decided with probability 80%."));
}

TEST_CASE("an interval of a decided arm excludes 0, that of another one contains it",
          "[verdict words]") {
  int decided = 0;
  for (const ComparisonTest test : {ComparisonTest::kPooled, ComparisonTest::kPairedT}) {
    for (int seeds = 3; seeds < 12; ++seeds) {
      AnalysisOptions options;
      options.test = test;
      const auto results = arms_with({0, 0.5, 1, 1.5, 2, 2.5, 3}, seeds).build();
      const SweepAnalysis analysis(results, options);
      for (const auto& row : analysis.comparison().rows) {
        CAPTURE(seeds, row.cell);
        if (row.verdict == Verdict::kNotDecided) {
          REQUIRE(row.compatible.has_value());
          CHECK(row.compatible->low <= 0);
          CHECK(row.compatible->high >= 0);
        } else {
          ++decided;
          CHECK_FALSE(row.compatible.has_value());
          CHECK(row.interval->low * row.interval->high > 0);
        }
      }
    }
  }
  CHECK(decided > 10);
}

TEST_CASE("a level above 0.05 narrows the intervals with it", "[verdict words]") {
  AnalysisOptions options;
  options.alpha = 0.2;
  const auto results = arms_with({0, 1}, 5).build();
  CHECK(SweepAnalysis(results, options).percent == "80%");
  options.alpha = 0.01;
  CHECK(SweepAnalysis(results, options).percent == "95%");
}

TEST_CASE("more seeds say: also by the exact test", "[verdict words]") {
  CHECK_THAT(words(arms_with({0, 5}, 8).build(), 0), Contains("also by the exact test"));
}

TEST_CASE("equivalence needs a declared smallest difference and a narrow interval",
          "[verdict words]") {
  auto builder = arms_with({10, 10, 10.1, 14}, 8, 0.3);
  CHECK_THAT(words(builder.build(), 0), Contains("not decided"));
  builder.results().comparison.smallest_difference = 1.5;
  const auto results = builder.build();
  CHECK_THAT(words(results, 0),
             Contains("equivalent within 1.5 points: ") && Contains("of two one-sided tests"));
  CHECK_THAT(words(results, 2), Contains("better by "));
  const SweepAnalysis analysis(results, kDeclared);
  for (const auto& row : analysis.comparison().rows) {
    if (row.verdict != Verdict::kEquivalent) continue;
    CHECK(row.interval->low > -1.5);
    CHECK(row.interval->high < 1.5);
  }
  CHECK_THAT(build_report(results).verdict.at(0), Contains("2 equivalent within 1.5 points"));
  // A difference that is decided and too small to matter is said to be both.
  builder.results().comparison.smallest_difference = 8;
  CHECK_THAT(words(builder.build(), 2), Contains("better by") && Contains("smaller than 8 points"));
  // Too small to be shown.
  builder.results().comparison.smallest_difference = 0.05;
  CHECK_THAT(words(builder.build(), 0), Contains("not decided"));
}

TEST_CASE("equivalence holds its error: an arm at the limit is seldom called equivalent",
          "[verdict words]") {
  RandomStream stream(8, "at the limit");
  int wrong = 0;
  constexpr int kSweeps = 400;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    SweepBuilder builder("limit");
    builder.factor("arm", {"base", "a", "b"}).baseline("arm", "base");
    for (const char* arm : {"base", "a", "b"}) builder.cell({arm});
    for (int seed = 0; seed < 6; ++seed) {
      for (std::size_t cell = 0; cell < 3; ++cell) {
        builder.done(cell, seed, (cell > 0 ? 3 : 0) + stream.normal());
      }
    }
    builder.results().comparison.smallest_difference = 3;
    const auto results = builder.build();
    const SweepAnalysis analysis(results, kDeclared);
    bool any = false;
    for (const auto& row : analysis.comparison().rows) any = any || row.within_smallest;
    wrong += any ? 1 : 0;
  }
  std::printf("equivalent at the limit: %.1f%% of %d sweeps\n", 100.0 * wrong / kSweeps, kSweeps);
  CHECK(wrong <= 0.06 * kSweeps);
}

TEST_CASE("the guard rails say what the values are like", "[verdict words]") {
  SECTION("nothing to say") { CHECK(rails(arms_with({1, 2, 3, 4}, 5).build()).empty()); }
  SECTION("no spread") {
    const auto results = arms_with({1, 2, 3}, 4, 0).build();
    CHECK_THAT(
        rails(results),
        Contains("Beside what cell and seed determine, score varies by no more than rounding"));
    CHECK_THAT(words(results, 0),
               Contains("not decided: beside what cell and seed determine, the values vary by no"));
  }
  SECTION("spreads that differ are named") {
    auto builder = arms_with({1, 2, 3, 4}, 5);
    for (auto& trial : builder.results().trials) {
      if (trial.cell == 2) trial.final_metrics["score"] *= 1000;
    }
    CHECK_THAT(
        rails(builder.build()),
        Contains("The spreads of the cells differ (Bartlett's test") && Contains("points (b)"));
  }
  SECTION("two modes") {
    auto builder = arms_with({0, 0, 0, 0, 0, 0}, 5, 0.001);
    for (std::size_t i = 0; i < builder.results().trials.size(); ++i) {
      if (i / 6 % 2 == 0) builder.results().trials[i].final_metrics["score"] += 1;
    }
    CHECK_THAT(rails(builder.build()), Contains("score looks two-moded: in 6 cells"));
  }
  SECTION("a run that diverged without saying so") {
    auto builder = arms_with({10, 11, 12, 13, 14}, 5);
    builder.results().trials[2 * 5 + 3].final_metrics["score"] = -300;  // seed 2 of c
    CHECK_THAT(rails(builder.build()), Contains("seed 2 of c (-300, median of the cell 1"));
  }
}

TEST_CASE("values that do not fit into the tests decide nothing and break nothing",
          "[verdict words]") {
  SECTION("one arm without a run") {
    SweepBuilder builder("empty");
    builder.factor("arm", {"base", "a"}).baseline("arm", "base");
    builder.cell({"base"});
    builder.cell({"a"});
    for (int seed = 0; seed < 3; ++seed) {
      builder.done(0, seed, seed);
      builder.other(1, seed, TrialState::kDiverged, "diverged");
    }
    CHECK(words(builder.build(), 0) == "not decided: no seed has a value in both cells");
  }
  SECTION("a baseline without a run yet") {
    SweepBuilder builder("waiting");
    builder.factor("arm", {"base", "a"}).baseline("arm", "base");
    builder.cell({"base"});
    builder.cell({"a"});
    for (int seed = 0; seed < 3; ++seed) {
      builder.other(0, seed, TrialState::kPending);
      builder.done(1, seed, seed);
    }
    CHECK(words(builder.build(), 0) == "not decided: no seed has a value in both cells");
  }
  SECTION("one seed, two seeds") {
    CHECK(words(arms_with({0, 100}, 1).build(), 0) ==
          "not decided: 1 seed with a value in both cells; 3 or more are needed");
    CHECK(words(arms_with({0, 100}, 2).build(), 0) ==
          "not decided: 2 seeds with a value in both cells; 3 or more are needed");
  }
  SECTION("huge numbers, and differences that no double holds") {
    auto builder = arms_with({1, 2, 3}, 4);
    for (auto& trial : builder.results().trials) trial.final_metrics["score"] *= 1e300;
    CHECK_THAT(words(builder.build(), 0), Contains("seeds") || Contains("better"));
    for (auto& trial : builder.results().trials) {
      trial.final_metrics["score"] = trial.cell == 0 ? -1.7e308 : 1.7e308;
    }
    CHECK(words(builder.build(), 0) == "not decided: the differences are too large for a number");
  }
  SECTION("infinite values are missing ones") {
    auto builder = arms_with({1, 2}, 4);
    builder.results().trials[0].final_metrics["score"] = std::numeric_limits<double>::infinity();
    const auto results = builder.build();
    const SweepAnalysis analysis(results, kDeclared);
    CHECK(analysis.comparison().rows[0].pairs.size() == 3);
  }
}

TEST_CASE("seeds that were added after results are said at the top", "[verdict words]") {
  auto builder = arms_with({0, 5}, 5);
  CHECK(build_report(builder.build()).warnings.empty());
  EarlierPlan earlier;
  earlier.replicates = 3;
  earlier.trials = 6;
  earlier.done = 6;
  builder.results().earlier_plans = {earlier};
  CHECK(build_report(builder.build()).warnings.at(0) ==
        "Seeds were added when 6 trials were done: looked at 3 and 5 seeds, the p-values are "
        "optimistic. Settle the number of seeds before the first result.");
  // Seeds that were taken away again were seen, too.
  builder.results().earlier_plans[0].replicates = 10;
  builder.results().earlier_plans[0].done = 20;
  CHECK(build_report(builder.build()).warnings.at(0) ==
        "The sweep had 10 seeds when 20 trials were done; now it has 5. The p-values are valid "
        "only if that was decided before the results were seen.");
  builder.results().earlier_plans[0].done = 6;
  builder.results().earlier_plans[0].replicates = 5;
  builder.results().earlier_plans[0].changes = {"with another baseline", "with other seeds"};
  CHECK(build_report(builder.build()).warnings.at(0) ==
        "The sweep was planned again with another baseline, with other seeds when 6 trials were "
        "done. The p-values are valid only if that was decided before the results were seen.");
  builder.results().earlier_plans[0].changes.clear();
  // The same number of seeds is not another look; another rule is.
  builder.results().earlier_plans[0].replicates = 5;
  CHECK(build_report(builder.build()).warnings.empty());
  builder.results().earlier_plans[0].comparison.alpha = 0.01;
  CHECK_THAT(build_report(builder.build()).warnings.at(0),
             Contains("[comparison] was changed in the sweep file when 6 trials were done"));
}

TEST_CASE("a rule that a report was given instead of the sweep's is said at the top",
          "[verdict words]") {
  auto builder = arms_with({0, 5}, 5);
  ReportOptions options;
  options.alpha = 0.01;
  options.test = ComparisonTest::kPairedT;
  CHECK_THAT(build_report(builder.build(), options).warnings.at(0),
             Contains("Not as the sweep declares: the test, alpha."));
  builder.results().comparison.alpha = 0.01;
  builder.results().comparison.test = ComparisonTest::kPairedT;
  CHECK(build_report(builder.build(), options).warnings.empty());
}

TEST_CASE("a smallest difference that is not positive and finite is refused", "[verdict words]") {
  const auto results = arms_with({0, 5}, 5).build();
  for (const double wrong : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    AnalysisOptions options;
    options.smallest_difference = wrong;
    CHECK_THROWS_WITH(SweepAnalysis(results, options),
                      Contains("expected a positive number in the unit of the primary metric"));
  }
}

TEST_CASE("the declared family is compared, and nothing else", "[verdict words]") {
  auto builder = arms_with({0, 1, 2, 3}, 5);
  builder.results().comparison.family = {{{"arm", {Value("a"), Value("c")}}}};
  const auto results = builder.build();
  const SweepAnalysis analysis(results, kDeclared);
  REQUIRE(analysis.comparison().family == 2);
  CHECK(analysis.comparison().rows[1].cell == 3);
}

}  // namespace polysweep
