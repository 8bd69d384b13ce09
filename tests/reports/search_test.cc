// Reports of sampled designs: what they show instead of a grid, and of odd ones that they
// stay complete.
#include "reports/analysis/search_space.h"

#include <fmt/format.h>

#include <set>

#include "reports/analysis/cell_labels.h"
#include "reports/document/build_report.h"
#include "reports/document/sections.h"
#include "reports/render/render_report.h"
#include "tests/reports/browser.h"
#include "tests/reports/gnuplot.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Catch::Matchers::Contains;

std::set<std::string> section_ids(const Report& report) {
  std::set<std::string> ids;
  for (const Section& section : report.sections) ids.insert(section.id);
  return ids;
}

const Section& search_of(const Report& report) {
  for (const Section& section : report.sections) {
    if (section.id == "search") return section;
  }
  FAIL("the report has no section on the search");
  return report.sections.front();
}

// The figure of the section, or of the opening; null where there is none.
const Figure* figure_of(const Report& report, const std::string& id) {
  if (report.opening.figure && report.opening.figure->id == id) return &*report.opening.figure;
  for (const Block& block : search_of(report).blocks) {
    const auto* figure = std::get_if<Figure>(&block);
    if (figure != nullptr && figure->id == id) return figure;
  }
  return nullptr;
}

std::string paragraphs_of(const Report& report) {
  std::string text;
  for (const Block& block : search_of(report).blocks) {
    if (const auto* paragraph = std::get_if<Paragraph>(&block)) text += paragraph->text + "\n";
  }
  return text;
}

std::string row_text(const TableRow& row) {
  std::string text;
  for (const auto& field : row) text += "[" + field.text + "]";
  return text;
}

std::size_t rows_with(const Table& table, const std::string& what) {
  std::size_t count = 0;
  for (const auto& row : table.rows) count += row[0].text == what ? 1 : 0;
  return count;
}

// Every format renders, and gnuplot draws every figure.
void check_complete(const SweepResults& results) {
  const Report report = build_report(results);
  for (const auto& format : format_names()) {
    PageParts parts;
    const std::string page = render_report(report, format, gnuplot(), &parts);
    CHECK_FALSE(page.empty());
    if (gnuplot()) CHECK(page.find("was not drawn") == std::string::npos);
  }
}

// Rates with these scores; each a setting that ran once.
SweepResults scored(const std::vector<double>& scores) {
  SweepBuilder builder("scored");
  builder.drawn("rate", Sampling::kLogUniform).drawn("width", Sampling::kInteger);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::size_t cell =
        builder.cell({fmt::format("{}e-5", 1 + i * i), std::to_string(3 + (i * 7) % 11)});
    builder.done(cell, 0, scores[i]);
  }
  return builder.build();
}

}  // namespace

// A sweep of 30 drawn rates and 30 drawn widths, zipped, had a heat map of 30 x 30 fields,
// of which 870 were not planned.
TEST_CASE("a sampled design has a section on the search, and no grid", "[search]") {
  const Report report = build_report(search_sample(30));
  const auto ids = section_ids(report);
  CHECK(ids.contains("search"));
  for (const char* grid :
       {"heat-maps", "factor-curves", "one-factor-section", "effects", "comparison"}) {
    CHECK_FALSE(ids.contains(grid));
  }
  CHECK_THAT(paragraphs_of(report),
             Contains("30 settings, with drawn values of rate (log-uniform), width (integers). 27 "
                      "complete, 2 with a trial that failed or diverged, 1 not finished."));
  CHECK(cell_labels(search_sample(30)).contexts == std::vector<std::string>{""});
  SweepResults listed = search_sample(30);
  for (auto& factor : listed.factors) factor.sampling = Sampling::kNone;
  const auto others = section_ids(build_report(listed));
  CHECK(others.contains("effects"));
  CHECK_FALSE(others.contains("search"));
}

