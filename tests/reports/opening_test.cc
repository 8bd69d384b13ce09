// The opening of a report: its sentence, its table of results, its badges and its title.
#include "reports/document/build_report.h"
#include "reports/document/sections.h"
#include "reports/render/render_report.h"

#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Catch::Matchers::Contains;

// Arms with these values of each seed, the first the baseline.
SweepBuilder arms(const std::vector<std::pair<std::string, std::vector<double>>>& values) {
  SweepBuilder builder("arms");
  std::vector<std::string> names;
  for (const auto& [name, seeds] : values) names.push_back(name);
  builder.factor("arm", names).baseline("arm", names.front());
  for (const auto& [name, seeds] : values) {
    const std::size_t cell = builder.cell({name});
    for (std::size_t seed = 0; seed < seeds.size(); ++seed) {
      builder.done(cell, static_cast<int>(seed), seeds[seed]);
    }
  }
  return builder;
}

// A grid of arms and widths: arm 0 is the baseline, each arm is 10 better than the last,
// but for the last one, which is worse.
SweepBuilder grid(int arm_count, const std::vector<std::string>& widths, int seeds) {
  SweepBuilder builder("grid");
  std::vector<std::string> names;
  for (int i = 0; i < arm_count; ++i) names.push_back("arm" + std::to_string(i));
  builder.factor("arm", names).factor("width", widths).baseline("arm", "arm0");
  for (int i = 0; i < arm_count; ++i) {
    for (std::size_t w = 0; w < widths.size(); ++w) {
      const std::size_t cell = builder.cell({names[static_cast<std::size_t>(i)], widths[w]});
      for (int seed = 0; seed < seeds; ++seed) {
        const double level = i == arm_count - 1 ? -20 : 10 * i;
        builder.done(cell, seed,
                     100 + level + static_cast<double>(w) + 0.3 * seed +
                         0.1 * ((seed * seed + seed * i + static_cast<int>(w)) % 7));
      }
    }
  }
  return builder;
}

Opening opening(const SweepResults& results) { return build_report(results).opening; }

std::string row_text(const TableRow& row) {
  std::string text;
  for (const auto& field : row) text += "[" + field.text + (field.strong ? " bold" : "") + "]";
  return text;
}

const Badge& badge_of(const Opening& opening, const std::string& section) {
  for (const Badge& badge : opening.badges) {
    if (badge.section == section) return badge;
  }
  throw std::runtime_error("no badge opens " + section);
}

}  // namespace

TEST_CASE("the answer names the best cell, what is better and worse, and what is not decided",
          "[opening]") {
  const auto found = opening(arms({{"base", {20, 20.5, 21}},
                                   {"good", {86, 86.4, 87.2}},
                                   {"bad", {5, 5.6, 6.1}},
                                   {"same", {20.3, 20.1, 21.2}}})
                                 .build());
  CHECK_THAT(found.answer,
             Contains("good has the best mean score: 86.5 points; good is better than base by 66.0"
                      "3 points (95% interval 65.65 to 66.41); bad is worse than base by 14.93 "
                      "points (14.79 to 15.08); ") &&
                 Contains("; 1 of 3 not decided (a difference of ") &&
                 Contains(" points would show with probability 80%)."));
  CHECK(found.headline == "good is better by 66.03 points");
}

TEST_CASE("of many findings the largest are named and the others counted", "[opening]") {
  const auto found = opening(grid(6, {"1", "2"}, 4).build());
  CHECK_THAT(found.answer, Contains("arm4, width 2 has the best mean score") &&
                               Contains("; 7 more are better; ") &&
                               Contains("is worse than arm0 by"));
  CHECK(found.answer.find("not decided") == std::string::npos);
  CHECK_THAT(found.headline, Contains("is better by") && Contains(", 7 more better"));
}

TEST_CASE("one comparison that is not decided says what is compatible", "[opening]") {
  const auto found =
      opening(arms({{"base", {20, 20.5, 21}}, {"same", {20.3, 20.1, 21.2}}}).build());
  CHECK_THAT(found.answer, Contains("the difference of same from base is not decided: from -") &&
                               Contains("is compatible with 3 seeds."));
  CHECK_THAT(found.headline, Contains("nothing better or worse"));
}

