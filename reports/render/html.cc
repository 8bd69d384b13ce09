// The report as one HTML page that needs no network; its only script is optional.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "reports/render/report_format.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kUnfoldedRows = 100;        // a longer table is folded
constexpr std::size_t kLongestDescription = 300;  // of the page, for previews of links
constexpr double kLetter_px = 7;                  // of a table's text
constexpr int kHalfPage_px = 590;                 // of a screen that is 1280 wide
constexpr int kSheetColumn_px = 1000;             // wider figures span both columns on paper
constexpr int kTall_px = 430;                     // a higher figure has more room on paper
constexpr int kLong_px = 760;                     // and one of this height a page
constexpr double kSheetColumnLetters = 100;       // of a row of a table in one column on paper
constexpr std::size_t kWrapped = 26;              // letters of a field, which then is wrapped there
constexpr std::size_t kRowsBeside = 40;
constexpr std::size_t kLettersOnPaper = 8000;  // of a table that is printed unfolded

std::string source_hash(const std::string& text) {
  const auto digest = sha256(text);
  return "'sha256-" +
         base64(std::string(reinterpret_cast<const char*>(digest.data()), digest.size())) + "'";
}

std::string tone_class(Tone tone) {
  switch (tone) {
    case Tone::kBad:
      return " class=\"warning\"";
    case Tone::kMissing:
      return " class=\"missing\"";
    case Tone::kMuted:
      return " class=\"note\"";
    case Tone::kGood:
    case Tone::kPlain:
      break;
  }
  return "";
}

std::string badge_class(Tone tone) {
  if (tone == Tone::kGood) return " class=\"good\"";
  return tone == Tone::kBad ? " class=\"bad\"" : tone_class(tone);
}

std::string details(const std::string& summary, const std::string& content,
                    const char* attributes = "") {
  return fmt::format("<details{}><summary>", attributes) + html_escaped(summary) + "</summary>\n" +
         content + "</details>\n";
}

std::size_t letters_of(const Table& table) {
  std::size_t letters = 0;
  for (const auto& row : table.rows) {
    for (const auto& field : row) letters += text_length(field.text);
  }
  return letters;
}

// About the letters of a table's longest row whose fields are wrapped at `wrapped`.
double letters_across(const Table& table, std::size_t wrapped) {
  std::size_t letters = 0;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    std::size_t longest = text_length(column.title) + text_length(column.unit);
    for (const auto& row : table.rows) {
      longest = std::max(longest, text_length(row[i].text) + text_length(row[i].mark));
    }
    letters += std::min(longest, wrapped) + 2;
  }
  return static_cast<double>(letters);
}

// Whether a block fits half a page of a wide screen, beside another one.
bool is_half(const Block& block) {
  if (const auto* figure = std::get_if<Figure>(&block)) return figure->width <= kHalfPage_px;
  const auto* table = std::get_if<Table>(&block);
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  return table != nullptr && table->rows.size() <= kRowsBeside &&
         kLetter_px * letters_across(*table, kAll) <= kHalfPage_px;
}

// Paper has two columns: what is wider spans both.
bool spans_sheet(const Table& table) {
  return letters_across(table, kWrapped) > kSheetColumnLetters;
}

bool spans_sheet(const Block& block) {
  if (const auto* figure = std::get_if<Figure>(&block)) return figure->width > kSheetColumn_px;
  if (const auto* folded = std::get_if<FoldedTable>(&block)) return spans_sheet(folded->table);
  const auto* table = std::get_if<Table>(&block);
  return table != nullptr && spans_sheet(*table);
}

// How a figure stands on paper: across both columns or not, and how high it may be.
std::string sheet_class(const Figure& figure) {
  std::string classes = figure.width > kSheetColumn_px ? "spans" : "";
  const char* height = figure.height > kLong_px ? "long" : figure.height > kTall_px ? "tall" : "";
  if (*height != 0) classes += (classes.empty() ? "" : " ") + std::string(height);
  return classes.empty() ? "" : " class=\"" + classes + "\"";
}

bool is_large(const Block& block) {
  return std::holds_alternative<Figure>(block) || std::holds_alternative<Table>(block) ||
         std::holds_alternative<FoldedTable>(block);
}

