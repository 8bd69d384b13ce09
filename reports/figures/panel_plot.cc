#include "reports/figures/panel_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "reports/figures/panel_layout.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr const char* kLostColour = "#d55e00";  // seen on white and on black
constexpr double kMargin = 0.05;                // of a panel's side, around its points
constexpr double kEdge = 0.08;                  // more, for marks at the edge
constexpr std::size_t kLongestTitle = 60;
constexpr std::size_t kLongestKey = 40;
constexpr std::size_t kLongestTic = 12;
constexpr double kKeySample_px = 28;
constexpr double kKeyGap_px = 14;
constexpr double kKeyLeft_px = 8;

double key_width(const PanelKey& key) {
  return kKeySample_px + text_width_px(std::min(text_length(key.text), kLongestKey)) + kKeyGap_px;
}

// Where the entries of a key lie in a figure of this width: (x, row).
std::vector<std::pair<double, std::size_t>> key_places(const std::vector<PanelKey>& key,
                                                       double width) {
  std::vector<std::pair<double, std::size_t>> places;
  double x = kKeyLeft_px;
  std::size_t row = 0;
  for (const PanelKey& each : key) {
    if (x > kKeyLeft_px && x + key_width(each) > width) {
      x = kKeyLeft_px;
      ++row;
    }
    places.emplace_back(x, row);
    x += key_width(each);
  }
  return places;
}

PanelLayout layout_of(const PanelAxes& axes, std::size_t panels, bool narrow) {
  PanelRoom room;
  room.panels = panels;
  room.narrow = narrow;
  room.own_x = true;
  const auto places = key_places(axes.key, panel_layout(room).width);
  if (!places.empty()) room.key_rows = places.back().second + 1;
  return panel_layout(room);
}

// Writes a script whose coordinates are px, y upwards.
class PanelWriter {
 public:
  PanelWriter(const PanelAxes& axes, const std::vector<Panel>& panels, const PanelLayout& layout)
      : axes_(axes), panels_(panels), layout_(layout) {
    for (const Panel& panel : panels) edge_ = edge_ || !panel.edge.empty();
    low_ = kMargin + (edge_ && !axes.edge_on_top ? kEdge : 0);
    high_ = kMargin + (edge_ && axes.edge_on_top ? kEdge : 0);
  }

  std::string script(Labels& labels) {
    frame_ = fmt::format(
        "unset border\nunset grid\nunset xtics\nunset ytics\nunset key\n"
        "set lmargin at screen 0\nset rmargin at screen 1\nset bmargin at screen 0\n"
        "set tmargin at screen 1\nset xrange [0:{}]\nset yrange [0:{:.6g}]\n",
        layout_.width, layout_.height);
    add_key(labels);
    for (std::size_t i = 0; i < panels_.size(); ++i) add_panel(i, labels);
    std::string data;
    std::string plots = bands_;
    if (!lines_.empty()) plots += lines_;
    if (!points_.empty()) {
      data += "$points << EOD\n" + points_ + "EOD\n";
      plots +=
          "$points using 1:2:3:4 with points pointtype variable linecolor rgb variable "
          "pointsize 0.55 notitle, \\\n";
    }
    if (!marks_.empty()) {
      data += "$marks << EOD\n" + marks_ + "EOD\n";
      plots += fmt::format(
          "$marks using 1:2:3 with points pointtype variable linecolor rgb '{}' pointsize 0.7 "
          "linewidth 1.4 notitle, \\\n",
          kLostColour);
    }
    return data_ + data + frame_ + "plot " + plots + "NaN notitle\n";
  }

