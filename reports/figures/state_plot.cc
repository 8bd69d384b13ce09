#include "reports/figures/state_plot.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr int kRowHeight = 24;
constexpr int kHeightBesideRows = 110;
constexpr int kColumnWidth = 36;
constexpr int kWidthBesideColumns = 540;

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

}  // namespace

Figure state_figure(const std::string& id, const std::string& replicate,
                    const std::vector<std::string>& columns, const std::vector<StateRow>& rows) {
  check(!rows.empty() && !columns.empty(), "a map has rows and columns");
  Figure figure;
  figure.id = id;
  figure.height = kHeightBesideRows + kRowHeight * static_cast<int>(rows.size());
  figure.width =
      std::min(1100, kWidthBesideColumns + kColumnWidth * static_cast<int>(columns.size()));
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
  figure.script += "unset border\nset key outside right top vertical reverse Left samplen 1\n" +
                   axis_tics("x", columns, false, labels) + axis_tics("y", names, true, labels);
  figure.script += fmt::format("set xrange [-0.6:{}]\nset yrange [-0.6:{}]\nset xlabel {}\n",
                               static_cast<double>(columns.size()) - 0.4,
                               static_cast<double>(rows.size()) - 0.4, labels.quoted(replicate));
  figure.script += "plot " + (plots.empty() ? "NaN notitle" : plots) + "\n";
  figure.labels = labels.take();
  figure.numbers = numbers_of(id, replicate, columns, rows);
  return figure;
}

}  // namespace polysweep