// What the page's script reads.
std::string kind_attributes(const Figure& figure) {
  switch (figure.kind) {
    case FigureKind::kForest:
      return " data-kind=\"forest\"";
    case FigureKind::kCurves:
      return " data-kind=\"curves\" data-x=\"" +
             html_escaped(figure.numbers.columns[figure.numbers.columns.size() - 4].title) +
             "\" data-y=\"" + html_escaped(figure.y) + "\"" +
             (figure.goal.empty()
                  ? std::string()
                  : " data-goal=\"" + html_escaped(figure.goal) + "\" data-reference=\"" +
                        html_escaped(figure.reference) + "\"");
    case FigureKind::kParallel:
      return " data-kind=\"parallel\"";
    case FigureKind::kPicture:
      break;
  }
  return "";
}

// The outcome of drawing one figure: its SVG, or why there is none.
struct Drawn {
  std::string svg;     // finished_svg()
  std::string reason;  // "" where it was drawn
};

Drawn drawn(const Figure& figure, const Draw& draw) {
  if (!draw) return {"", "figures are not drawn here"};
  try {
    return {finished_svg(draw(svg_script(figure)), figure), ""};
  } catch (const Error& error) {
    return {"", error.what()};
  }
}

std::string box(const char* classes, const std::string& svg) {
  return fmt::format(
      "<div class=\"{}\" role=\"group\" tabindex=\"0\" aria-label=\"Figure\">{}</div>\n", classes,
      svg);
}

struct Writer {
  const Draw& draw;
  std::string html;

  // A section. On paper its blocks are in two columns, but for those that span the sheet. What
  // would stand alone in the columns above such a one, the heading at least, spans it too.
  void write(const Section& section) {
    const auto& blocks = section.blocks;
    html += fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n", section.id);
    const std::string heading =
        fmt::format("<h2 id=\"{}-heading\">{}</h2>\n", section.id, html_escaped(section.heading));
    for (std::size_t i = 0; i < blocks.size() || i == 0;) {
      const std::size_t first = i;
      std::size_t large = 0;
      for (; i < blocks.size() && !spans_sheet(blocks[i]); ++i)
        large += is_large(blocks[i]) ? 1 : 0;
      const bool alone = i < blocks.size() && large < 2;
      if (alone) html += "<div class=\"spans\">\n";
      if (first == 0) html += heading;
      write_columns(blocks, first, i);
      if (i < blocks.size()) std::visit(*this, blocks[i++]);
      if (alone) html += "</div>\n";
      if (blocks.empty()) break;
    }
    html += "</section>\n";
  }

  // Two blocks and more that fit half a page in a grid.
  void write_columns(const std::vector<Block>& blocks, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last;) {
      std::size_t end = i;
      while (end < last && is_half(blocks[end])) ++end;
      if (end - i < 2) {
        std::visit(*this, blocks[i++]);
        continue;
      }
      html += "<div class=\"pairs\">\n";
      for (; i < end; ++i) {
        html += "<div>\n";
        std::visit(*this, blocks[i]);
        html += "</div>\n";
      }
      html += "</div>\n";
    }
  }

  void operator()(const Paragraph& paragraph) {
    html += "<p" + tone_class(paragraph.tone) + ">" + html_escaped(paragraph.text) + "</p>\n";
  }
  void operator()(const Bullets& bullets) {
    html += "<ul" + tone_class(bullets.tone) + ">\n";
    for (const auto& item : bullets.items) html += "<li>" + html_escaped(item) + "</li>\n";
    html += "</ul>\n";
  }
  void operator()(const Listing& listing) {
    const std::string text = "<pre tabindex=\"0\">" + html_escaped(listing.text) + "</pre>\n";
    const bool is_short = listing.text.size() <= kLettersOnPaper;
    html += listing.folded ? details(listing.title, text, is_short ? " class=\"on-paper\"" : "")
                           : "<p class=\"listed\">" + html_escaped(listing.title) + "</p>\n" + text;
  }
  void operator()(const Table& table) {
    if (table.rows.size() > kUnfoldedRows) {
      fold(table);
    } else {
      html += on_sheet(table);
    }
  }
  void operator()(const FoldedTable& folded) { fold(folded.table); }
  static std::string on_sheet(const Table& table) {
    const std::string text = table_html(table);
    return spans_sheet(table) ? "<div class=\"spans\">\n" + text + "</div>\n" : text;
  }
  void fold(const Table& table) {
    html += details(fmt::format("{} ({} rows)", table.caption, table.rows.size()), on_sheet(table),
                    letters_of(table) > kLettersOnPaper ? "" : " class=\"on-paper\"");
  }
  void operator()(const Figure& figure) {
    const Drawn result = drawn(figure, draw);
    html += "<figure id=\"" + html_escaped(figure.id) + "\"" + sheet_class(figure) +
            kind_attributes(figure) + ">\n";
    if (result.reason.empty()) {
      html += box("box", result.svg);
      for (Figure narrow : figure.narrow) {
        narrow.description = figure.description;
        const Drawn small = drawn(narrow, draw);
        if (small.reason.empty()) html += box("box narrow", small.svg);
      }
    } else {
      html += "<p class=\"missing\">This figure was not drawn: " + html_escaped(result.reason) +
              ". Its numbers are below.</p>\n";
    }
    html += "<figcaption>" + html_escaped(figure.caption) + "</figcaption>\n" +
            details(figure.numbers.caption, table_html(figure.numbers)) + "</figure>\n";
  }
};

