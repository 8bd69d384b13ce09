// The rendering of a table for a terminal.
#include <algorithm>
#include <numeric>

#include "reports/escaping.h"
#include "reports/table.h"

namespace polysweep {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;

using Lines = std::vector<std::string>;

// Code points [from, from + count) of valid UTF-8.
std::size_t offset_of(const std::string& text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && count > 0) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    --count;
  }
  return at;
}

// Breaks at spaces where it can.
Lines wrapped(std::string text, std::size_t width) {
  Lines lines;
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
    case Tone::kHole:
      return "\x1b[33m";
    case Tone::kMuted:
      return "\x1b[2m";
    case Tone::kPlain:
      break;
  }
  return "";
}

// Narrows the widest left-aligned column, again and again, until all fit.
void fit(std::vector<std::size_t>& widths, const std::vector<Column>& columns, std::size_t width) {
  const std::size_t gaps = widths.empty() ? 0 : kGap * (widths.size() - 1);
  while (std::accumulate(widths.begin(), widths.end(), gaps) > width) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool may = columns[i].align == Align::kLeft && widths[i] > kNarrowest;
      if (may && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == widths.size()) return;
    --widths[widest];
  }
}

std::string row_text(const std::vector<std::string>& fields, const std::vector<Tone>& tones,
                     const std::vector<Column>& columns, const std::vector<std::size_t>& widths,
                     bool colour) {
  std::vector<Lines> parts;
  std::size_t height = 1;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    parts.push_back(wrapped(fields[i], widths[i]));
    height = std::max(height, parts.back().size());
  }
  std::string text;
  for (std::size_t line = 0; line < height; ++line) {
    std::string whole;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::string part = line < parts[i].size() ? parts[i][line] : "";
      const std::string field = padded(part, widths[i], columns[i].align);
      const std::string paint = colour ? ansi(tones[i]) : "";
      whole +=
          (i == 0 ? "" : std::string(kGap, ' ')) + paint + field + (paint.empty() ? "" : "\x1b[0m");
    }
    whole.erase(whole.find_last_not_of(' ') + 1);
    text += whole + "\n";
  }
  return text;
}

}  // namespace

std::string table_text(const Table& table, std::size_t width, bool colour) {
  check_table(table);
  std::vector<std::string> heads;
  std::vector<std::size_t> widths;
  for (const auto& column : table.columns) {
    heads.push_back(terminal_escaped(
        column.unit.empty() ? column.title : column.title + " (" + column.unit + ")"));
    widths.push_back(text_length(heads.back()));
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : table.rows) {
    rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      rows.back().push_back(terminal_escaped(row[i].text));
      widths[i] = std::max(widths[i], text_length(rows.back().back()));
    }
  }
  fit(widths, table.columns, width);
  std::string text;
  if (!table.caption.empty()) text += terminal_escaped(table.caption) + "\n";
  text += row_text(heads, std::vector<Tone>(heads.size()), table.columns, widths, false);
  const std::size_t gaps = widths.empty() ? 0 : kGap * (widths.size() - 1);
  text += std::string(std::accumulate(widths.begin(), widths.end(), gaps), '-') + "\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::vector<Tone> tones;
    for (const auto& field : table.rows[r]) tones.push_back(field.tone);
    text += row_text(rows[r], tones, table.columns, widths, colour);
  }
  for (const auto& note : table.notes) {
    for (const auto& line : wrapped(terminal_escaped(note), std::max(width, kNarrowest))) {
      text += line + "\n";
    }
  }
  return text;
}

}  // namespace polysweep
