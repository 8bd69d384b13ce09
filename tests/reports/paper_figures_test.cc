// The paper's figures against closed forms, the standard library's polynomials and
// numbers by hand.
#include "reports/figures/paper_figures.h"

#include <cmath>
#include <numbers>

#include "framework/core/error.h"
#include "reports/analysis/convergence.h"
#include "reports/analysis/learning_curve.h"
#include "reports/analysis/titles.h"
#include "reports/document/paper_curves.h"
#include "reports/document/sections.h"
#include "reports/figures/matrix_plot.h"
#include "tests/reports/gnuplot.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

constexpr std::size_t kWidth = 128;
constexpr std::size_t kPositions = 50;

NumberRows sinusoidal() {
  NumberRows table;
  for (std::size_t p = 0; p < kPositions; ++p) {
    std::vector<double>& row = table.emplace_back();
    for (std::size_t i = 0; i < kWidth; ++i) {
      const double rate = std::pow(10000, -static_cast<double>(i - i % 2) / kWidth);
      const double angle = rate * static_cast<double>(p);
      row.push_back(i % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return table;
}

// The paper's equation 14 by the standard library's polynomials.
NumberRows legendre() {
  NumberRows table;
  for (unsigned p = 0; p < kPositions; ++p) {
    std::vector<double>& row = table.emplace_back();
    for (std::size_t i = 0; i < kWidth; ++i)
      row.push_back(std::legendre(p + 1, -1 + 2 * static_cast<double>(i) / kWidth));
  }
  return table;
}

double largest_off_diagonal(const NumberRows& map) {
  double largest = 0;
  for (std::size_t p = 0; p < map.size(); ++p)
    for (std::size_t q = 0; q < map.size(); ++q)
      if (p != q) largest = std::max(largest, std::abs(map[p][q]));
  return largest;
}

// Two seeds of each encoding, with curves of training_loss at steps 10 and 20.
struct Losses {
  SweepBuilder builder{"losses"};
  Losses() {
    builder.factor("encoding", {"sinusoidal", "legendre_position"})
        .factor("norm", {"raw", "matched"})
        .baseline("encoding", "sinusoidal");
    builder.cell({"sinusoidal", ""});
    builder.cell({"legendre_position", "matched"});
    builder.cell({"legendre_position", "raw"});
    builder.results().experiment = "translation";
    builder.results().metrics = {{"training_loss", Goal::kMinimize, "nats/token", ""}};
  }
  void add(std::size_t cell, int seed, double first, double second,
           TrialState state = TrialState::kDone) {
    builder.results().curves["training_loss"].push_back(
        {builder.other(cell, seed, state), {{10, first}, {20, second}}});
    builder.results().series["training_loss"].push_back(
        {builder.results().trials.size() - 1, 2, 10, 20, second, second, first});
  }
};

}  // namespace

TEST_CASE("the cosine map of sinusoids depends on the lag alone, by its closed form", "[paper]") {
  const NumberRows map = cosine_map(sinusoidal());
  REQUIRE(map.size() == kPositions);
  for (std::size_t lag : {0, 1, 7, 49}) {
    double wanted = 0;
    for (std::size_t pair = 0; pair < kWidth / 2; ++pair)
      wanted +=
          std::cos(static_cast<double>(lag) * std::pow(10000, -2.0 * pair / kWidth)) * 2 / kWidth;
    for (std::size_t p = lag; p < kPositions; p += 5) {
      CHECK(map[p][p - lag] == Approx(wanted).margin(1e-12));
      CHECK(map[p - lag][p] == Approx(wanted).margin(1e-12));
    }
  }
  CHECK(map[1][0] == Approx(0.970).margin(0.0005));
}

TEST_CASE("rows of polynomials overlap as far as is known of them", "[paper]") {
  // 128 features, 50 positions, the paper's grid.
  CHECK(largest_off_diagonal(cosine_map(legendre())) == Approx(0.485).margin(0.0005));
}

TEST_CASE("a row of zeros has no direction", "[paper]") {
  const NumberRows map = cosine_map({{0, 0}, {3, 4}, {4, -3}});
  CHECK(std::isnan(map[0][0]));
  CHECK(std::isnan(map[0][1]));
  CHECK(map[1][1] == Approx(1));
  CHECK(map[1][2] == Approx(0).margin(1e-15));
}

TEST_CASE("scaling brings every feature to mean 0 and deviation 1, a constant to 0", "[paper]") {
  const NumberRows scaled = standardized({{1, 5, 0.1}, {3, 5, 0.1}, {5, 5, 0.1}});
  const double far = std::sqrt(1.5);
  CHECK(scaled[0][0] == Approx(-far));
  CHECK(scaled[1][0] == Approx(0).margin(1e-15));
  CHECK(scaled[2][0] == Approx(far));
  for (const auto& row : scaled) {
    CHECK(row[1] == 0);
    CHECK(row[2] == 0);
  }
}

TEST_CASE("a part of a table has its own features", "[paper]") {
  const NumberRows table = {{1, 2, 3, 4}, {5, 6, 7, 8}};
  CHECK(part_of(table, 2, 1) == NumberRows{{3, 4}, {7, 8}});
  CHECK_THROWS_WITH(part_of(table, 3, 0), "4 features cannot be divided into 3 equal parts");
  CHECK_THROWS_WITH(part_of(table, 2, 2), "part 2 of 2: parts are counted from 0");
}

namespace {

constexpr const char* kDescription = R"json({"figures": [
  {"kind": "table_map", "id": "maps", "title": "waves", "table": ["encoding=w", "positions=2"],
   "row": "position", "part": "head", "parts": 2, "shown": [0, 1], "standardize": false,
   "caption": "Nothing is scaled."},
  {"kind": "table_rows", "id": "rows", "title": "Polynomials", "table": [], "row": "degree",
   "from": -1, "to": 1},
  {"kind": "curves", "id": "loss", "title": "Training loss", "experiment": "translation",
   "metric": "training_loss",
   "cells": [{"require": ["encoding=sinusoidal"]},
             {"require": ["encoding=legendre_position"], "prefer": ["norm=raw"]}]}]})json";