TEST_CASE("the answer says what is equivalent", "[opening]") {
  auto builder = arms({{"base", {20, 20.5, 21, 20.2, 20.8, 20.4}},
                       {"same", {20.1, 20.4, 21.1, 20.1, 20.9, 20.5}},
                       {"far", {30.1, 30.4, 31.1, 30.1, 30.9, 30.5}}});
  builder.results().comparison.smallest_difference = 2;
  const auto found = opening(builder.build());
  CHECK_THAT(found.answer, Contains("same is equivalent to base within 2 points"));
  REQUIRE(found.table);
  CHECK(found.table->rows[1][1].mark == "equivalent");
  CHECK_THAT(found.table->notes[0], Contains("better, worse, equivalent: decided"));
}

TEST_CASE("a verdict that is withheld is said, and marked in the table", "[opening]") {
  auto builder = arms(
      {{"base", {20, 20.5, 21, 20.2}}, {"lucky", {40, 40.5, 41, 40.3}}, {"bad", {5, 5, 6, 5}}});
  builder.other(1, 4, TrialState::kFailed, "error", "out of memory");
  builder.done(0, 4, 20.4);
  builder.done(2, 4, 5.4);
  const auto found = opening(builder.build());
  CHECK_THAT(found.answer, Contains("bad is worse than base by") &&
                               Contains("1 of 2 withheld, because runs of the side in favour were "
                                        "lost.") &&
                               !Contains("lucky is better"));
  REQUIRE(found.table);
  CHECK_THAT(found.table->rows[1][1].text, Contains("(4 of 5)"));
  CHECK(found.table->rows[1][1].mark == "withheld");
  CHECK(found.table->rows[1][1].tone == Tone::kMissing);
  CHECK_FALSE(found.table->rows[1][1].strong);  // not complete, so not ranked
  CHECK(badge_of(found, "ledger").text == "14 of 15 trials done, 1 failed");
  CHECK(badge_of(found, "ledger").tone == Tone::kBad);
  CHECK(badge_of(found, "cells").text == "1 missing value in 1 cell");
}

TEST_CASE("the crossed factor is in the columns, decided cells are marked, the best is bold",
          "[opening]") {
  const auto found = opening(grid(4, {"1", "2"}, 4).build());
  REQUIRE(found.table);
  const Table& table = *found.table;
  REQUIRE(table.columns.size() == 3);
  CHECK(table.columns[1].title == "width 1");
  CHECK(table.columns[2].title == "width 2");
  REQUIRE(table.rows.size() == 4);
  CHECK(table.rows[0][0].text == "arm0 (baseline)");
  for (const std::size_t column : {1, 2}) {
    CAPTURE(column);
    CHECK(table.rows[0][column].tone == Tone::kPlain);
    CHECK(table.rows[0][column].mark.empty());
    CHECK(table.rows[2][column].mark == "better");
    CHECK(table.rows[2][column].tone == Tone::kGood);
    CHECK(table.rows[3][column].mark == "worse");
    CHECK(table.rows[3][column].tone == Tone::kBad);
    for (std::size_t row = 0; row < 4; ++row) {
      CHECK(table.rows[row][column].strong == (row == 2));
      CHECK_THAT(table.rows[row][column].text, Contains(" ± "));
    }
  }
  // One precision: as many digits after every point.
  for (const auto& row : table.rows) {
    for (std::size_t column = 1; column < row.size(); ++column) {
      const std::string number = row[column].text.substr(0, row[column].text.find(' '));
      CHECK(number.size() - number.find('.') ==
            table.rows[0][1].text.find(' ') - table.rows[0][1].text.find('.'));
    }
  }
}

TEST_CASE("two crossed factors make a column of each combination", "[opening]") {
  SweepBuilder builder("two");
  builder.factor("arm", {"a", "b"}).factor("width", {"1", "2"}).factor("depth", {"3", "4"});
  builder.baseline("arm", "a");
  for (const char* arm : {"a", "b"}) {
    for (const char* width : {"1", "2"}) {
      for (const char* depth : {"3", "4"}) {
        if (std::string(arm) == "b" && *width == '2' && *depth == '4') continue;
        const std::size_t cell = builder.cell({arm, width, depth});
        for (int seed = 0; seed < 3; ++seed) builder.done(cell, seed, *width + 0.1 * seed);
      }
    }
  }
  const auto found = opening(builder.build());
  REQUIRE(found.table);
  REQUIRE(found.table->columns.size() == 5);
  CHECK(found.table->columns[4].title == "width 2, depth 4");
  CHECK(found.table->rows[1][4].text == "not planned");
}

TEST_CASE("a table of many crossed levels has one row for each cell", "[opening]") {
  const auto found = opening(grid(2, {"1", "2", "3", "4", "5", "6"}, 3).build());
  REQUIRE(found.table);
  CHECK(found.table->columns.size() == 3);  // cell, mean, difference
  CHECK(found.table->rows.size() == 12);
  CHECK(found.table->rows[7][0].text == "arm1, width 2");
}

