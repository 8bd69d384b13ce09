#include "reports/figure.h"

#include "framework/error.h"
#include "reports/arms.h"
#include "tests/reports/gnuplot.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::vector<Figure> hostile_figures() {
  std::vector<ForestRow> rows;
  std::vector<BandLine> lines;
  HeatMap map;
  for (const auto& name : kHostileNames) {
    rows.push_back({name, 1, 0.5, 1.5, static_cast<int>(rows.size()) % kArmColourCount});
    lines.push_back({name, 0, 1, {{0, 3, 2, 4}, {10, 2, 1, 3}}});
    map.columns.push_back(name);
    map.fields.push_back({true, 1, name});
  }
  map.rows = {kHostileNames[0]};
  map.x = kHostileNames[1];
  map.y = kHostileNames[2];
  return {forest_figure("f", kHostileNames[3], rows),
          band_figure("b", {kHostileNames[4], kHostileNames[5], false}, lines),
          heat_map_figure("h", map)};
}

}  // namespace

TEST_CASE("no text of a sweep gets into a script", "[figure]") {
  for (const auto& figure : hostile_figures()) {
    for (const char* part : {"script>", "touch", "cmd|", "onload", "example", "system", "`"}) {
      CAPTURE(figure.id, part);
      CHECK(figure.script.find(part) == std::string::npos);
    }
    CHECK(figure.labels.size() >= kHostileNames.size());
  }
}

TEST_CASE("gnuplot draws, and the labels come back escaped", "[figure]") {
  const Draw draw = gnuplot();
  if (!draw) POLYSWEEP_SKIP("no gnuplot on this machine");
  for (const auto& figure : hostile_figures()) {
    const std::string svg = finished_svg(draw(figure.script), figure);
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
    CHECK_THAT(standalone_svg(draw(figure.script), figure),
               Catch::Matchers::Contains("fill=\"#ffffff\""));
  }
}

TEST_CASE("what is not gnuplot's SVG is refused", "[figure]") {
  const Figure figure = hostile_figures()[0];
  CHECK_THROWS_WITH(finished_svg("line 3: undefined variable", figure),
                    "figure 'f' was not drawn: gnuplot answered 26 bytes that are no SVG of its "
                    "own");
}

TEST_CASE("every number of a figure is in its table", "[figure]") {
  const auto figures = hostile_figures();
  CHECK(figures[0].numbers.rows.size() == kHostileNames.size());
  CHECK(figures[1].numbers.rows.size() == 2 * kHostileNames.size());
  CHECK(figures[2].numbers.columns.size() == kHostileNames.size() + 1);
  CHECK(figures[0].numbers.rows[0][2].number.value() == 0.5);
}

TEST_CASE("arms are named, coloured and grouped alike everywhere", "[arms]") {
  const auto arms = arms_of(sample_sweep({1, false, false, false}));
  CHECK(arms.colour_factor == "encoding");
  CHECK(arms.contexts == std::vector<std::string>{"dimension 64", "dimension 128"});
  CHECK(arms.cells[2].label == "sinusoidal, dimension 64");
  CHECK(arms.cells[2].colour == 0);
  CHECK(arms.cells[8].label == "legendre_position, order 4, dimension 64");
  CHECK(arms.cells[12].label == "legendre_position, order full, dimension 64");
  CHECK(arms.cells[8].colour == arms.cells[12].colour);
  CHECK(arms.cells[8].dash != arms.cells[12].dash);
  CHECK(arms.cells[0].colour != arms.cells[6].colour);
}

TEST_CASE("labels that shortening makes alike get the number of their cell", "[arms]") {
  SweepBuilder builder("long");
  const std::string stem(100, 'x');
  builder.factor("arm", {stem + "a", stem + "b"});
  builder.cell({stem + "a"});
  builder.cell({stem + "b"});
  const auto arms = arms_of(builder.build());
  CHECK(arms.cells[0].label != arms.cells[1].label);
  CHECK_THAT(arms.cells[1].label, Catch::Matchers::Contains("(cell 1)"));
}

}  // namespace polysweep