std::string refused(const std::string& json) {
  try {
    read_paper_figures(json);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a paper's figures are read from their description and drawn from tables", "[paper]") {
  const auto figures = read_paper_figures(kDescription);
  REQUIRE(figures.size() == 3);
  CHECK(figures[0].table == std::vector<std::string>{"encoding=w", "positions=2"});
  const NumberRows table = read_number_table(R"({"table": [[1, 2, 3, 4], [5, 6, 7, 8]]})");
  const Figure maps = paper_table_figure(figures[0], table);
  REQUIRE(maps.numbers.rows.size() == 8);
  CHECK(maps.numbers.rows[1][0].text == "head 0");
  CHECK(maps.numbers.rows[1][3].number.value() == Approx((1 * 5 + 2 * 6) / std::sqrt(5.0 * 61.0)));
  CHECK(maps.numbers.rows[5][3].number.value() ==
        Approx((3 * 7 + 4 * 8) / std::sqrt(25.0 * 113.0)));
  CHECK(maps.caption ==
        "waves: cosine between any two rows (2 positions, 4 features), over the features of head "
        "0, 1 of 2 alone. Nothing is scaled.");
  const Figure rows = paper_table_figure(figures[1], table);
  REQUIRE(rows.numbers.rows.size() == 8);
  CHECK(rows.numbers.rows[6][0].number.value() == 1);
  CHECK(rows.numbers.rows[6][1].number.value() == 0);
  CHECK(rows.numbers.rows[6][2].number.value() == 7);
  PaperFigure uneven = figures[0];
  uneven.parts = 3;
  CHECK_THROWS_WITH(paper_table_figure(uneven, table),
                    "4 features cannot be divided into 3 equal parts");
}

TEST_CASE("a description that does not fit is refused with figure and key", "[paper]") {
  CHECK(refused("[]") == "the worker's paper figures have no list \"figures\"");
  CHECK_THAT(refused("no JSON"), Contains("the worker's paper figures are not JSON"));
  CHECK(refused(R"({"figures": [{"id": "a", "kind": "tabel_map"}]})") ==
        "paper figure 'a': unknown kind 'tabel_map' (did you mean 'table_map'?); expected one of "
        "table_map, table_rows, curves");
  CHECK(refused(R"({"figures": [{"id": "a", "kind": "curves", "title": "t"}]})") ==
        "paper figure 'a': key 'experiment' is missing");
  CHECK_THAT(refused(R"({"figures": [{"id": "a", "kind": "table_map", "title": "t",
                         "table": [], "parts": "four"}]})"),
             Contains("paper figure 'a': key 'parts'"));
  CHECK_THROWS_WITH(read_number_table(R"({"table": [["x"]]})"),
                    Contains("the worker's table is not one of numbers"));
}

