#include "reports/figures/figure.h"

#include <array>
#include <cmath>
#include <limits>
#include <sstream>

#include "framework/core/error.h"
#include "reports/analysis/cell_labels.h"
#include "reports/figures/band_plot.h"
#include "reports/figures/dot_plot.h"
#include "reports/figures/forest_plot.h"
#include "reports/figures/heat_plot.h"
#include "reports/figures/ratio_plot.h"
#include "reports/figures/state_plot.h"
#include "tests/reports/gnuplot.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::vector<Figure> hostile_figures() {
  std::vector<ForestRow> rows;
  std::vector<BandLine> lines;
  std::vector<DotRow> dots;
  std::vector<StateRow> states;
  std::vector<RatioRow> ratios;
  const double infinity = std::numeric_limits<double>::infinity();
  HeatMap map;
  std::vector<std::string> targets = kHostileNames;
  for (const char* target : {"50%", "75%", "90%"}) targets.emplace_back(target);
  for (const auto& name : kHostileNames) {
    rows.push_back({name, 1, 0.5, 1.5, numbered_style(rows.size()), rows.size() % 2 == 0});
    lines.push_back({name, {}, {{0, 3, 2, 4}, {10, 2, 1, 3}}});
    dots.push_back({name, {}, {{name, 3}, {name, 4}}, 3.5, Interval{3, 4}});
    states.push_back({name, {TrialState::kDone, std::nullopt, TrialState::kFailed}});
    ratios.push_back({name,
                      numbered_style(ratios.size()),
                      {{name, 0.5, 0.001, 700, true, name},
                       {"50%", std::nullopt, 1.8, infinity, false, "bounds"},
                       {"75%", 2, 0, infinity, true, ""},
                       {"90%", std::nullopt, 0, infinity, false, ""}}});
    map.columns.push_back(name);
    map.fields.push_back({true, 1, name, map.fields.empty()});
  }
  map.rows = {kHostileNames[0]};
  map.x = kHostileNames[1];
  map.y = kHostileNames[2];
  BandAxes axes;
  axes.x = kHostileNames[4];
  axes.y = kHostileNames[5];
  axes.x_tics = {{0, kHostileNames[6]}, {10, kHostileNames[8]}};
  return {forest_figure("f", {kHostileNames[3], kHostileNames[7], "points"}, rows),
          band_figure("b", axes, lines),
          heat_figure("h", map),
          dot_figure("d", {kHostileNames[0], kHostileNames[1]}, dots),
          state_figure("s", kHostileNames[2], {"0", kHostileNames[3], kHostileNames[8]}, states),
          ratio_figure("r", {kHostileNames[3], kHostileNames[7], targets}, ratios)};
}

}  // namespace

TEST_CASE("no text of a sweep gets into a script", "[figure]") {
  for (const auto& figure : hostile_figures()) {
    for (const char* part : {"script>", "touch", "cmd|", "onload", "example", "system", "`"}) {
      CAPTURE(figure.id, part);
      CHECK(svg_script(figure).find(part) == std::string::npos);
      CHECK(pdf_script(figure).find(part) == std::string::npos);
    }
    CHECK(figure.labels.size() >= kHostileNames.size());
  }
}

