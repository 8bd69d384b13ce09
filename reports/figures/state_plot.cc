#include "reports/figures/state_plot.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "reports/figures/panel_layout.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr int kRowHeight = 24;
constexpr int kHeightBesideRows = 110;
constexpr int kColumnWidth = 36;
constexpr int kKeyWidth = 150;
constexpr int kMostWidth = 1100;
constexpr int kNarrowWidth = 360;
constexpr int kNarrowRowHeight = 42;
constexpr int kNarrowKeyHeight = 80;
constexpr std::size_t kNarrowTitle = 46;
constexpr std::size_t kNarrowNames = 10;  // of columns, beside each other

// Never by colour alone: every state has its own mark.
struct StateMark {
  TrialState state;
  int point_type;
  const char* colour;
};
constexpr StateMark kMarks[] = {
    {TrialState::kDone, 7, "#8a8a8a"},       // filled circle
    {TrialState::kRunning, 12, "#0072b2"},   // open diamond
    {TrialState::kDiverged, 11, "#7670eb"},  // filled triangle down
    {TrialState::kFailed, 2, "#d55e00"},     // cross
    {TrialState::kPending, 6, "black"},      // open circle
};

Table numbers_of(const std::string& id, const std::string& replicate,
                 const std::vector<std::string>& columns, const std::vector<StateRow>& rows) {
  Table table;
  table.id = id + "-numbers";
  table.caption = "States in the figure";
  table.columns = {{"cell", Align::kLeft, ""}};
  for (const auto& column : columns) {
    table.columns.push_back({replicate + " " + column, Align::kLeft, ""});
  }
  for (const auto& row : rows) {
    TableRow fields{row.label};
    for (const auto& state : row.states) {
      if (!state) {
        fields.emplace_back("not planned", Tone::kMuted);
      } else {
        fields.emplace_back(std::string(state_name(*state)),
                            *state == TrialState::kDone ? Tone::kPlain : Tone::kMissing);
      }
    }
    table.rows.push_back(std::move(fields));
  }
  return table;
}

std::string points_of(const std::vector<StateRow>& rows, TrialState state) {
  std::string data;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < rows[row].states.size(); ++column) {
      if (rows[row].states[column] != state) continue;
      data += fmt::format("{} {}\n", column, rows.size() - 1 - row);
    }
  }
  return data;
}

// Labels beside the axis and the key at the right, or labels above the rows and the key below.
void draw_rows(Figure& figure, const std::string& replicate,
               const std::vector<std::string>& columns, const std::vector<StateRow>& rows,
               bool narrow) {
  const int rows_px = (narrow ? kNarrowRowHeight : kRowHeight) * static_cast<int>(rows.size());
  figure.height = kHeightBesideRows + rows_px + (narrow ? kNarrowKeyHeight : 0);
  std::size_t longest = 0;
  for (const auto& row : rows) longest = std::max(longest, text_length(row.label));
  const int needed = static_cast<int>(text_width_px(longest)) + kKeyWidth +
                     kColumnWidth * static_cast<int>(columns.size());
  figure.width = narrow ? kNarrowWidth : std::clamp(needed, kHalfWidth_px, kMostWidth);
  Labels labels;
  std::vector<std::string> names;
  for (const auto& row : rows) {
    check(row.states.size() == columns.size(), "a row has a state for each column");
    names.push_back(row.label);
  }
  std::string plots;
  for (const auto& mark : kMarks) {
    const std::string data = points_of(rows, mark.state);
    if (data.empty()) continue;
    const std::string name(state_name(mark.state));
    figure.script += "$" + name + " << EOD\n" + data + "EOD\n";
    plots += fmt::format(
        "{}${} using 1:2 with points pointtype {} linecolor rgb '{}' "
        "pointsize 0.8 title '{}'",
        plots.empty() ? "" : ", \\\n", name, mark.point_type, mark.colour, name);
  }
  figure.script += "unset border\n";
  if (narrow) {
    figure.script += "set key below left vertical maxcols 2 reverse Left samplen 1\nunset ytics\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
      figure.script += fmt::format(
          "set label {} {} at graph 0, first {} left offset 0,0.9 textcolor rgb 'black'\n", i + 1,
          labels.quoted(names[i], kNarrowTitle), names.size() - 1 - i);
    }
    figure.script += "set lmargin 2\nset rmargin 3\n" +
                     (columns.size() > kNarrowNames ? std::string("unset xtics\n")
                                                    : axis_tics("x", columns, false, labels));
  } else {
    figure.script += "set key outside right top vertical reverse Left samplen 1\n" +
                     axis_tics("x", columns, false, labels) + axis_tics("y", names, true, labels);
  }
  figure.script += fmt::format("set xrange [-0.6:{}]\nset yrange [-0.6:{}]\nset xlabel {}\n",
                               static_cast<double>(columns.size()) - 0.4,
                               static_cast<double>(rows.size()) - (narrow ? 0.1 : 0.4),
                               labels.quoted(replicate, narrow ? kNarrowTitle : 60));
  figure.script += "plot " + (plots.empty() ? "NaN notitle" : plots) + "\n";
  figure.labels = labels.take();
}

}  // namespace

Figure state_figure(const std::string& id, const std::string& replicate,
                    const std::vector<std::string>& columns, const std::vector<StateRow>& rows) {
  check(!rows.empty() && !columns.empty(), "a map has rows and columns");
  Figure figure;
  figure.id = id;
  draw_rows(figure, replicate, columns, rows, false);
  figure.numbers = numbers_of(id, replicate, columns, rows);
  Figure& narrow = figure.narrow.emplace_back();
  narrow.id = id + "-narrow";
  draw_rows(narrow, replicate, columns, rows, true);
  return figure;
}

}  // namespace polysweep
