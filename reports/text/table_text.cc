// The rendering of a table for a terminal.
#include <algorithm>
#include <optional>

#include "framework/core/utf8.h"
#include "reports/text/escaping.h"
#include "reports/text/table.h"

namespace polysweep {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;
constexpr std::size_t kLongestWord = 24;  // a longer one may be broken

// Code points [from, from + count) of valid UTF-8.
std::size_t offset_of(const std::string& text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && count > 0) {
    ++at;
    while (at < text.size() && is_utf8_continuation(text[at])) ++at;
    --count;
  }
  return at;
}

std::size_t longest_word(const std::string& text) {
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    longest = std::max(longest, text_length(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return std::min(longest, kLongestWord);
}

std::string padded(const std::string& text, std::size_t width, Align align) {
  const std::size_t length = text_length(text);
  const std::size_t space = width > length ? width - length : 0;
  if (align == Align::kRight) return std::string(space, ' ') + text;
  if (align == Align::kCenter) {
    return std::string(space / 2, ' ') + text + std::string(space - space / 2, ' ');
  }
  return text + std::string(space, ' ');
}

const char* ansi(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "\x1b[32m";
    case Tone::kBad:
      return "\x1b[31m";
    case Tone::kMissing:
      return "\x1b[33m";
    case Tone::kMuted:
      return "\x1b[2m";
    case Tone::kPlain:
      break;
  }
  return "";
}

// A table's texts as they are printed, and how wide its columns are and may get.
struct Layout {
  std::vector<std::string> heads;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> widths;
  std::vector<std::size_t> least;  // narrower, and words are broken
};

// By column the width of its marks, so that the texts before them stay aligned.
std::vector<std::size_t> mark_widths(const Table& table) {
  std::vector<std::size_t> widths(table.columns.size());
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], text_length(terminal_escaped(row[i].mark)));
    }
  }
  return widths;
}

Layout layout_of(const Table& table) {
  Layout out;
  for (const auto& column : table.columns) {
    out.heads.push_back(terminal_escaped(
        column.unit.empty() ? column.title : column.title + " (" + column.unit + ")"));
    out.widths.push_back(text_length(out.heads.back()));
    out.least.push_back(longest_word(out.heads.back()));
  }
  const std::vector<std::size_t> marks = mark_widths(table);
  for (const auto& row : table.rows) {
    out.rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string emphasis = row[i].strong ? "*" : "";
      const std::string mark =
          marks[i] == 0 ? "" : " " + padded(terminal_escaped(row[i].mark), marks[i], Align::kLeft);
      const std::string& text =
          out.rows.back().emplace_back(emphasis + terminal_escaped(row[i].text) + emphasis + mark);
      const std::size_t length = text_length(text);
      out.widths[i] = std::max(out.widths[i], length);
      // Numbers stay in one piece.
      const bool unbroken = table.columns[i].align == Align::kRight && length <= kLongestWord;
      out.least[i] = std::max(out.least[i], unbroken ? length : longest_word(text));
    }
  }
  return out;
}

using ColumnBlock = std::vector<std::size_t>;  // columns

std::size_t width_of(const ColumnBlock& block, const std::vector<std::size_t>& widths) {
  std::size_t width = block.empty() ? 0 : kGap * (block.size() - 1);
  for (const std::size_t column : block) width += widths[column];
  return width;
}

// Columns that fit beside each other, the first of the table before each block.
std::vector<ColumnBlock> blocks_of(const std::vector<std::size_t>& least, std::size_t width) {
  std::vector<ColumnBlock> blocks;
  for (std::size_t column = 0; column < least.size(); ++column) {
    if (!blocks.empty()) {
      ColumnBlock longer = blocks.back();
      longer.push_back(column);
      const bool only_key = blocks.back().size() == 1;
      if (only_key || width_of(longer, least) <= width) {
        blocks.back() = longer;
        continue;
      }
    }
    blocks.push_back(column == 0 ? ColumnBlock{0} : ColumnBlock{0, column});
  }
  return blocks;
}

// Narrows the widest column of the block until all fit; words are broken only where
// that is not enough.
void fit(const ColumnBlock& block, Layout& layout, std::size_t width) {
  while (width_of(block, layout.widths) > width) {
    std::optional<std::size_t> widest;
    for (const bool breaks_words : {false, true}) {
      for (const std::size_t column : block) {
        const std::size_t floor = breaks_words ? kNarrowest : layout.least[column];
        const bool may = layout.widths[column] > floor;
        if (may && (!widest || layout.widths[column] > layout.widths[*widest])) widest = column;
      }
      if (widest) break;
    }
    if (!widest) return;
    --layout.widths[*widest];
  }
}

struct Ink {
  std::vector<Tone> tones;
  bool colour = false;
};

std::string row_text(const ColumnBlock& block, const std::vector<std::string>& fields,
                     const Ink& ink, const std::vector<Column>& columns,
                     const std::vector<std::size_t>& widths) {
  std::vector<std::vector<std::string>> parts;
  std::size_t height = 1;
  for (const std::size_t column : block) {
    parts.push_back(wrapped_lines(fields[column], widths[column]));
    height = std::max(height, parts.back().size());
  }
  std::string text;
  for (std::size_t line = 0; line < height; ++line) {
    std::string full;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::string part = line < parts[i].size() ? parts[i][line] : "";
      const std::string field = padded(part, widths[block[i]], columns[block[i]].align);
      const std::string paint = ink.colour ? ansi(ink.tones[block[i]]) : "";
      full +=
          (i == 0 ? "" : std::string(kGap, ' ')) + paint + field + (paint.empty() ? "" : "\x1b[0m");
    }
    full.erase(full.find_last_not_of(' ') + 1);
    text += full + "\n";
  }
  return text;
}

std::string block_text(const ColumnBlock& block, const Table& table, const Layout& layout,
                       bool colour) {
  std::string text = row_text(block, layout.heads, {}, table.columns, layout.widths);
  text += std::string(width_of(block, layout.widths), '-') + "\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    Ink ink{{}, colour};
    for (const auto& field : table.rows[r]) ink.tones.push_back(field.tone);
    text += row_text(block, layout.rows[r], ink, table.columns, layout.widths);
  }
  return text;
}

}  // namespace

std::vector<std::string> wrapped_lines(std::string text, std::size_t width) {
  width = std::max<std::size_t>(width, 1);
  std::vector<std::string> lines;
  while (text_length(text) > width) {
    const std::size_t limit = offset_of(text, width);
    std::size_t cut = text.rfind(' ', limit);
    if (cut == std::string::npos || cut == 0) cut = limit;
    lines.push_back(text.substr(0, cut));
    text.erase(0, text[cut] == ' ' ? cut + 1 : cut);
  }
  lines.push_back(std::move(text));
  return lines;
}

std::string table_text(const Table& table, std::size_t width, bool colour) {
  check_table(table);
  width = std::max(width, kNarrowest);
  Layout layout = layout_of(table);
  std::string text;
  for (const auto& line : wrapped_lines(terminal_escaped(table.caption), width)) {
    if (!line.empty()) text += line + "\n";
  }
  const std::vector<std::size_t> natural = layout.widths;
  const std::vector<ColumnBlock> blocks = blocks_of(layout.least, width);
  for (const ColumnBlock& block : blocks) {
    if (&block != &blocks.front()) text += "\n";
    layout.widths = natural;
    fit(block, layout, width);
    text += block_text(block, table, layout, colour);
  }
  for (const auto& note : table.notes) {
    for (const auto& line : wrapped_lines(terminal_escaped(note), width)) text += line + "\n";
  }
  return text;
}

}  // namespace polysweep