TEST_CASE("the curves of a paper are those of the preferred cells", "[paper]") {
  Losses losses;
  losses.add(0, 0, 5, 3);
  losses.add(0, 1, 7, 4);
  losses.add(1, 0, 1, 1);
  losses.add(2, 0, 4, 2);
  losses.add(2, 1, 9, 9, TrialState::kFailed);
  const PaperFigure description = read_paper_figures(kDescription).at(2);
  const ReportOptions options;
  const SweepResults results = losses.builder.build();
  const MaybeFigure drawn = paper_curves_figure(description, SweepAnalysis(results, options));
  REQUIRE(drawn.figure);
  const auto& rows = drawn.figure->numbers.rows;
  REQUIRE(rows.size() == 4);
  CHECK(rows[2][0].text == "legendre_position, raw");
  CHECK(rows[2][2].number.value() == 4);
  // 6 +- 12.7062047 * sqrt(2) / sqrt(2); one run has no interval.
  CHECK(rows[0][3].number.value() == Approx(6 - 12.706204736));
  CHECK(rows[2][3].number.value() == 4);
  CHECK_THAT(drawn.figure->caption, Contains("2 of 2 seeds of sinusoidal") &&
                                        Contains("1 of 2 seeds of legendre_position"));

  Losses without;
  without.add(0, 0, 5, 3);
  const SweepResults half = without.builder.build();
  CHECK(paper_curves_figure(description, SweepAnalysis(half, options)).reason ==
        "sweep 'losses' has no done trials of a cell with encoding=legendre_position and a curve "
        "of training_loss");
  SweepResults other = half;
  other.experiment = "length";
  CHECK(paper_curves_figure(description, SweepAnalysis(other, options)).reason ==
        "sweep 'losses' is of experiment 'length', not 'translation'");
}

TEST_CASE("a map has a square for every finite number", "[paper]") {
  const Draw draw = gnuplot();
  if (!draw) POLYSWEEP_SKIP("no gnuplot on this machine");
  const double blank = std::nan("");
  const MatrixAxes axes{"x", "y", "</svg><script>", -1, 1};
  const std::vector<MatrixPanel> panels = {{"one", {{1, 0}, {0.5, -1}}},
                                           {"two", {{1, blank}, {0, 1}}}};
  const Figure figure = matrix_figure("m", axes, panels);
  const std::string svg = finished_svg(draw(svg_script(figure)), figure);
  const auto count = [&](const std::string& word) {
    std::size_t found = 0;
    for (std::size_t at = svg.find(word); at != svg.npos; at = svg.find(word, at + 1)) ++found;
    return found;
  };
  CHECK(count("#fee838") >= 3);  // the highest value, thrice, beside the scale
  CHECK(count("#00224e") >= 1);
  CHECK(svg.find("<script") == std::string::npos);
  CHECK_THAT(svg, Contains("&lt;script&gt;"));
  const std::string pdf = finished_pdf(draw(pdf_script(figure)), figure);
  CHECK(pdf.starts_with("%PDF-"));
  CHECK_THROWS_AS(matrix_figure("m", axes, {{"one", {{1, 0}}}, {"two", {{1}}}}), std::logic_error);
  CHECK_THROWS_AS(matrix_figure("m", axes, {}), std::logic_error);
}

TEST_CASE("a metric over lengths is drawn over lengths, and nothing converges in it", "[paper]") {
  Losses losses;
  losses.add(0, 0, 0.2, 0.4);
  losses.add(2, 0, 0.5, 0.8);
  SweepResults& results = losses.builder.results();
  results.curves["accuracy"] = results.curves["training_loss"];
  results.series["accuracy"] = results.series["training_loss"];
  results.metrics.insert(results.metrics.begin(),
                         {"accuracy", Goal::kMaximize, "", "share of right", "length"});
  const SweepResults built = losses.builder.build();
  CHECK(step_title(built.metrics[0]) == "length");
  CHECK(step_title(built.metrics[1]) == "step");
  CHECK(converge(built, {})->metric.name == "training_loss");
  const ReportOptions options;
  const Section section = curves_section(SweepAnalysis(built, options));
  std::vector<std::string> axes;
  for (const Block& block : section.blocks)
    if (const Figure* figure = std::get_if<Figure>(&block))
      axes.push_back(figure->numbers.columns[1].title);
  CHECK(axes == std::vector<std::string>{"length", "step"});
}

}  // namespace polysweep
