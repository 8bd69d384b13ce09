// Complete reports of small, unusual sweeps against golden files, and the rules that
// every format keeps. POLYSWEEP_WRITE_GOLDENS=1 writes the golden files again.
#include "reports/document/build_report.h"
#include "reports/render/render_report.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "framework/core/error.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::string rendered(const SweepResults& results, const char* format) {
  ReportOptions options;
  options.bootstrap_samples = 1000;
  options.command = "polysweep report NAME --markdown report.md";
  return render_report(build_report(results, options), format);
}

// What a page says: without its style and script, and without the tables' downloads,
// which are their CSV once more.
std::string body_of(std::string page) {
  page = page.substr(page.find("<body"));
  page.erase(page.find("<script", page.find("</main>")));
  const std::string begins = ";base64,";
  for (std::size_t at = 0; (at = page.find(begins, at)) != std::string::npos;) {
    at += begins.size();
    page.erase(at, page.find('"', at) - at);
  }
  return page;
}

void expect_kept(const std::string& name, const std::string& text) {
  const std::string path = std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/golden/reports/" + name;
  if (std::getenv("POLYSWEEP_WRITE_GOLDENS") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  std::ostringstream kept;
  kept << file.rdbuf();
  CHECK(text == kept.str());
}

void check_golden(const std::string& name, const SweepResults& results) {
  expect_kept(name + ".md", rendered(results, "markdown"));
  expect_kept(name + ".html", body_of(rendered(results, "html")));
}

SweepBuilder two_cells() {
  SweepBuilder builder("small");
  builder.factor("arm", {"base", "new"}).baseline("arm", "base");
  builder.cell({"base"});
  builder.cell({"new"});
  return builder;
}

SweepResults hostile() {
  SweepBuilder builder(kHostileNames[0]);
  auto& results = builder.results();
  results.primary.name = kHostileNames[1];
  results.primary.unit = kHostileNames[2];
  results.text = "# `````\n</pre></script><script>alert(1)</script>\n";
  results.file = "$(touch owned); '.toml";
  results.overrides = {"a=`touch owned`"};
  results.factors = {{"arm", {}, "", ""}};
  results.baseline.set("arm", Value(kHostileNames[0]));
  for (const auto& name : kHostileNames) {
    CellResult cell;
    cell.levels.set("arm", Value(name));
    results.factors[0].levels.push_back(Value(name));
    results.cells.push_back(cell);
    builder.done(results.cells.size() - 1, 0, 1);
    const auto failed = builder.other(results.cells.size() - 1, 1, TrialState::kFailed, "error",
                                      name + std::string("\x00\xFF\x1b[2J", 6));
    results.trials[failed].output_tail = name;
  }
  return builder.build();
}

}  // namespace

TEST_CASE("report of one seed", "[golden]") {
  auto builder = two_cells();
  builder.done(0, 0, 1.5);
  builder.done(1, 0, 2.5);
  check_golden("one_seed", builder.build());
}

TEST_CASE("report of ties", "[golden]") {
  auto builder = two_cells();
  for (int seed = 0; seed < 6; ++seed) {
    builder.done(0, seed, 3);
    builder.done(1, seed, 3);
  }
  check_golden("ties", builder.build());
}

TEST_CASE("report where all failed", "[golden]") {
  auto builder = two_cells();
  for (int seed = 0; seed < 2; ++seed) {
    builder.other(0, seed, TrialState::kFailed, "error", "no such corpus");
    builder.other(1, seed, TrialState::kDiverged, "diverged", "loss is not finite");
  }
  check_golden("all_failed", builder.build());
}

TEST_CASE("report of one cell without a baseline", "[golden]") {
  SweepBuilder builder("one cell");
  builder.cell({});
  for (int seed = 0; seed < 3; ++seed) builder.done(0, seed, 0.25 * seed);
  check_golden("one_cell", builder.build());
}

TEST_CASE("report where the baseline's runs are missing", "[golden]") {
  auto builder = two_cells();
  for (int seed = 0; seed < 3; ++seed) {
    builder.other(0, seed, TrialState::kPending);
    builder.done(1, seed, 1.0 + seed);
  }
  check_golden("baseline_missing", builder.build());
}

TEST_CASE("report of diverged and not finite values", "[golden]") {
  auto builder = two_cells();
  for (int seed = 0; seed < 7; ++seed) {
    builder.done(0, seed, 1.0 + seed);
    builder.done(1, seed, seed == 3 ? std::nan("") : 2.5 + seed);
  }
  builder.results().trials[1].state = TrialState::kDiverged;
  check_golden("not_finite", builder.build());
}