TEST_CASE("the opening of a sampled design names the best setting", "[search]") {
  const Report report = build_report(search_sample(30));
  const Opening& opening = report.opening;
  CHECK_THAT(opening.answer,
             Contains("The best of 27 complete of 30 sampled settings is rate ") &&
                 Contains("e-3, width ") && Contains(", with score ") &&
                 Contains("; each setting ran once, and the best of many noisy values is "
                          "optimistic."));
  REQUIRE(opening.table);
  CHECK(opening.table->id == "best-settings");
  REQUIRE(opening.table->rows.size() == 10);
  const TableRow& first = opening.table->rows[0];
  CHECK_THAT(row_text(first), Catch::Matchers::Matches(
                                  R"(\[1\]\[[1-9]\.[0-9][0-9]e-3\]\[[0-9]+\]\[[0-9]+\.[0-9]+\])"));
  REQUIRE(first[1].number);
  CHECK(*first[1].number != std::stod(first[1].text));  // exact, for the CSV
  for (std::size_t i = 1; i < 10; ++i) {
    CHECK(*opening.table->rows[i][3].number <= *opening.table->rows[i - 1][3].number);
  }
  REQUIRE(opening.figure);
  CHECK(opening.figure->id == "best-so-far");
}

TEST_CASE("settings that are as good as the best are counted", "[search]") {
  CHECK_THAT(build_report(scored({1, 5, 3, 5})).opening.answer,
             Contains("; 1 other setting is equal to it; "));
  CHECK_THAT(build_report(scored({5, 5, 5})).opening.answer,
             Contains("; 2 other settings are equal to it; "));
}

TEST_CASE("the best so far is in the order in which trials finished", "[search]") {
  SweepResults results = scored({1, 5, 3, 4});
  const std::vector<std::int64_t> ends = {40, 30, 20, 20};  // ties: the order of the plan
  for (std::size_t i = 0; i < 4; ++i) results.trials[i].finished_us = ends[i];
  const auto best = [](const SweepResults& of) {
    const Report report = build_report(of);
    const Figure* figure = figure_of(report, "best-so-far");
    REQUIRE(figure != nullptr);
    std::vector<double> numbers;
    for (const auto& row : figure->numbers.rows) numbers.push_back(*row[1].number);
    return numbers;
  };
  CHECK(best(results) == std::vector<double>{3, 4, 5, 5});
  results.primary.goal = Goal::kMinimize;
  CHECK(best(results) == std::vector<double>{3, 3, 3, 1});
}

TEST_CASE("the scatter has every setting, lost ones and the smooth", "[search]") {
  const Report report = build_report(search_sample(30));
  const Figure* scatter = figure_of(report, "search-scatter");
  REQUIRE(scatter != nullptr);
  CHECK(rows_with(scatter->numbers, "setting") == 2 * 27);
  CHECK(rows_with(scatter->numbers, "without a value") == 2 * 2);
  CHECK(rows_with(scatter->numbers, "smooth") == 2 * 61);
  CHECK_THAT(scatter->caption,
             Contains("LOESS over all settings (local linear, tricube weights, span 2/3; Cleveland "
                      "1979); band: ±1.96 standard errors") &&
                 Contains("Crosses below: 2 settings of which a trial failed or diverged."));
  const Figure* effects = figure_of(report, "partial-effects");
  REQUIRE(effects != nullptr);
  CHECK_THAT(effects->caption,
             Contains("least squares over 27 settings") &&
                 Contains("with coefficients rate: 3, width: 3") &&
                 Contains("Pointwise 95% t intervals with 20 degrees of freedom."));
  const Figure* lines = figure_of(report, "parallel");
  REQUIRE(lines != nullptr);
  CHECK(lines->numbers.rows.size() == 27);
  CHECK(lines->narrow.size() == 1);
}

TEST_CASE("a value far from the others is at the edge, and not in the fits", "[search]") {
  std::vector<double> losses;
  for (int i = 0; i < 20; ++i) losses.push_back(1 + 0.1 * ((i * 13) % 20));
  SweepResults without = scored(losses);
  losses[7] = 1e6;
  SweepResults results = scored(losses);
  results.primary.goal = without.primary.goal = Goal::kMinimize;
  const Report report = build_report(results);
  const Figure* scatter = figure_of(report, "search-scatter");
  REQUIRE(scatter != nullptr);
  CHECK(rows_with(scatter->numbers, "setting beyond the axis") == 2);
  CHECK_THAT(scatter->caption, Contains("Triangles on top: 1 setting worse than"));
  CHECK_THAT(
      figure_of(report, "partial-effects")->caption,
      Contains("over 19 settings") && Contains("1 setting far from the others is left out."));
  // Better by as much is not a reason to leave it out.
  results.primary.goal = Goal::kMaximize;
  const Report turned = build_report(results);
  CHECK(rows_with(figure_of(turned, "search-scatter")->numbers, "setting beyond the axis") == 0);
}