std::string meta(const char* name, const std::string& escaped) {
  return fmt::format("<meta {} content=\"{}\">\n", name, escaped);
}

std::string head(const Report& report) {
  const std::string title = html_escaped(report.title + ": " + report.opening.headline);
  const std::string answer = html_escaped(shortened(report.opening.answer, kLongestDescription));
  const std::string policy = "default-src 'none'; img-src data:; style-src " +
                             source_hash(page_style()) + "; script-src " +
                             source_hash(page_script()) + "; base-uri 'none'; form-action 'none'";
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"" +
         policy +
         "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta name=\"referrer\" content=\"no-referrer\">\n<link rel=\"icon\" href=\"data:,\">\n"
         "<title>" +
         title + "</title>\n" + meta("name=\"description\"", answer) +
         meta("property=\"og:type\"", "article") + meta("property=\"og:title\"", title) +
         meta("property=\"og:description\"", answer) + "<style>" + page_style() +
         "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n";
}

std::string navigation(const Report& report) {
  std::string html = "<nav aria-label=\"Sections\"><details><summary>Sections</summary>\n<ol>\n";
  for (const auto& section : report.sections) {
    html += "<li><a href=\"#" + section.id + "\">" + html_escaped(section.heading) + "</a></li>\n";
  }
  return html + "</ol></details></nav>\n";
}

std::string badges(const std::vector<Badge>& badges) {
  std::string html = "<ul class=\"badges\">\n";
  for (const Badge& badge : badges) {
    html += "<li><a" + badge_class(badge.tone) + " href=\"#" + badge.section + "\">" +
            html_escaped(badge.text) + "</a></li>\n";
  }
  return html + "</ul>\n";
}

std::string opening(const Report& report, Writer& writer) {
  const Opening& opening = report.opening;
  std::string html = "<header><h1>" + html_escaped(report.title) + "</h1>\n<p class=\"note\">" +
                     html_escaped(report.subtitle) + "</p>\n" + navigation(report) +
                     "</header>\n<main id=\"main\">\n<section class=\"opening\" "
                     "aria-label=\"The answer\">\n<p class=\"answer\">" +
                     html_escaped(opening.answer) + "</p>\n" + badges(opening.badges) +
                     "<div class=\"pair\">\n";
  if (opening.table) {
    writer.html = "<div>\n";
    writer(*opening.table);
    html += writer.html + "</div>\n";
  }
  writer.html.clear();
  if (opening.figure) writer(*opening.figure);
  html += writer.html +
          "</div>\n</section>\n<div class=\"sheet\">\n<section class=\"verdict\" "
          "aria-label=\"How it was decided\">\n";
  writer.html.clear();
  for (const auto& sentence : report.verdict) html += "<p>" + html_escaped(sentence) + "</p>\n";
  html += "</section>\n";
  if (!report.warnings.empty()) {
    html += fmt::format(
        "<section id=\"{}\" class=\"warnings\" aria-label=\"Warnings\"><h2>Warnings</h2><ul>\n",
        kWarningsId);
    for (const auto& warning : report.warnings) {
      html += "<li>" + html_escaped(warning) + "</li>\n";
    }
    html += "</ul></section>\n";
  }
  return html;
}

}  // namespace

std::string html_page(const Report& report, const Draw& draw) {
  Writer writer{draw, ""};
  writer.html = head(report) + opening(report, writer);
  for (const auto& section : report.sections) writer.write(section);
  writer.html +=
      "</div>\n</main>\n<footer><p>Made by polysweep from the results database; nothing on this "
      "page is loaded from elsewhere.</p></footer>\n<script>" +
      page_script() + "</script>\n</body>\n</html>\n";
  return std::move(writer.html);
}

}  // namespace polysweep