TEST_CASE("report of huge and tiny numbers that decide", "[golden]") {
  auto builder = two_cells();
  builder.factor("arm", {});
  CellResult tiny;
  tiny.levels.set("arm", Value("tiny"));
  builder.results().cells.push_back(tiny);
  for (int seed = 0; seed < 8; ++seed) {
    builder.done(0, seed, 1e-9 * (1 + seed));
    builder.done(1, seed, 1e12 * (3 + seed));
    builder.done(2, seed, 1e-9 * (1 + seed) - 1e-11 * (1 + seed % 2));
  }
  check_golden("huge_and_tiny", builder.build());
}

TEST_CASE("report of hostile names", "[golden]") { check_golden("hostile", hostile()); }

TEST_CASE("report of a sweep as the demo gives", "[golden]") {
  expect_kept("encodings.md", rendered(sample_sweep({5, true, true, true}), "markdown"));
}

TEST_CASE("hostile texts stay texts in the page", "[page]") {
  const std::string page = render_report(build_report(hostile()), "html");
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find("\" onload=") == std::string::npos);
  CHECK(page.find('\x1b') == std::string::npos);
  CHECK(page.find('\0') == std::string::npos);
  // One script, one style sheet, no style attributes or handlers.
  CHECK(page.find("<script>") == page.rfind("<script>"));
  CHECK(page.find("<style>") == page.rfind("<style>"));
  CHECK(page.find(" style=\"") == std::string::npos);
  CHECK(page.find("http://") == page.find("http://example.invalid/x.png"));
  CHECK_THAT(page, Catch::Matchers::Contains("'$(touch owned); '\\''.toml'") ||
                       Catch::Matchers::Contains("&#39;$(touch owned); &#39;\\&#39;&#39;.toml"));
}

TEST_CASE("a fence of a listing is longer than any within", "[page]") {
  CHECK_THAT(rendered(hostile(), "markdown"), Catch::Matchers::Contains("``````\n# `````"));
}

TEST_CASE("the page says why a figure is not drawn", "[page]") {
  const Draw broken = [](const std::string&) -> std::string { fail("gnuplot was not found"); };
  const std::string page =
      render_report(build_report(sample_sweep({2, false, true, false})), "html", broken);
  CHECK_THAT(page, Catch::Matchers::Contains("This figure was not drawn: gnuplot was not found"));
  CHECK_THAT(page, Catch::Matchers::Contains("id=\"forest-numbers\""));
}

TEST_CASE("an unknown format is an error that names the formats", "[page]") {
  CHECK_THROWS_WITH(render_report(Report{}, "htlm"),
                    "unknown report format 'htlm' (did you mean 'html'?); expected one of html, "
                    "markdown, text, latex");
}

TEST_CASE("unequal builds are said at the top", "[page]") {
  const Report report = build_report(sample_sweep({3, false, false, true}));
  REQUIRE(report.warnings.size() == 1);
  CHECK(report.warnings[0] ==
        "Not the same in all cells (build): build.commit differs: 99e0a77 in rope; 4be2c1d "
        "elsewhere.");
}

namespace {

std::string warnings_text(const SweepResults& results) {
  std::string text;
  for (const auto& warning : build_report(results).warnings) text += warning + "\n";
  return text;
}

}  // namespace

TEST_CASE("unequal data, budget and machines are said at the top", "[page]") {
  const auto plain = sample_sweep({3, false, true, false});
  CHECK(warnings_text(plain).empty());
  SECTION("a budget that an arm did not spend") {
    auto results = plain;
    for (auto& curve : results.curves["validation_loss"]) {
      if (results.trials[curve.trial].cell / 2 == 3) curve.points.pop_back();
    }
    for (auto& curve : results.curves["training_loss"]) {
      if (results.trials[curve.trial].cell / 2 == 3) curve.points.pop_back();
    }
    CHECK_THAT(
        warnings_text(results),
        Catch::Matchers::Contains("Not the same in all cells (budget): the last step of a run "
                                  "differs: 380 in rope; 400 elsewhere."));
  }
  SECTION("tokens that an arm did not see") {
    auto results = plain;
    for (auto& trial : results.trials) {
      trial.final_metrics["tokens"] = trial.cell / 2 == 1 ? 900 : 1000;
    }
    CHECK_THAT(warnings_text(results),
               Catch::Matchers::Contains("(budget): tokens, dimension 64 differs: 900 in "
                                         "sinusoidal; 1000 elsewhere."));
  }
  SECTION("a budget or a corpus that the baseline fixes") {
    for (const char* name : {"updates", "corpus"}) {
      auto results = plain;
      results.factors.push_back({name, {Value(1), Value(2)}, "", ""});
      results.baseline.set(name, Value(1));
      CHECK_THAT(
          warnings_text(results),
          Catch::Matchers::Contains(std::string(name) + " is a factor that the baseline fixes"));
    }
  }
  SECTION("a machine that only one arm ran on") {
    auto results = plain;
    results.provenance["other"] = results.provenance["build-a"];
    results.provenance["other"]["machine.cpu"] = "Another CPU";
    for (auto& trial : results.trials) {
      if (trial.cell / 2 == 2) trial.provenance = "other";
    }
    CHECK_THAT(warnings_text(results),
               Catch::Matchers::Contains("(hardware): machine.cpu differs: Another CPU in "
                                         "learned; Example CPU 2.2 GHz elsewhere."));
  }
}

