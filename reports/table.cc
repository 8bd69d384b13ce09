#include "reports/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/error.h"
#include "reports/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kShortText = 14;
constexpr std::size_t kLongText = 50;

std::string header(const Column& column) {
  return column.unit.empty() ? column.title : column.title + " (" + column.unit + ")";
}

std::string align_class(Align align) {
  return align == Align::kRight ? "r" : align == Align::kCenter ? "c" : "";
}

std::string tone_class(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "good";
    case Tone::kBad:
      return "bad";
    case Tone::kMuted:
      return "muted";
    case Tone::kHole:
      return "hole";
    case Tone::kPlain:
      break;
  }
  return "";
}

// How a column of texts may be broken: short ones not, long ones wide.
std::string width_class(const Table& table, std::size_t column) {
  if (table.columns[column].align != Align::kLeft) return "";
  std::size_t longest = 0;
  for (const auto& row : table.rows) longest = std::max(longest, text_length(row[column].text));
  return longest > kLongText ? "long" : longest > kShortText ? "short" : "";
}

std::string class_attribute(const std::string& a, const std::string& b) {
  if (a.empty() && b.empty()) return "";
  return " class=\"" + a + (a.empty() || b.empty() ? "" : " ") + b + "\"";
}

std::string field_html(const TableCell& field, const std::string& column_class, bool heads_row,
                       bool sortable) {
  const std::string tag = heads_row ? "th" : "td";
  std::string html = "<" + tag + (heads_row ? " scope=\"row\"" : "") +
                     class_attribute(column_class, tone_class(field.tone));
  if (sortable && field.number) html += fmt::format(" data-n=\"{}\"", *field.number);
  html += ">";
  if (field.colour >= 0) html += fmt::format("<i class=\"swatch a{}\"></i>", field.colour);
  return html + html_escaped(field.text) + "</" + tag + ">";
}

// Not a formula, whatever it begins with: what a program writes as a number.
std::string csv_field(const TableCell& field) {
  return field.number ? fmt::format("{}", *field.number) : csv_escaped(field.text);
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
    for (const auto& field : row) text += "| " + markdown_escaped(field.text) + " ";
    text += "|\n";
  }
  for (const auto& note : table.notes) text += "\n" + markdown_escaped(note) + "\n";
  return text;
}

std::string table_html(const Table& table) {
  check_table(table);
  const std::string id = html_escaped(table.id);
  const std::string caption = html_escaped(table.caption);
  std::string html = "<div class=\"box\" role=\"region\" tabindex=\"0\" aria-label=\"" + caption +
                     "\">\n<table id=\"" + id + "\"" +
                     (table.sortable ? " class=\"sortable\"" : "") + "><caption>" + caption +
                     " <a download=\"" + id + ".csv\" href=\"data:text/csv;base64," +
                     base64(table_csv(table)) + "\" aria-label=\"Download as CSV: " + caption +
                     "\">CSV</a></caption>\n<thead><tr>";
  std::vector<std::string> classes;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    classes.push_back(align_class(table.columns[i].align) + width_class(table, i));
    html += "<th scope=\"col\"" + class_attribute(classes[i], "") + ">" +
            html_escaped(header(table.columns[i])) + "</th>";
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      html += field_html(row[i], classes[i], i == 0, table.sortable);
    }
    html += "</tr>\n";
  }
  html += "</tbody></table></div>\n";
  for (const auto& note : table.notes) html += "<p class=\"note\">" + html_escaped(note) + "</p>\n";
  return html;
}

std::string table_csv(const Table& table) {
  check_table(table);
  std::string csv;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    csv += (i == 0 ? "" : ",") + csv_escaped(header(table.columns[i]));
  }
  csv += "\r\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) csv += (i == 0 ? "" : ",") + csv_field(row[i]);
    csv += "\r\n";
  }
  return csv;
}

}  // namespace polysweep
