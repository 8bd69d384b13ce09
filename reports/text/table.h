// A table as plain values, and its renderings as Markdown, HTML, text and CSV.
//
// A table knows nothing of sweeps. Texts are raw (any bytes); each rendering
// escapes for its own context and shows every column and row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/text/cell_style.h"
#include "reports/text/interval.h"

namespace polysweep {

enum class Align : std::uint8_t { kLeft, kRight, kCenter };

// What the colour of a table cell says; the text says it too.
enum class Tone : std::uint8_t { kPlain, kGood, kBad, kMuted, kMissing };

struct Column {
  std::string title;
  Align align = Align::kLeft;
  std::string unit;  // "" where it has none
};

struct TableCell {
  TableCell() = default;
  // Implicit, so that rows can be written as lists of texts.
  TableCell(std::string shown) : text(std::move(shown)) {}
  TableCell(const char* shown) : text(shown) {}
  TableCell(std::string shown, Tone how) : text(std::move(shown)), tone(how) {}

  TableCell(std::string shown, double exact) : text(std::move(shown)), number(exact) {}
  // nullopt: there is none, as "-" says.
  TableCell(std::string shown, std::optional<Interval> exact)
      : text(std::move(shown)), interval(exact), in_interval_column(true) {}

  std::string text;
  Tone tone = Tone::kPlain;
  std::optional<double> number;      // what `text` rounds: for sorting and CSV
  std::optional<Interval> interval;  // likewise, of a text of two ends
  bool in_interval_column = false;
  std::optional<CellStyle> swatch;  // shown before the text
  bool strong = false;              // bold; between asterisks in plain text
  std::string mark;                 // a word after the text, as small as a format allows: "worse"
};

using TableRow = std::vector<TableCell>;

struct Table {
  std::string id;       // letters, digits and '-': anchors and file names
  std::string caption;  // one line
  std::vector<Column> columns;
  std::vector<TableRow> rows;      // each with as many cells as columns
  std::vector<std::string> notes;  // below the table
  bool sortable = false;           // the page may offer to sort and filter it
  bool stacked = false;            // on a narrow page each row becomes a block of lines
};

// Throws std::logic_error where a row has not as many cells as the table columns.
void check_table(const Table& table);

// GitHub's pipe table with caption and notes. HTML, pipes, backticks and
// newlines of the texts are escaped.
std::string table_markdown(const Table& table);

// <table> with caption, header scopes and notes, in a box that scrolls.
std::string table_html(const Table& table);

// Aligned plain text at most `width` columns wide. The widest columns are wrapped
// first, between words; columns that still do not fit follow in further blocks below,
// each with the first column. A word (or number) is broken only where it and the first
// column do not fit, or where it has more than 24 letters. Control characters are
// shown as '?'. `colour` adds ANSI colours for tones.
std::string table_text(const Table& table, std::size_t width, bool colour);

// Lines of at most `width` (at least 1) code points, broken at spaces where it can.
// `text` is valid UTF-8.
std::vector<std::string> wrapped_lines(std::string text, std::size_t width);

// As results/export/csv.h writes it, with exact numbers. A cell without a value is an
// empty field. A column of intervals is two: "TITLE low" and "TITLE high".
std::string table_csv(const Table& table);

}  // namespace polysweep