TEST_CASE("a family that was restricted is reported at the top", "[page]") {
  const auto results = sample_sweep({7, false, false, false});
  ReportOptions options;
  options.family = {"rope, dimension 64", "learned"};
  const Report report = build_report(results, options);
  REQUIRE(report.warnings.size() == 1);
  CHECK(report.warnings[0] ==
        "The family was restricted by the user to 3 of 12 comparisons; p-values are valid only if "
        "that was decided before the results were seen.");
  CHECK_THAT(report.verdict[0], Catch::Matchers::Contains("of 3 cells better"));
  options.family = {"sinusoidal"};
  CHECK_THROWS_WITH(build_report(results, options),
                    "no cell of the family has a baseline to be compared with");
  options.family = {"ropes"};
  CHECK_THROWS_WITH(build_report(results, options), Catch::Matchers::Contains("'rope'"));
}

TEST_CASE("what a trial that is not done left behind is nowhere in a report", "[page]") {
  auto results = sample_sweep();
  const std::string before = render_report(build_report(results), "html");
  std::size_t spoiled = 0;
  for (auto& trial : results.trials) {
    if (trial.state == TrialState::kDone) continue;
    ++spoiled;
    for (const char* metric : {"test_bleu", "validation_loss", "tokens", "parameters"}) {
      trial.final_metrics[metric] = 123456.789;
    }
  }
  CHECK(spoiled == 4);
  const std::string after = render_report(build_report(results), "html");
  CHECK(before == after);
  CHECK(after.find("123456") == std::string::npos);
}

TEST_CASE("the sentences for five seeds, by the rule and by the exact test", "[page]") {
  const auto results = sample_sweep({5, false, false, false});
  const Report report = build_report(results);
  REQUIRE(report.verdict.size() == 3);
  CHECK(report.verdict[1] ==
        "Decided by t tests with the error of all cells (48 degrees of freedom) and Holm's "
        "adjustment over 12 comparisons at 0.05, and by the paired t test of each cell; the exact "
        "test needs 9 seeds for that.");
  ReportOptions options;
  options.test = ComparisonTest::kSignFlip;
  const Report exact = build_report(results, options);
  CHECK(exact.verdict[1] ==
        "Not decided by the exact sign-flip test with Holm's adjustment over 12 comparisons at "
        "0.05; it "
        "needs 9 seeds for that.");
}

TEST_CASE("with enough seeds the answer names what is better and worse", "[page]") {
  const Report report = build_report(sample_sweep({12, false, false, false}));
  CHECK_THAT(report.opening.answer,
             Catch::Matchers::Contains("is better than sinusoidal by") &&
                 Catch::Matchers::Contains("none, dimension 128 is worse than sinusoidal by"));
}

TEST_CASE("the command that runs the sweep again names its store and data", "[page]") {
  SweepResults results = sample_sweep({1, false, false, false});
  results.overrides = {"updates=10", "corpus=a b"};
  ReportOptions options;
  options.store = "runs/my store";
  options.data = "data";
  options.command = "polysweep report encodings --store 'runs/my store'";
  CHECK_THAT(render_report(build_report(results, options), "text"),
             Catch::Matchers::Contains(
                 "polysweep run experiments/sweeps/encodings.toml updates=10 'corpus=a b' "
                 "--store 'runs/my store' --data data\npolysweep report encodings --store"));
}

TEST_CASE("a share that is not between 0 and 1 is refused", "[page]") {
  ReportOptions options;
  options.confidence = 95;
  CHECK_THROWS_WITH(build_report(sample_sweep({1, false, false, false}), options),
                    "confidence 95: expected a number between 0 and 1, such as 0.95 or 0.05");
  options.confidence = std::nan("");
  CHECK_THROWS_AS(build_report(sample_sweep({1, false, false, false}), options), Error);
}

TEST_CASE("every format renders every sweep", "[page]") {
  for (const auto& format : format_names()) {
    for (const auto& results : {hostile(), SweepResults{}, sample_sweep({1, true, true, true})}) {
      CHECK_FALSE(render_report(build_report(results), format).empty());
    }
  }
}

}  // namespace polysweep