TEST_CASE("without a crossed factor the difference and a secondary metric stand beside",
          "[opening]") {
  auto builder = arms({{"base", {20, 20.5, 21}}, {"good", {86, 86.4, 87.2}}});
  auto& results = builder.results();
  for (const char* name : {"score", "loss", "seconds", "memory"}) {
    results.secondary.push_back({name, Goal::kMinimize, "", ""});
    for (auto& trial : results.trials) {
      trial.final_metrics.try_emplace(name, 4.64e-3 + 1e-4 * static_cast<double>(trial.cell));
    }
  }
  const auto found = opening(builder.build());
  REQUIRE(found.table);
  REQUIRE(found.table->columns.size() == 4);
  CHECK(found.table->columns[2].title == "difference");
  CHECK(found.table->columns[3].title == "loss");
  CHECK(found.table->rows[0][2].text == "-");
  CHECK_THAT(found.table->rows[1][2].text, Contains("+66.033 ± 0.379"));
}

TEST_CASE("a table of 10,000 cells is cut, and says so", "[opening]") {
  SweepBuilder builder("large");
  std::vector<std::string> names;
  for (int i = 0; i < 10000; ++i) names.push_back("arm" + std::to_string(i));
  builder.factor("arm", names).baseline("arm", "arm5");
  for (int i = 0; i < 10000; ++i) {
    const std::size_t cell = builder.cell({names[static_cast<std::size_t>(i)]});
    for (int seed = 0; seed < 3; ++seed) builder.done(cell, seed, i + 0.1 * seed * (i % 3));
  }
  const auto results = builder.build();
  const AnalysisOptions options;
  const SweepAnalysis analysis(results, options);
  const auto table = answer_table(analysis);
  REQUIRE(table);
  CHECK(table->rows.size() == 16);
  CHECK(table->rows[0][0].text == "arm5 (baseline)");
  CHECK(table->rows[1][0].text == "arm9999");
  REQUIRE(table->notes.size() == 2);
  CHECK(table->notes[1] ==
        "16 of 10000 cells are shown: the baseline and the best ones. Section \"Cells\" has all.");
}

TEST_CASE("without a baseline there is a ranking and no mark", "[opening]") {
  SweepBuilder builder("free");
  builder.factor("lr", {"0.1", "0.2"});
  for (const char* lr : {"0.1", "0.2"}) {
    const std::size_t cell = builder.cell({lr});
    for (int seed = 0; seed < 3; ++seed) builder.done(cell, seed, *(lr + 2) + 0.1 * seed);
  }
  const auto found = opening(builder.build());
  CHECK(found.answer == "lr 0.2 has the best mean score: 50.10 points.");
  CHECK(found.headline == "lr 0.2 has the best mean score: 50.10 points");
  CHECK_FALSE(found.figure);
  REQUIRE(found.table);
  CHECK(found.table->columns.size() == 2);
  CHECK(found.table->rows[1][1].strong);
  CHECK(found.table->notes == std::vector<std::string>{"Bold: the best mean of a complete cell."});
}

TEST_CASE("one cell, one seed and nothing done yet each have an opening", "[opening]") {
  SECTION("one cell") {
    SweepBuilder builder("one");
    const std::size_t cell = builder.cell({});
    for (int seed = 0; seed < 3; ++seed) builder.done(cell, seed, 0.25 * seed);
    const auto found = opening(builder.build());
    CHECK(found.answer == "The mean score is 0.25 points.");
    REQUIRE(found.table);
    CHECK_FALSE(found.table->rows[0][1].strong);
  }
  SECTION("one seed") {
    const auto found = opening(arms({{"base", {20}}, {"good", {86}}}).build());
    CHECK_THAT(found.answer, Contains("is not decided: 1 seed with a value in both cells; 3 or "
                                      "more are needed"));
    REQUIRE(found.table);
    CHECK(row_text(found.table->rows[1]) == "[good][86 bold][+66]");
  }
  SECTION("nothing done") {
    SweepBuilder builder("waiting");
    builder.factor("arm", {"a", "b"}).baseline("arm", "a");
    for (const char* name : {"a", "b"}) {
      builder.other(builder.cell({name}), 0, TrialState::kPending);
    }
    const auto found = opening(builder.build());
    CHECK(found.answer == "No trial is done: there is nothing to compare.");
    CHECK_FALSE(found.table);
    CHECK_FALSE(found.figure);
    CHECK(badge_of(found, "ledger").text == "0 of 2 trials done, 2 pending");
    CHECK(badge_of(found, "ledger").tone == Tone::kMissing);
  }
  SECTION("cells that tie") {
    const auto found = opening(arms({{"base", {3, 3, 3}}, {"new", {3, 3, 3}}}).build());
    CHECK_THAT(found.answer, Contains("base and 1 other cell have the best mean score: 3 points"));
    CHECK(found.table->rows[0][1].strong);
    CHECK(found.table->rows[1][1].strong);
  }
}