 private:
  double left_of(std::size_t panel) const { return layout_.places[panel].left; }
  double width_of(std::size_t panel) const { return layout_.places[panel].right - left_of(panel); }
  double bottom_of(std::size_t panel) const {
    return layout_.height - layout_.places[panel].bottom;
  }
  double height_of(std::size_t panel) const {
    return layout_.places[panel].bottom - layout_.places[panel].top;
  }
  double x_at(std::size_t panel, double value) const {
    const double share = std::clamp(panels_[panel].scale.share(value), 0.0, 1.0);
    return left_of(panel) + width_of(panel) * (kMargin + share) / (1 + 2 * kMargin);
  }
  double y_at_share(std::size_t panel, double share) const {
    return bottom_of(panel) + height_of(panel) * (low_ + share) / (1 + low_ + high_);
  }
  double y_at(std::size_t panel, double value) const {
    return y_at_share(panel, std::clamp(axes_.scale.share(value), -low_, 1 + high_));
  }

  void add_label(const std::string& token, double x, double y, const std::string& how) {
    frame_ += fmt::format("set label {} {} at {:.6g},{:.6g} {} textcolor rgb 'black'\n", ++labels_,
                          token, x, y, how);
  }
  void add_stroke(double x0, double y0, double x1, double y1, const std::string& how) {
    frame_ += fmt::format("set arrow {} from {:.6g},{:.6g} to {:.6g},{:.6g} nohead {}\n",
                          ++strokes_, x0, y0, x1, y1, how);
  }

  void add_key(Labels& labels) {
    const auto places = key_places(axes_.key, layout_.width);
    for (std::size_t i = 0; i < places.size(); ++i) {
      const PanelKey& key = axes_.key[i];
      const double x = places[i].first;
      const double y = layout_.height - layout_.key_top -
                       (static_cast<double>(places[i].second) + 0.5) * kKeyRowHeight_px;
      const std::string colour = script_colour(key.style);
      if (key.line) {
        add_stroke(x, y, x + 22, y,
                   fmt::format("linecolor rgb '{}' linewidth 2 dashtype {} front", colour,
                               key.style.dash));
      } else {
        frame_ += fmt::format(
            "set label {} '' at {:.6g},{:.6g} point pointtype {} linecolor rgb '{}' pointsize "
            "0.7\n",
            ++labels_, x + 11, y, script_shape(key.style), colour);
      }
      add_label(labels.quoted(key.text, kLongestKey), x + kKeySample_px, y, "left");
    }
  }

  void add_frame(std::size_t panel, Labels& labels) {
    const char* grid = "linecolor rgb 'gray' linewidth 0.5 dashtype 3 back";
    const char* axis = "linecolor rgb 'gray' linewidth 1 back";
    const double left = left_of(panel);
    const double right = left + width_of(panel);
    const double bottom = bottom_of(panel);
    const double top = bottom + height_of(panel);
    const bool has_y = layout_.places[panel].has_y;
    const std::size_t most = width_of(panel) > 260 ? 6 : 5;
    for (const PanelTic& tic : panels_[panel].scale.tics(most)) {
      const double x = x_at(panel, tic.value);
      add_stroke(x, bottom, x, top, grid);
      add_label(labels.quoted(tic.text, kLongestTic), x, bottom - 13, "center");
    }
    for (const PanelTic& tic : axes_.scale.tics(5)) {
      const double y = y_at(panel, tic.value);
      add_stroke(left, y, right, y, grid);
      if (has_y) add_label(labels.quoted(tic.text, kLongestTic), left - 7, y, "right");
    }
    if (axes_.line_at_zero) {
      const double y = y_at(panel, 0);
      add_stroke(left, y, right, y, "linecolor rgb 'gray' linewidth 1 back");
    }
    add_stroke(left, bottom, right, bottom, axis);
    add_stroke(left, bottom, left, top, axis);
    add_label(labels.quoted(panels_[panel].x, letters_in(width_of(panel))), (left + right) / 2,
              bottom - 33, "center");
    if (panel == 0) {
      add_label(labels.quoted(axes_.y, letters_in(layout_.width - 2 * kKeyLeft_px)), kKeyLeft_px,
                top + 18, "left");
    }
  }

