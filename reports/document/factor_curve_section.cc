// The primary metric over one numeric factor.
#include <fmt/format.h>

#include <algorithm>

#include "reports/analysis/factor_curve.h"
#include "reports/analysis/metric_scale.h"
#include "reports/analysis/titles.h"
#include "reports/document/band_line.h"
#include "reports/document/sections.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostPanels = 12;
constexpr std::size_t kMostLines = 24;
constexpr std::size_t kMostPoints = 500;  // of a line

// Evenly spread, first and last kept.
std::vector<MeanPoint> thinned(const std::vector<MeanPoint>& points) {
  if (points.size() <= kMostPoints) return points;
  std::vector<MeanPoint> kept;
  for (std::size_t i = 0; i < kMostPoints; ++i) {
    kept.push_back(points[i * (points.size() - 1) / (kMostPoints - 1)]);
  }
  return kept;
}

// Where the factor's axis is another than its levels, or should be.
std::string axis_text(const FactorCurve& panel) {
  if (panel.axis.empty()) return "";
  const std::string axis = shortened(panel.axis, 60);
  const std::string factor = shortened(panel.factor, 60);
  if (panel.no_axis_value == 0) {
    return fmt::format(" {} is measured in each run, at the levels of {}.", axis, factor);
  }
  return fmt::format(" {} is not known of {}: the axis is {}.", axis,
                     count_text(panel.no_axis_value, "cell"), factor);
}

Figure curve_figure(const SweepAnalysis& analysis, const std::string& id,
                    const FactorCurve& panel) {
  const MetricInfo& metric = analysis.results.primary;
  std::vector<BandLine> lines;
  bool all_points = true;
  for (const FactorLine& line : panel.lines) {
    if (lines.size() == kMostLines) break;
    lines.push_back(band_line(line.label, line.style, thinned(line.points)));
    all_points = all_points && line.points.size() <= kMostPoints;
  }
  BandAxes axes;
  axes.x = panel.x;
  axes.y = metric_title(metric);
  axes.y_unit = analysis.unit;
  axes.band = "ends of the " + analysis.percent + " t interval";
  axes.x_logarithmic = panel.logarithmic;
  axes.y_logarithmic = has_logarithmic_axis(analysis.results, metric.name);
  axes.x_tics = panel.tics;
  axes.all_points = all_points;
  Figure figure = band_figure(id, axes, lines);
  figure.caption = fmt::format(
      "{}{}{} over {} ({}){}: mean over done {}s with {} t interval.{}{}{}{}{}", panel.context,
      panel.context.empty() ? "" : ": ", metric_title(metric), panel.x, goal_text(metric),
      axes.y_logarithmic ? ", logarithmic axis" : "", analysis.noun, analysis.percent,
      panel.horizontal_lines
          ? " A horizontal line is a cell without " + shortened(panel.factor, 60) + "."
          : std::string(),
      panel.missing > 0 ? " The key names missing values." : "", axis_text(panel),
      lines.size() < panel.lines.size() ? fmt::format(" The first {} lines are drawn.", kMostLines)
                                        : std::string(),
      all_points ? std::string() : fmt::format(" Of each line {} points are drawn.", kMostPoints));
  figure.description = "Curves. " + figure.caption;
  return figure;
}

}  // namespace

Section factor_curve_section(const SweepAnalysis& analysis) {
  Section section{"factor-curves", "Over one numeric factor", {}};
  const auto panels = factor_curves(analysis.results, analysis.labels, analysis.primary_values(),
                                    analysis.confidence);
  for (std::size_t i = 0; i < std::min(panels.size(), kMostPanels); ++i) {
    section.blocks.push_back(
        curve_figure(analysis, fmt::format("factor-curve{}", i + 1), panels[i]));
  }
  if (panels.size() > kMostPanels) {
    section.blocks.push_back(
        Paragraph{fmt::format("{} more such figures are not drawn.", panels.size() - kMostPanels),
                  Tone::kMuted});
  }
  return section;
}

}  // namespace polysweep
