#include "reports/render/latex_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "framework/core/utf8.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kRowsOfAPage = 32;
constexpr std::size_t kLongText = 44;  // code points that a column holds on one line
constexpr int kLongColumn_mm = 70;
constexpr std::uint32_t kPlusMinus = 0xB1;

const char* escape_of(char c) {
  switch (c) {
    case '&':
      return "\\&";
    case '%':
      return "\\%";
    case '$':
      return "\\$";
    case '#':
      return "\\#";
    case '_':
      return "\\_\\allowbreak{}";
    case '{':
      return "\\{";
    case '}':
      return "\\}";
    case '~':
      return "\\textasciitilde{}";
    case '^':
      return "\\textasciicircum{}";
    case '\\':
      return "\\textbackslash{}";
    case '<':
      return "\\textless{}";
    case '>':
      return "\\textgreater{}";
    case '|':
      return "\\textbar{}";
    case '"':
      return "{\\char34}";
    case '`':
      return "{\\textquoteleft}";
    case '\'':
      return "{'}";
    case '[':
      return "{[}";
    case ']':
      return "{]}";
    default:
      return nullptr;
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A minus sign before a number, a hyphen elsewhere; never two that join.
const char* dash_at(std::string_view text, std::size_t at) {
  const bool begins = at == 0 || text[at - 1] == ' ' || text[at - 1] == '(';
  return begins && at + 1 < text.size() && is_digit(text[at + 1]) ? "$-$" : "{-}";
}

// Letters that OT1 can compose: Latin-1 without eth, thorn, and the signs.
bool composed(std::uint32_t value) {
  constexpr std::uint32_t kNot[] = {0xD0, 0xD7, 0xDE, 0xF0, 0xF7, 0xFE};
  return value >= 0xC0 && value <= 0xFF &&
         std::find(std::begin(kNot), std::end(kNot), value) == std::end(kNot);
}

std::string escaped_line(std::string_view line) {
  std::string escaped;
  for (std::size_t at = 0; at < line.size();) {
    const char c = line[at];
    if (static_cast<std::uint8_t>(c) >= 0x80) {
      const auto [value, size] = first_code_point(line.substr(at));
      escaped += value == kPlusMinus ? std::string("$\\pm$")
                 : composed(value)   ? std::string(line.substr(at, size))
                                     : fmt::format("U+{:04X}", value);
      at += size;
      continue;
    }
    const char* escape = c == '-' ? dash_at(line, at) : escape_of(c);
    if (escape == nullptr) {
      escaped += c;
    } else {
      escaped += escape;
    }
    ++at;
  }
  return escaped;
}

std::string header(const Column& column) {
  return latex_escaped(column.unit.empty() ? column.title
                                           : column.title + " (" + column.unit + ")");
}

std::string columns_of(const Table& table) {
  std::string columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::size_t longest = 0;
    for (const auto& row : table.rows) longest = std::max(longest, text_length(row[i].text));
    const Align align = table.columns[i].align;
    columns += longest > kLongText && align == Align::kLeft
                   ? fmt::format("p{{{}mm}}", kLongColumn_mm)
               : align == Align::kRight  ? std::string("r")
               : align == Align::kCenter ? std::string("c")
                                         : std::string("l");
  }
  return columns;
}

std::string head_of(const Table& table) {
  std::string head = "\\toprule\n";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    head += (i == 0 ? "" : " & ") + header(table.columns[i]);
  }
  return head + " \\\\\n\\midrule\n";
}

// `toned`: what is good or bad is bold; else only what the table itself emphasises.
std::string text_of(const TableCell& field, bool toned) {
  const std::string text = latex_escaped(field.text);
  if (field.strong) return "\\textbf{" + text + "}";
  switch (field.tone) {
    case Tone::kGood:
    case Tone::kBad:
      return toned ? "\\textbf{" + text + "}" : text;
    case Tone::kMissing:
      return "\\emph{" + text + "}";
    case Tone::kMuted:
    case Tone::kPlain:
      break;
  }
  return text;
}

std::string field_of(const TableCell& field, bool toned) {
  const std::string mark =
      field.mark.empty() ? "" : " {\\scriptsize " + latex_escaped(field.mark) + "}";
  return text_of(field, toned) + mark;
}

std::string body_of(const Table& table) {
  const bool emphasises = std::any_of(table.rows.begin(), table.rows.end(), [](const auto& row) {
    return std::any_of(row.begin(), row.end(), [](const auto& field) { return field.strong; });
  });
  std::string body;
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      body += (i == 0 ? "" : " & ") + field_of(row[i], !emphasises);
    body += " \\\\\n";
  }
  return body;
}

std::string notes_of(const Table& table) {
  std::string notes;
  for (const auto& note : table.notes) {
    notes +=
        "\\par\\smallskip\\parbox{0.96\\linewidth}{\\scriptsize " + latex_escaped(note) + "}\n";
  }
  return notes;
}

}  // namespace

std::string latex_escaped(std::string_view text) {
  std::string line = clean_text(text);
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return escaped_line(line);
}

std::string latex_listing(std::string_view text) {
  const std::string clean = clean_text(text);
  std::string listing = "{\\ttfamily\\footnotesize\\raggedright\n";
  for (std::size_t at = 0; at < clean.size();) {
    const std::size_t end = std::min(clean.find('\n', at), clean.size());
    std::string line = clean.substr(at, end - at);
    for (std::size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t')) {
      line.replace(tab, 1, "    ");
    }
    const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
    std::string spaced;
    for (const char c : escaped_line(std::string_view(line).substr(first))) {
      spaced += c == ' ' ? std::string("\\ ") : std::string(1, c);
    }
    listing += fmt::format("\\noindent\\hspace*{{{}ex}}{}\\strut\\par\n", first, spaced);
    at = end + 1;
  }
  return listing + "}\n";
}

std::string table_latex(const Table& table) {
  check_table(table);
  const std::string caption =
      fmt::format("\\caption{{{}}}\\label{{tab:{}}}", latex_escaped(table.caption), table.id);
  const std::string columns = columns_of(table);
  if (table.rows.size() <= kRowsOfAPage) {
    return "\\begin{table}[htbp]\n\\centering\\footnotesize\n" + caption +
           "\n\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n"
           "\\begin{tabular}{" +
           columns + "}\n" + head_of(table) + body_of(table) + "\\bottomrule\n\\end{tabular}}\n" +
           notes_of(table) + "\\end{table}\n";
  }
  return "{\\scriptsize\\setlength{\\tabcolsep}{3pt}\n\\begin{longtable}{" + columns + "}\n" +
         caption + "\\\\\n" + head_of(table) + "\\endhead\n\\bottomrule\n\\endfoot\n" +
         body_of(table) + "\\end{longtable}\n" + notes_of(table) + "}\n";
}

}  // namespace polysweep