TEST_CASE("replicates: a setting is worth its mean, and the axis says so", "[search]") {
  SweepBuilder builder("repeated");
  builder.drawn("rate", Sampling::kUniform);
  for (int i = 0; i < 12; ++i) {
    const std::size_t cell = builder.cell({fmt::format("0.{:02}", 10 + 3 * i)});
    for (int seed = 0; seed < 3; ++seed) {
      if (i == 5 && seed == 1) {
        builder.other(cell, seed, TrialState::kDiverged, "diverged");
      } else {
        builder.done(cell, seed, 10 + i + seed);
      }
    }
  }
  const Report report = build_report(builder.build());
  CHECK_THAT(report.opening.answer,
             Contains("The best of 11 complete of 12 sampled settings is rate 0.43, with mean "
                      "score 22.00 points") &&
                 !Contains("optimistic"));
  CHECK(row_text(report.opening.table->rows[0]) == "[1][0.430][22.00 ± 2.48]");
  const Figure* best = figure_of(report, "best-so-far");
  CHECK_THAT(best->caption, Contains("The best mean score"));
  const auto& labels = figure_of(report, "search-scatter")->labels;
  CHECK(std::find(labels.begin(), labels.end(), "score (points), mean over seeds") != labels.end());
  CHECK_THAT(paragraphs_of(report),
             Contains("A setting counts with its mean over all of its seeds."));
}

TEST_CASE("a sampled factor crossed with listed levels and a baseline", "[search]") {
  SweepBuilder builder("crossed");
  builder.drawn("rate", Sampling::kLogUniform).factor("optimizer", {"sgd", "adam"});
  builder.baseline("optimizer", "sgd");
  for (int i = 0; i < 10; ++i) {
    for (const char* optimizer : {"sgd", "adam"}) {
      const std::size_t cell = builder.cell({fmt::format("{}e-4", 1 + i * i), optimizer});
      for (int seed = 0; seed < 3; ++seed) {
        builder.done(cell, seed,
                     10 - i * 0.2 + (optimizer[0] == 'a' ? 5 : 0) +
                         0.1 * ((seed * seed + seed * i + (optimizer[0] == 'a' ? 2 : 0)) % 7));
      }
    }
  }
  const Report report = build_report(builder.build());
  const auto ids = section_ids(report);
  CHECK(ids.contains("comparison"));
  CHECK(ids.contains("search"));
  CHECK_FALSE(ids.contains("effects"));
  CHECK_FALSE(ids.contains("heat-maps"));
  CHECK_THAT(report.opening.answer, Contains("The best of 20 sampled settings is rate 0.0001, "
                                             "optimizer adam") &&
                                        Contains("better than sgd"));
  CHECK(report.opening.figure->id == "forest");
  const Figure* scatter = figure_of(report, "search-scatter");
  CHECK(rows_with(scatter->numbers, "setting, adam") == 10);
  CHECK_THAT(scatter->caption, Contains("Colours: optimizer."));
  // The words of the effects: adam is better by 5.
  const Table& effects = figure_of(report, "partial-effects")->numbers;
  double adam = 0;
  for (const auto& row : effects.rows) {
    if (row[1].text == "adam") adam = *row[2].number;
  }
  CHECK(adam == Approx(2.5).margin(0.2));
  CHECK(figure_of(report, "best-so-far") != nullptr);
  // One factor at a time: the listed one only.
  for (const Section& section : report.sections) {
    if (section.id != "one-factor-section") continue;
    for (const Block& block : section.blocks) {
      const auto* table = std::get_if<Table>(&block);
      if (table == nullptr) continue;
      REQUIRE(table->rows.size() == 1);
      CHECK_THAT(table->rows[0][1].text, Contains("sgd"));
    }
  }
}

TEST_CASE("a report of an odd search is complete", "[search]") {
  for (const std::size_t count : {1, 2, 3, 9}) {
    std::vector<double> scores;
    for (std::size_t i = 0; i < count; ++i) scores.push_back(static_cast<double>(i));
    check_complete(scored(scores));
  }
  check_complete(scored(std::vector<double>(12, 0.1)));  // all the same
  std::vector<double> huge;
  for (int i = 0; i < 24; ++i) huge.push_back(i % 2 == 0 ? 1e300 * i : -1e300 * i);
  huge[3] = std::nan("");
  huge[4] = std::numeric_limits<double>::infinity();
  huge[5] = 1e-300;
  check_complete(scored(huge));
  huge.assign(24, 1e300);
  huge[0] = 1;
  check_complete(scored(huge));
  SweepResults failed = scored(std::vector<double>(5, 1));
  for (auto& trial : failed.trials) trial.state = TrialState::kFailed;
  check_complete(failed);
  CHECK_THAT(paragraphs_of(build_report(failed)),
             Contains("0 complete, 5 with a trial that failed or diverged."));
}