  // Of a title in that many px.
  static std::size_t letters_in(double width) {
    return std::min(kLongestTitle, static_cast<std::size_t>(width / text_width_px(1)));
  }

  void add_line(std::size_t panel, const PanelLine& line) {
    const std::string colour = script_colour(line.style);
    bool banded = false;
    const std::string name = fmt::format("$line{}", ++line_count_);
    data_ += name + " << EOD\n";
    for (const BandPoint& point : line.points) {
      banded = banded || point.low < point.high;
      data_ +=
          fmt::format("{:.6g} {:.6g} {:.6g} {:.6g}\n", x_at(panel, point.x),
                      y_at(panel, point.mean), y_at(panel, point.low), y_at(panel, point.high));
    }
    data_ += "EOD\n";
    if (line.marked) {
      lines_ += fmt::format(
          "{0} using 1:3:(0):($4-$3) with vectors nohead linecolor rgb '{1}' linewidth 2 notitle, "
          "\\\n{0} using 1:2 with points pointtype {2} linecolor rgb '{1}' pointsize 0.8 notitle, "
          "\\\n",
          name, colour, script_shape(line.style));
      return;
    }
    if (banded) {
      bands_ += fmt::format(
          "{} using 1:3:4 with filledcurves fillcolor rgb '{}' fillstyle transparent solid 0.16 "
          "noborder notitle, \\\n",
          name, colour);
    }
    lines_ += fmt::format(
        "{} using 1:2 with lines linecolor rgb '{}' linewidth 2 dashtype {} notitle, \\\n", name,
        colour, line.style.dash);
  }

  void add_panel(std::size_t panel, Labels& labels) {
    add_frame(panel, labels);
    for (const PanelPoint& point : panels_[panel].points) {
      points_ += fmt::format("{:.6g} {:.6g} {} {}\n", x_at(panel, point.x), y_at(panel, point.y),
                             script_shape(point.style), script_colour_number(point.style));
    }
    for (const EdgeMark& mark : panels_[panel].edge) {
      const double share = axes_.edge_on_top ? 1 + kMargin + kEdge / 2 : -kMargin - kEdge / 2;
      const int shape = mark.cross ? 2 : axes_.edge_on_top ? 9 : 11;
      marks_ +=
          fmt::format("{:.6g} {:.6g} {}\n", x_at(panel, mark.x), y_at_share(panel, share), shape);
    }
    for (const PanelLine& line : panels_[panel].lines) {
      if (!line.points.empty()) add_line(panel, line);
    }
  }

  const PanelAxes& axes_;
  const std::vector<Panel>& panels_;
  const PanelLayout& layout_;
  bool edge_ = false;
  double low_ = 0;
  double high_ = 0;
  int labels_ = 0;
  int strokes_ = 0;
  int line_count_ = 0;
  std::string frame_;
  std::string data_;
  std::string points_;
  std::string marks_;
  std::string bands_;
  std::string lines_;
};

void draw_panels(Figure& figure, const PanelAxes& axes, const std::vector<Panel>& panels,
                 bool narrow) {
  const PanelLayout layout = layout_of(axes, panels.size(), narrow);
  figure.width = static_cast<int>(std::lround(layout.width));
  figure.height = static_cast<int>(std::lround(layout.height));
  Labels labels;
  figure.script = PanelWriter(axes, panels, layout).script(labels);
  figure.labels = labels.take();
}

}  // namespace

Figure panel_figure(const std::string& id, const PanelAxes& axes,
                    const std::vector<Panel>& panels) {
  check(!panels.empty(), "a figure of panels has some");
  Figure figure;
  figure.id = id;
  draw_panels(figure, axes, panels, false);
  Figure& narrow = figure.narrow.emplace_back();
  narrow.id = id + "-narrow";
  draw_panels(narrow, axes, panels, true);
  return figure;
}

}  // namespace polysweep