TEST_CASE("gnuplot draws, and the labels come back escaped", "[figure]") {
  const Draw draw = gnuplot();
  if (!draw) POLYSWEEP_SKIP("no gnuplot on this machine");
  for (const auto& figure : hostile_figures()) {
    const std::string svg = finished_svg(draw(svg_script(figure)), figure);
    CAPTURE(figure.id);
    CHECK_THAT(svg, Catch::Matchers::Contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    CHECK(svg.find("<script") == std::string::npos);
    CHECK(svg.find("<img") == std::string::npos);
    CHECK(svg.find("style=") == std::string::npos);
    CHECK(svg.find("font-family") == std::string::npos);
    CHECK(svg.find("rgb(") == std::string::npos);
    CHECK(svg.find("id=\"gnuplot") == std::string::npos);
    CHECK(svg.find("id='gp") == std::string::npos);
    CHECK(svg.find("\"black\"") == std::string::npos);
    CHECK_THAT(standalone_svg(draw(svg_script(figure)), figure),
               Catch::Matchers::Contains("fill=\"#ffffff\""));
  }
}

TEST_CASE("what is not gnuplot's SVG is refused", "[figure]") {
  const Figure figure = hostile_figures()[0];
  CHECK_THROWS_WITH(finished_svg("line 3: undefined variable", figure),
                    "figure 'f' was not drawn: gnuplot answered 26 bytes that are not its SVG");
}

TEST_CASE("every number of a figure is in its table", "[figure]") {
  const auto figures = hostile_figures();
  CHECK(figures[0].numbers.rows.size() == kHostileNames.size());
  CHECK(figures[1].numbers.rows.size() == 2 * kHostileNames.size());
  CHECK(figures[2].numbers.columns.size() == kHostileNames.size() + 1);
  CHECK(figures[3].numbers.rows.size() == 2 * kHostileNames.size());
  CHECK(figures[4].numbers.rows.size() == kHostileNames.size());
  CHECK(figures[0].numbers.rows[0][2].number.value() == 0.5);
  REQUIRE(figures[5].numbers.rows.size() == 4 * kHostileNames.size());
  CHECK(figures[5].numbers.rows[0][4].number.value() == 700);
}

TEST_CASE("an interval that is far wider than all ratios leaves room for them", "[figure]") {
  const RatioAxes axes{"ratio", "baseline", {"50%"}};
  const Figure figure = ratio_figure("r", axes,
                                     {{"arm", {}, {{"50%", 0.9, 1e-6, 1e6, true, ""}}},
                                      {"other", {}, {{"50%", 1.2, 1, 1.4, true, ""}}}});
  std::istringstream marks(figure.script.substr(figure.script.find("$marks << EOD\n") + 14));
  std::string first;
  std::string second;
  std::getline(marks, first);
  std::getline(marks, second);
  CHECK(std::stod(second) - std::stod(first) > 0.03 * figure.width);
  CHECK_THROWS_AS(ratio_figure("r", axes, {}), std::logic_error);
  CHECK_THROWS_AS(ratio_figure("r", axes, {{"arm", {}, {{"75%", 1, 1, 1, true, ""}}}}),
                  std::logic_error);
}

TEST_CASE("cells are named, coloured and grouped alike everywhere", "[labels]") {
  const auto labels = cell_labels(sample_sweep({1, false, false, false}));
  CHECK(labels.colour_factor == "encoding");
  CHECK(labels.contexts == std::vector<std::string>{"dimension 64", "dimension 128"});
  CHECK(labels.cells[2].label == "sinusoidal, dimension 64");
  CHECK(labels.cells[2].style == CellStyle{});
  CHECK(labels.cells[8].label == "legendre_position, order 4, dimension 64");
  CHECK(labels.cells[12].label == "legendre_position, order full, dimension 64");
  CHECK(labels.cells[8].style.colour == labels.cells[12].style.colour);
  CHECK(labels.cells[8].style.shape == labels.cells[12].style.shape);
  CHECK(labels.cells[8].style.dash != labels.cells[12].style.dash);
  CHECK(labels.cells[0].style.colour != labels.cells[6].style.colour);
}

TEST_CASE("thirty-six cells differ in colour or shape", "[labels]") {
  for (std::size_t a = 0; a < 36; ++a) {
    for (std::size_t b = a + 1; b < 36; ++b) CHECK_FALSE(numbered_style(a) == numbered_style(b));
  }
}

namespace {

using Channels = std::array<double, 3>;

// Linear light of "#rrggbb" (sRGB).
Channels linear(const std::string& colour) {
  Channels light{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double c = std::stoi(colour.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    light[i] = c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  }
  return light;
}

// WCAG 2.1.
double contrast(const std::string& a, const std::string& b) {
  const auto luminance = [](const Channels& c) {
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2] + 0.05;
  };
  const double x = luminance(linear(a));
  const double y = luminance(linear(b));
  return std::max(x, y) / std::min(x, y);
}

Channels times(const std::array<Channels, 3>& matrix, const Channels& c) {
  Channels out{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) out[i] += matrix[i][j] * c[j];
  }
  return out;
}

// CIE 1976 L*a*b*, D65.
Channels lab(const Channels& light) {
  const Channels xyz =
      times({{{.4124, .3576, .1805}, {.2126, .7152, .0722}, {.0193, .1192, .9505}}}, light);
  const Channels white = {.9505, 1, 1.089};
  Channels f{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double t = std::max(0.0, xyz[i] / white[i]);
    f[i] = t > .008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116;
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

}  // namespace

TEST_CASE("colours of cells are seen on white and black and by colour-blind eyes", "[labels]") {
  // Full colour vision and Machado, Oliveira and Fernandes (2009), severity 1.
  const std::vector<std::array<Channels, 3>> eyes = {
      {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
      {{{.152286, 1.052583, -.204868},
        {.114503, .786281, .099216},
        {-.003882, -.048116, 1.051998}}},
      {{{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.01182, .04294, .968881}}},
      {{{1.255528, -.076749, -.178779}, {-.078411, .930809, .147602}, {.004733, .691367, .3039}}}};
  for (int a = 1; a < kCellColourCount; ++a) {
    CAPTURE(kCellColours[a]);
    CHECK(contrast(kCellColours[a], "#ffffff") >= 3);
    CHECK(contrast(kCellColours[a], "#14171a") >= 3);
    for (int b = a + 1; b < kCellColourCount; ++b) {
      for (const auto& eye : eyes) {
        const Channels x = lab(times(eye, linear(kCellColours[a])));
        const Channels y = lab(times(eye, linear(kCellColours[b])));
        CHECK(std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]) > 14);
      }
    }
  }
}

TEST_CASE("labels that shortening makes alike get the number of their cell", "[labels]") {
  SweepBuilder builder("long");
  const std::string stem(100, 'x');
  builder.factor("arm", {stem + "a", stem + "b"});
  builder.cell({stem + "a"});
  builder.cell({stem + "b"});
  const auto labels = cell_labels(builder.build());
  CHECK(labels.cells[0].label != labels.cells[1].label);
  CHECK_THAT(labels.cells[1].label, Catch::Matchers::Contains("(cell 1)"));
}

}  // namespace polysweep