TEST_CASE("badges are green where nothing is to be said, and open a section", "[opening]") {
  const auto clean = build_report(sample_sweep({3, false, true, false}));
  REQUIRE(clean.opening.badges.size() == 4);
  for (const Badge& badge : clean.opening.badges) {
    CAPTURE(badge.text);
    CHECK(badge.tone == Tone::kGood);
  }
  CHECK(badge_of(clean.opening, "provenance").text == "code 4be2c1d");
  const auto spoiled = build_report(sample_sweep({3, true, true, true})).opening;
  CHECK(badge_of(spoiled, "provenance").text == "2 code versions");
  CHECK(badge_of(spoiled, "provenance").tone == Tone::kBad);
  CHECK(badge_of(spoiled, "audit").text == "audit: build not the same in all cells");
  CHECK(badge_of(spoiled, "cells").tone == Tone::kMissing);
  CHECK_THAT(badge_of(spoiled, kWarningsId).text, Contains("warning"));
  const std::string page = render_report(build_report(sample_sweep({3, true, true, true})), "html");
  CHECK_THAT(page, Contains("<section id=\"warnings\""));
}

TEST_CASE("the title and the description of the page say the answer", "[opening]") {
  auto builder = arms({{"base", {20, 20.5, 21}}, {"\"><img src=x>", {86, 86.4, 87.2}}});
  const std::string page = render_report(build_report(builder.build()), "html");
  const std::string named = "&quot;&gt;&lt;img src=x&gt;";
  CHECK_THAT(page, Contains("<title>arms: " + named + " is better by 66.03 points</title>") &&
                       Contains("<meta property=\"og:title\" content=\"arms: " + named) &&
                       Contains("<meta name=\"description\" content=\"" + named +
                                " has the best mean score") &&
                       Contains("<meta property=\"og:description\" content=\"" + named));
  CHECK(page.find("<img") == std::string::npos);
}

TEST_CASE("every format opens with the answer, then the table", "[opening]") {
  const Report report = build_report(sample_sweep({3, false, true, false}));
  for (const auto& format : format_names()) {
    CAPTURE(format);
    PageParts parts;
    const std::string page = render_report(report, format, {}, &parts);
    const std::size_t answer = page.find("the best mean");
    const std::size_t ledger = page.find("Ledger", page.find("Ledger") + (format == "html"));
    REQUIRE(answer != std::string::npos);
    CHECK(answer < ledger);
    const std::string table = format == "latex" ? parts.files.at("results.tex") : page;
    CHECK_THAT(table, Contains(format == "latex" ? "$\\pm$" : "±"));
    CHECK_THAT(table, Contains("(baseline)"));
  }
}

TEST_CASE("many baselines are one figure, of which a number of rows is drawn", "[opening]") {
  std::vector<std::string> widths;
  for (int i = 1; i <= 500; ++i) widths.push_back(std::to_string(i));
  const SweepResults results = grid(2, widths, 3).build();
  const SweepAnalysis analysis(results, {});
  REQUIRE(analysis.comparison().family == 500);
  const std::vector<Figure> figures = comparison_figures(analysis);
  REQUIRE(figures.size() == 1);
  CHECK(figures[0].numbers.rows.size() == 24);
  CHECK_THAT(figures[0].caption,
             Contains("Of 500 comparisons 24 are drawn, those with the smallest p.") &&
                 Contains("Difference of arm1 from the baseline in score"));
  // The arm is the same in all rows: the group names the row.
  CHECK_THAT(figures[0].numbers.rows[0][0].text, Catch::Matchers::StartsWith("width "));
  CHECK(figures[0].height < 1200);
  // Few groups of many arms have a figure each, beside each other.
  const SweepResults few_results = grid(20, {"64", "128"}, 3).build();
  const SweepAnalysis few(few_results, {});
  const std::vector<Figure> of_groups = comparison_figures(few);
  REQUIRE(of_groups.size() == 2);
  CHECK(of_groups[0].numbers.rows.size() == 19);
  CHECK(of_groups[0].width <= 590);
  CHECK(of_groups[0].caption.find("are drawn") == std::string::npos);
}

}  // namespace polysweep