TEST_CASE("a sampled factor with one value, one that does not always apply", "[search]") {
  SweepBuilder builder("odd");
  builder.drawn("rate", Sampling::kUniform)
      .drawn("layers", Sampling::kInteger)
      .drawn("momentum", Sampling::kUniform)
      .factor("optimizer", {"sgd", "adam"});
  for (int i = 0; i < 16; ++i) {
    const bool sgd = i % 2 == 0;
    builder.done(builder.cell({fmt::format("0.{}", 10 + 5 * i), "4",
                               sgd ? fmt::format("0.{}", 30 + i) : "", sgd ? "sgd" : "adam"}),
                 0, i + (sgd ? 1.5 : 0));
  }
  const SweepResults results = builder.build();
  check_complete(results);
  const std::string text = paragraphs_of(build_report(results));
  CHECK_THAT(text, Contains("Only one value was drawn of layers.") &&
                       Contains("Not in the partial effects, because they do not apply to every "
                                "setting: momentum."));
}

TEST_CASE("hostile names and words in a search", "[search]") {
  SweepBuilder builder(kHostileNames[0]);
  builder.results().primary.name = kHostileNames[2];
  builder.drawn(kHostileNames[1], Sampling::kLogUniform)
      .factor(kHostileNames[8], {kHostileNames[3], kHostileNames[4]});
  for (int i = 0; i < 20; ++i) {
    builder.done(builder.cell({fmt::format("{}e-3", 1 + i), kHostileNames[3 + i % 2]}), 0, i % 7);
  }
  const SweepResults results = builder.build();
  check_complete(results);
  const std::string html = render_report(build_report(results), "html", gnuplot());
  CHECK(html.find("<script>alert") == std::string::npos);
}

TEST_CASE("a search of 10,000 trials is thinned, says so, and is built at once", "[search]") {
  const SweepResults results = search_sample(10'000);
  const Report report = build_report(results);
  CHECK_THAT(figure_of(report, "search-scatter")->caption,
             Contains("Of 9997 settings 1000 are drawn, evenly spread in plan order."));
  CHECK_THAT(figure_of(report, "parallel")->caption, Contains("Of 9997 settings 400 are drawn"));
  const auto& rows = figure_of(report, "best-so-far")->numbers.rows;
  CHECK(rows.size() > 200);
  CHECK(rows.size() <= 300);
}

// The script finds a line by its path: gnuplot has to draw one for each row of the numbers.
TEST_CASE("the pointer shows the setting of a line", "[search][browser][slow]") {
  if (!has_chromium() || !gnuplot()) return;
  const auto page = write_page("search", search_sample(30));
  const auto answer = probe(page, "search", R"(
    const figure = document.getElementById("parallel");
    const svg = figure.querySelector("svg");
    const path = [...svg.querySelectorAll("g[id*=gnuplot_plot] path")].pop();
    const [, x, y] = path.getAttribute("d").match(/([\d.]+),([\d.]+)/);
    const at = new DOMPoint(Number(x) + 1, Number(y)).matrixTransform(svg.getScreenCTM());
    svg.dispatchEvent(new PointerEvent("pointermove", {clientX: at.x, clientY: at.y}));
    const lit = figure.querySelectorAll(".lit").length;
    const text = figure.querySelector(".tip").textContent;
    svg.dispatchEvent(new PointerEvent("pointerleave", {}));
    return {lit, text, left: figure.querySelectorAll(".lit").length,
            ids: document.querySelectorAll("[id]").length -
                 new Set([...document.querySelectorAll("[id]")].map(e => e.id)).size};)");
  CHECK(answer["lit"] == 1);
  CHECK_THAT(answer["text"].get<std::string>(), Contains("rate ") && Contains("score"));
  CHECK(answer["left"] == 0);
  CHECK(answer["ids"] == 0);
  CHECK(console_of("search").empty());
}

}  // namespace polysweep
