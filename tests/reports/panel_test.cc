// Panels that share their axes: where they lie, how their lines are named, and that a
// metric has one kind of axis in a report.
#include "reports/figures/band_plot.h"
#include "reports/figures/panel_layout.h"

#include <algorithm>
#include <cmath>

#include "reports/analysis/metric_scale.h"
#include "reports/analysis/titles.h"
#include "reports/document/build_report.h"
#include "tests/reports/gnuplot.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Catch::Matchers::Contains;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

BandAxes axes_of_loss() {
  BandAxes axes;
  axes.x = "step";
  axes.x_unit = "updates";
  axes.y = "loss (nats)";
  return axes;
}

// Two arms whose ends are `apart`.
BandPanel panel(const std::string& title, double apart) {
  return {title,
          {{"base", {}, {{10, 9, 8, 10}, {100, 1, 1, 1}}},
           {"new", numbered_style(1), {{10, 9, 8, 10}, {100, 1 + apart, 1, 2 + apart}}}}};
}

std::vector<Figure> figures_of(const Report& report, FigureKind kind) {
  std::vector<Figure> found;
  for (const Section& section : report.sections) {
    for (const Block& block : section.blocks) {
      const auto* figure = std::get_if<Figure>(&block);
      if (figure != nullptr && figure->kind == kind) found.push_back(*figure);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("panels lie in rows, numbers are at the outer ones, on a phone in one column",
          "[panels]") {
  PanelRoom room;
  room.panels = 5;
  room.titles = true;
  const PanelLayout wide = panel_layout(room);
  REQUIRE(wide.places.size() == 5);
  CHECK(wide.columns == 3);
  for (std::size_t i = 0; i < 5; ++i) {
    const PanelPlace& place = wide.places[i];
    CAPTURE(i);
    CHECK(place.right - place.left == Approx(wide.places[0].right - wide.places[0].left));
    CHECK(place.bottom - place.top == Approx(wide.places[0].bottom - wide.places[0].top));
    CHECK(place.has_y == (i % 3 == 0));
    CHECK(place.has_x == (i >= 2));  // nothing is below the third
    CHECK(place.right <= wide.width);
    CHECK(place.bottom <= wide.height);
  }
  room.narrow = true;
  room.key_rows = 3;
  const PanelLayout narrow = panel_layout(room);
  CHECK(narrow.width == 360);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(narrow.places[i].left == narrow.places[0].left);
    CHECK(narrow.places[i].has_y);
    CHECK(narrow.places[i].has_x == (i == 4));
    if (i > 0) CHECK(narrow.places[i].top > narrow.places[i - 1].bottom);
  }
  CHECK(narrow.key_top + 3 * kKeyRowHeight_px <= narrow.height);
}

TEST_CASE("names at the ends of lines are moved apart, but not far", "[panels]") {
  const PanelPlace place{0, 100, 0, 200, true, true};
  CHECK(separate_ends({20, 100}, place).value() == std::vector<double>{20, 100});
  const auto close = separate_ends({104, 100, 20}, place).value();
  CHECK(close[0] - close[1] == Approx(14));  // in the order of their ends
  CHECK(close[2] == 20);
  CHECK_FALSE(separate_ends({100, 100, 100, 100}, place).has_value());
  CHECK_FALSE(separate_ends({1, 1, 2}, place).has_value());  // beyond the panel
  CHECK(separate_ends({}, place).value().empty());
}

TEST_CASE("lines are named at their ends where all fit, else in one key", "[panels]") {
  const Figure apart = band_figure("c", axes_of_loss(), {panel("width 1", 5), panel("width 2", 4)});
  CHECK(apart.script.find("keyentry") == std::string::npos);
  CHECK(std::count(apart.labels.begin(), apart.labels.end(), "new") == 2);
  auto bundle = panel("width 2", 0);
  for (const char* name : {"third", "fourth"}) {
    bundle.lines.push_back(bundle.lines[1]);
    bundle.lines.back().label = name;
  }
  const Figure close = band_figure("c", axes_of_loss(), {panel("width 1", 5), bundle});
  CHECK(count_of(close.script, "keyentry") == 4);
  CHECK(std::count(close.labels.begin(), close.labels.end(), "new") == 1);
  // A name that is too long for the margin, and a line that ends early.
  auto long_name = panel("", 5);
  long_name.lines[1].label = "legendre_position, order 16";
  CHECK(count_of(band_figure("c", axes_of_loss(), {long_name}).script, "keyentry") == 2);
  auto early = panel("", 5);
  early.lines[1].points.back().x = 50;
  CHECK(count_of(band_figure("c", axes_of_loss(), {early}).script, "keyentry") == 2);
  CHECK_THROWS_AS(band_figure("c", axes_of_loss(), std::vector<BandPanel>{{"", {}}}),
                  std::logic_error);
}

TEST_CASE("all panels have the same ranges, and the page finds each", "[panels]") {
  const Figure figure =
      band_figure("c", axes_of_loss(), {panel("width 1", 5), panel("width 2", 40)});
  CHECK(count_of(figure.script, "set yrange [") == 1);
  CHECK(count_of(figure.script, "set xrange [") == 1);
  CHECK(std::count(figure.labels.begin(), figure.labels.end(), "step (updates)") == 2);
  CHECK(std::count(figure.labels.begin(), figure.labels.end(), "loss (nats)") == 1);
  REQUIRE(figure.narrow.size() == 1);
  CHECK(figure.narrow[0].width == 360);
  REQUIRE(figure.numbers.columns.size() == 6);
  CHECK(figure.numbers.rows.size() == 8);
  CHECK(figure.numbers.rows[7][1].text == "width 2");
  const Draw draw = gnuplot();
  if (!draw) POLYSWEEP_SKIP("no gnuplot on this machine");
  for (const Figure& each : {figure, figure.narrow[0]}) {
    const std::string svg = finished_svg(draw(svg_script(each)), each);
    CHECK(count_of(svg, "<g class=\"panel\" data-axes=\"") == 2);
    CHECK(count_of(svg, "<g class=\"axes\">") == 2);
    CHECK(count_of(svg, "<!--") == 0);
    CHECK(count_of(svg, "<g") == count_of(svg, "</g>"));
    // Two bands and two lines in each panel.
    const std::size_t second = svg.rfind("<g class=\"panel\"");
    CHECK(count_of(svg.substr(second), "gnuplot_plot_") >= 4);
  }
  CHECK_THAT(finished_pdf(draw(pdf_script(figure)), figure), Contains("%PDF-"));
  CHECK(pdf_script(figure).find("print") == std::string::npos);
}

TEST_CASE("a band below 0 ends at a logarithmic axis", "[panels]") {
  BandAxes axes = axes_of_loss();
  axes.y_logarithmic = true;
  auto below = panel("", 5);
  below.lines[0].points[0].low = -3;
  const Figure figure = band_figure("c", axes, {below});
  CHECK(figure.logarithmic == "y");
  CHECK(figure.script.find("-3") == std::string::npos);
  CHECK(figure.numbers.rows[0][3].number.value() == -3);
}

TEST_CASE("a metric is drawn on one kind of axis in all figures of a report", "[panels]") {
  SweepResults results = sample_sweep({3, false, true, false});
  CHECK_FALSE(has_logarithmic_axis(results, "validation_loss"));
  CHECK_FALSE(has_logarithmic_axis(results, "unknown"));
  // One run of one cell begins far above all others.
  results.curves["validation_loss"][0].points[0].value = 4000;
  CHECK(has_logarithmic_axis(results, "validation_loss"));
  results.primary = metric_info(results, "validation_loss");
  const auto figures = figures_of(build_report(results), FigureKind::kCurves);
  std::size_t of_the_metric = 0;
  for (const Figure& figure : figures) {
    CAPTURE(figure.id, figure.y);
    const bool same = figure.y == "validation_loss (nats/token)";
    of_the_metric += same ? 1 : 0;
    CHECK((figure.logarithmic.find('y') != std::string::npos) == same);
  }
  CHECK(of_the_metric > 1);  // its curves, and it over the dimension
  results.curves["validation_loss"][0].points[1].value = -1;
  CHECK_FALSE(has_logarithmic_axis(results, "validation_loss"));
}

TEST_CASE("learning curves are one figure for each metric, with a panel for each context",
          "[panels]") {
  const auto figures =
      figures_of(build_report(sample_sweep({3, true, true, false})), FigureKind::kCurves);
  const auto found = std::find_if(figures.begin(), figures.end(),
                                  [](const Figure& figure) { return figure.id == "curve1"; });
  REQUIRE(found != figures.end());
  CHECK(std::count(found->labels.begin(), found->labels.end(), "dimension 64") == 1);
  CHECK(std::count(found->labels.begin(), found->labels.end(), "dimension 128") == 1);
  CHECK(found->reference == "sinusoidal (baseline)");
  // The baseline is in every panel.
  for (const char* context : {"dimension 64", "dimension 128"}) {
    const auto& rows = found->numbers.rows;
    CHECK(std::any_of(rows.begin(), rows.end(), [&](const TableRow& row) {
      return row[0].text == found->reference && row[1].text == context;
    }));
  }
  CHECK_THAT(found->caption, Contains("One panel for each dimension, all with the same axes.") &&
                                 Contains("Not all runs: rope, dimension 64 (2 of 3)"));
}

TEST_CASE("the axis of steps names their unit", "[panels]") {
  SweepResults results = sample_sweep({2, false, true, false});
  MetricInfo metric = metric_info(results, "validation_loss");
  CHECK(step_unit(results, metric) == "updates");
  results.metrics.push_back({"epoch", Goal::kMinimize, "passes", ""});
  metric.step = "epoch";
  CHECK(step_title(metric) == "epoch");
  CHECK(step_unit(results, metric) == "passes");
  metric.step = "length";
  CHECK(step_unit(results, metric).empty());
}

}  // namespace polysweep
