#include "reports/figures/encoding_figures.h"

#include <fmt/format.h>

#include "framework/core/error.h"
#include "reports/figures/band_plot.h"
#include "reports/figures/matrix_plot.h"

namespace polysweep {
namespace {

MatrixAxes cosine_axes() { return {"position", "position (rows)", "cosine", -1, 1}; }

std::string size_text(const EncodingTable& table) {
  return fmt::format("{} positions, {} dimensions", table.rows.size(),
                     table.rows.empty() ? 0 : table.rows[0].size());
}

}  // namespace

EncodingTable head_of(const EncodingTable& table, std::size_t heads, std::size_t head) {
  const std::size_t width = table.rows.empty() ? 0 : table.rows[0].size();
  if (heads == 0 || width % heads != 0) {
    fail("{} dimensions cannot be divided among {} heads", width, heads);
  }
  if (head >= heads) fail("head {} of {}: heads are counted from 0", head, heads);
  return {fmt::format("{}, head {}", table.name, head), part_of(table.rows, heads, head)};
}

EncodingTable standardized(const EncodingTable& table) {
  return {table.name, standardized(table.rows)};
}

Figure table_map_figure(const std::string& id, const EncodingTable& table) {
  Figure figure = matrix_figure(id, cosine_axes(), {{table.name, cosine_map(table.rows)}});
  figure.caption = fmt::format("{}: cosine between the rows of any two positions ({}).", table.name,
                               size_text(table));
  figure.description = "Map. " + figure.caption;
  return figure;
}

Figure head_maps_figure(const std::string& id, const EncodingTable& table, std::size_t heads,
                        const std::vector<std::size_t>& shown, bool standardize) {
  const EncodingTable scaled = standardize ? standardized(table) : table;
  std::vector<MatrixPanel> panels;
  for (const std::size_t head : shown) {
    panels.push_back({fmt::format("head {}", head), cosine_map(head_of(scaled, heads, head).rows)});
  }
  Figure figure = matrix_figure(id, cosine_axes(), panels);
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

}  // namespace polysweep
