#include "reports/text/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "reports/text/escaping.h"
#include "results/export/csv.h"

namespace polysweep {
namespace {

constexpr std::size_t kShortText = 14;
constexpr std::size_t kLongText = 70;

std::string header(const Column& column) {
  return column.unit.empty() ? column.title : column.title + " (" + column.unit + ")";
}

std::string tone_class(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "good";
    case Tone::kBad:
      return "bad";
    case Tone::kMuted:
      return "muted";
    case Tone::kMissing:
      return "missing";
    case Tone::kPlain:
      break;
  }
  return "";
}

// The table's classes: one a column, which page_style() resolves by position:
// r right, c centre, w words that always stay on one line, s a text that does where there is
// room, l a long one.
std::string column_classes(const Table& table) {
  std::string classes;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Align align = table.columns[i].align;
    const bool heads_rows = i == 0;
    std::size_t longest = 0;
    for (const auto& row : table.rows) longest = std::max(longest, text_length(row[i].text));
    const char* kind = align == Align::kRight    ? "r"
                       : align == Align::kCenter ? "c"
                       : longest > kLongText     ? "l"
                       : longest > kShortText    ? "s"
                       : heads_rows              ? ""
                                                 : "w";
    if (*kind != 0) classes += (classes.empty() ? "" : " ") + fmt::format("{}{}", kind, i + 1);
  }
  return classes;
}

// Whether a column has marks, which then all have the same width.
bool has_marks(const Table& table, std::size_t column) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [&](const auto& row) { return !row[column].mark.empty(); });
}

// Without its end tag, which HTML does not need: in a long table they are a tenth.
struct FieldPlace {
  bool heads_row = false;
  bool sortable = false;
  bool in_marked_column = false;
  std::string title;  // of a table that stacks
};

std::string field_html(const TableCell& field, const FieldPlace& place) {
  const auto& [heads_row, sortable, marked, title] = place;
  std::string html = heads_row ? "<th scope=\"row\"" : "<td";
  if (field.tone != Tone::kPlain) html += " class=\"" + tone_class(field.tone) + "\"";
  // Where the text is the number itself, the script reads it there.
  if (sortable && field.number && fmt::format("{}", *field.number) != field.text) {
    html += fmt::format(" data-n=\"{}\"", *field.number);
  }
  if (!title.empty() && !heads_row) html += " data-title=\"" + html_escaped(title) + "\"";
  html += ">";
  if (field.swatch) {
    html += fmt::format("<i class=\"a{} m{}\"></i>", field.swatch->colour, field.swatch->shape);
  }
  html += field.strong ? "<b>" + html_escaped(field.text) + "</b>" : html_escaped(field.text);
  return marked ? html + " <small>" + html_escaped(field.mark) + "</small>" : html;
}

QueryValue csv_value(const TableCell& field) {
  if (field.number) return *field.number;
  if (field.text == "-" || field.text.empty()) return {};
  return clean_text(field.text);
}

}  // namespace

void check_table(const Table& table) {
  for (const auto& row : table.rows) {
    check(row.size() == table.columns.size(), "a row has as many cells as its table columns");
  }
}

std::string table_markdown(const Table& table) {
  check_table(table);
  std::string text;
  if (!table.caption.empty()) text += "**" + markdown_escaped(table.caption) + "**\n\n";
  std::string rule;
  for (const auto& column : table.columns) {
    text += "| " + markdown_escaped(header(column)) + " ";
    rule += column.align == Align::kRight    ? "|--:"
            : column.align == Align::kCenter ? "|:-:"
                                             : "|:--";
  }
  text += "|\n" + rule + "|\n";
  for (const auto& row : table.rows) {
    for (const auto& field : row) {
      const std::string bold = field.strong ? "**" : "";
      const std::string mark = field.mark.empty() ? "" : markdown_escaped(field.mark) + " ";
      text += "| " + bold + markdown_escaped(field.text) + bold + " " + mark;
    }
    text += "|\n";
  }
  for (const auto& note : table.notes) text += "\n" + markdown_escaped(note) + "\n";
  return text;
}

std::string table_html(const Table& table) {
  check_table(table);
  const std::string id = html_escaped(table.id);
  const std::string caption = html_escaped(table.caption);
  std::string html = "<div class=\"box\" role=\"group\" tabindex=\"0\" aria-label=\"" + caption +
                     "\">\n<table id=\"" + id + "\" class=\"" + column_classes(table) +
                     (table.sortable ? " sortable" : "") + (table.stacked ? " stacked" : "") +
                     "\"><caption><span>" + caption + " <a download=\"" + id +
                     ".csv\" href=\"data:text/csv;base64," + base64(table_csv(table)) +
                     "\" aria-label=\"Download as CSV: " + caption +
                     "\">CSV</a></span></caption>\n<thead><tr>";
  for (const auto& column : table.columns) {
    html += "<th scope=\"col\">" + html_escaped(header(column)) + "</th>";
  }
  html += "</tr></thead>\n<tbody>\n";
  std::vector<FieldPlace> places;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    places.push_back({i == 0, table.sortable, has_marks(table, i),
                      table.stacked ? header(table.columns[i]) : std::string()});
  }
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      html += field_html(row[i], places[i]);
    }
    html += "\n";
  }
  html += "</tbody></table></div>\n";
  for (const auto& note : table.notes) html += "<p class=\"note\">" + html_escaped(note) + "</p>\n";
  return html;
}

std::string table_csv(const Table& table) {
  check_table(table);
  std::vector<std::string> names;
  std::vector<bool> of_intervals;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    of_intervals.push_back(std::any_of(table.rows.begin(), table.rows.end(),
                                       [&](const auto& row) { return row[i].in_interval_column; }));
    if (!of_intervals[i]) names.push_back(clean_text(header(column)));
    for (const char* end : {" low", " high"}) {
      if (!of_intervals[i]) continue;
      names.push_back(clean_text(header({column.title + end, column.align, column.unit})));
    }
  }
  std::string csv = csv_header(names);
  for (const auto& row : table.rows) {
    std::vector<QueryValue> values;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!of_intervals[i]) values.push_back(csv_value(row[i]));
      for (const auto end : {&Interval::low, &Interval::high}) {
        if (!of_intervals[i]) continue;
        values.push_back(row[i].interval ? QueryValue((*row[i].interval).*end) : QueryValue());
      }
    }
    csv += csv_line(values);
  }
  return csv;
}

}  // namespace polysweep
