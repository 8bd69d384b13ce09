#include "reports/figures/paper_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "framework/core/error.h"
#include "reports/analysis/cell_values.h"
#include "reports/analysis/learning_curve.h"
#include "reports/analysis/sweep_series.h"
#include "reports/figures/band_plot.h"
#include "reports/figures/map_plot.h"

namespace polysweep {
namespace {

constexpr const char* kExperiment = "translation";
constexpr const char* kLoss = "training_loss";
constexpr std::size_t kMostPoints = 400;

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

MapAxes cosine_axes() { return {"position", "position (rows)", "cosine", -1, 1}; }

std::string size_text(const EncodingTable& table) {
  return fmt::format("{} positions, {} dimensions", table.rows.size(),
                     table.rows.empty() ? 0 : table.rows[0].size());
}

const Value* level(const Study& study, std::size_t cell, const char* name) {
  if (const Value* found = study.results.cells[cell].levels.find(name)) return found;
  if (const Value* fixed = study.results.fixed.find(name)) return fixed;
  return study.results.defaults.find(name);
}

bool is(const Study& study, std::size_t cell, const char* name, const std::string& wanted) {
  const Value* value = level(study, cell, name);
  return value != nullptr && value->display() == wanted;
}

// How much a cell is the paper's own: unscaled rows, all degrees, its grid.
int likeness(const Study& study, std::size_t cell) {
  return (is(study, cell, "norm", "raw") ? 4 : 0) + (is(study, cell, "order", "full") ? 2 : 0) +
         (is(study, cell, "grid", "paper") ? 1 : 0);
}

std::size_t shared_levels(const Study& study, std::size_t a, std::size_t b) {
  std::size_t shared = 0;
  for (const auto& [name, value] : study.results.cells[a].levels) {
    const Value* other = study.results.cells[b].levels.find(name);
    if (other != nullptr && *other == value) ++shared;
  }
  return shared;
}

// The two cells that the paper compares, among `with_curve`.
struct Pair {
  std::size_t sinusoidal = 0;
  std::size_t legendre = 0;
};
std::optional<Pair> compared_cells(const Study& study, const std::vector<std::size_t>& with_curve) {
  std::optional<Pair> best;
  const auto worth = [&](const Pair& pair) {
    return std::pair(likeness(study, pair.legendre),
                     shared_levels(study, pair.sinusoidal, pair.legendre));
  };
  for (const std::size_t legendre : with_curve) {
    if (!is(study, legendre, "encoding", "legendre_position")) continue;
    for (const std::size_t sinusoidal : with_curve) {
      if (!is(study, sinusoidal, "encoding", "sinusoidal")) continue;
      const Pair pair{sinusoidal, legendre};
      if (!best || worth(pair) > worth(*best)) best = pair;
    }
  }
  return best;
}

std::vector<std::size_t> cells_with_loss(const Study& study) {
  std::vector<std::size_t> cells;
  for (const SeriesResult& series : series_of(study.results, kLoss)) {
    const TrialResult& trial = study.results.trials[series.trial];
    if (trial.state != TrialState::kDone || series.points < 2) continue;
    if (std::find(cells.begin(), cells.end(), trial.cell) == cells.end())
      cells.push_back(trial.cell);
  }
  return cells;
}

}  // namespace

PositionMap cosine_map(const std::vector<std::vector<double>>& rows) {
  std::vector<double> lengths;
  for (const auto& row : rows) lengths.push_back(std::sqrt(product(row, row)));
  PositionMap map(rows.size(), std::vector<double>(rows.size()));
  for (std::size_t p = 0; p < rows.size(); ++p) {
    for (std::size_t q = 0; q < rows.size(); ++q) {
      const double length = lengths[p] * lengths[q];
      map[p][q] = length > 0 ? product(rows[p], rows[q]) / length
                             : std::numeric_limits<double>::quiet_NaN();
    }
  }
  return map;
}

EncodingTable head_of(const EncodingTable& table, std::size_t heads, std::size_t head) {
  const std::size_t width = table.rows.empty() ? 0 : table.rows[0].size();
  if (heads == 0 || width % heads != 0)
    fail("{} dimensions cannot be divided among {} heads", width, heads);
  if (head >= heads) fail("head {} of {}: heads are counted from 0", head, heads);
  EncodingTable part{fmt::format("{}, head {}", table.name, head), {}};
  const auto begin = static_cast<std::ptrdiff_t>(head * (width / heads));
  const auto size = static_cast<std::ptrdiff_t>(width / heads);
  for (const auto& row : table.rows)
    part.rows.emplace_back(row.begin() + begin, row.begin() + begin + size);
  return part;
}

EncodingTable standardized(const EncodingTable& table) {
  EncodingTable out = table;
  const auto count = static_cast<double>(table.rows.size());
  for (std::size_t i = 0; !out.rows.empty() && i < out.rows[0].size(); ++i) {
    double mean = 0;
    double square = 0;
    for (const auto& row : table.rows) mean += row[i] / count;
    for (const auto& row : table.rows) square += (row[i] - mean) * (row[i] - mean) / count;
    const double deviation = std::sqrt(square);
    // What rounding leaves of a constant is no change.
    const bool changes = deviation > 1e-12 * std::max(1.0, std::abs(mean));
    for (auto& row : out.rows) row[i] = changes ? (row[i] - mean) / deviation : 0;
  }
  return out;
}

Figure table_map_figure(const std::string& id, const EncodingTable& table) {
  Figure figure = map_figure(id, cosine_axes(), {{table.name, cosine_map(table.rows)}});
  figure.caption = fmt::format("{}: cosine between the rows of any two positions ({}).", table.name,
                               size_text(table));
  figure.description = "Map. " + figure.caption;
  return figure;
}

Figure head_maps_figure(const std::string& id, const EncodingTable& table, std::size_t heads,
                        const std::vector<std::size_t>& shown, bool standardize) {
  const EncodingTable scaled = standardize ? standardized(table) : table;
  std::vector<MapPanel> panels;
  for (const std::size_t head : shown) {
    panels.push_back({fmt::format("head {}", head), cosine_map(head_of(scaled, heads, head).rows)});
  }
  Figure figure = map_figure(id, cosine_axes(), panels);
  figure.caption = fmt::format(
      "{}: the same for {} of {} heads, of which each sees {} neighbouring dimensions ({}).{}",
      table.name, shown.size() == heads ? "each" : fmt::format("head {}", shown[0]), heads,
      table.rows[0].size() / heads, size_text(table),
      standardize ? " Scaled: every dimension has mean 0 and standard deviation 1 over the "
                    "positions; the paper does not say how it scales."
                  : "");
  figure.description = "Maps. " + figure.caption;
  return figure;
}

Figure polynomials_figure(const std::string& id, const EncodingTable& table) {
  std::vector<BandLine> lines;
  Table numbers;
  numbers.id = id + "-numbers";
  numbers.caption = "Numbers of the figure";
  numbers.columns = {
      {"degree", Align::kRight, ""}, {"x", Align::kRight, ""}, {"value", Align::kRight, ""}};
  for (std::size_t n = 0; n < table.rows.size(); ++n) {
    BandLine line{fmt::format("degree {}", n), numbered_style(n), {}};
    line.style.dash = 1 + static_cast<int>(n) % kDashCount;
    const auto count = static_cast<double>(table.rows[n].size());
    for (std::size_t i = 0; i < table.rows[n].size(); ++i) {
      const double x = -1 + 2 * static_cast<double>(i) / count;
      const double value = table.rows[n][i];
      line.points.push_back({x, value, value, value});
      numbers.rows.push_back(
          {exact_field(static_cast<double>(n)), exact_field(x), exact_field(value)});
    }
    lines.push_back(std::move(line));
  }
  BandAxes axes;
  axes.x = "x";
  axes.y = "value";
  Figure figure = band_figure(id, axes, lines);
  figure.kind = FigureKind::kPicture;
  figure.numbers = std::move(numbers);
  figure.caption =
      fmt::format("The Legendre polynomials of degree 0 to {} on [-1, 1).", table.rows.size() - 1);
  figure.description = "Curves. " + figure.caption;
  return figure;
}

MaybeFigure paper_loss_figure(const std::string& id, const Study& study) {
  if (study.results.experiment != kExperiment) {
    return {std::nullopt, fmt::format("sweep '{}' trains no {}", study.results.sweep, kExperiment)};
  }
  const auto pair = compared_cells(study, cells_with_loss(study));
  if (!pair) {
    return {std::nullopt, fmt::format("sweep '{}' has no done trials of both sinusoidal and "
                                      "legendre_position with a curve of {}",
                                      study.results.sweep, kLoss)};
  }
  const auto curves = learning_curves(study.results, kLoss, kMostPoints,
                                      {pair->sinusoidal, pair->legendre}, study.options.confidence);
  std::vector<BandLine> lines;
  std::string runs;
  for (const LearningCurve& curve : curves) {
    const Arms::Cell& cell = study.arms.cells[curve.cell];
    lines.push_back({cell.label, cell.style, curve.points});
    runs += fmt::format("{}{} of {} {}s of {}", runs.empty() ? "" : ", ", curve.runs, curve.planned,
                        study.noun, cell.label);
  }
  if (lines.empty()) {
    return {std::nullopt, fmt::format("the runs of sweep '{}' have no step in common at which "
                                      "{} was reported",
                                      study.results.sweep, kLoss)};
  }
  const MetricInfo metric = metric_info(study.results, kLoss);
  BandAxes axes;
  axes.x = "step";
  axes.y = metric_title(metric);
  axes.y_unit = metric.unit;
  axes.band = fmt::format("{} t interval over {}s", study.percent, study.noun);
  Figure figure = band_figure(id, axes, lines);
  figure.caption =
      fmt::format("Training loss against steps, sweep {}: mean and {} t interval over {}s ({}).",
                  study.results.sweep, study.percent, study.noun, runs);
  figure.description = "Learning curves. " + figure.caption;
  return {std::move(figure), ""};
}

}  // namespace polysweep
