// The report for a terminal, without colour.
#include <algorithm>

#include "reports/render/render_report.h"
#include "reports/render/report_format.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kUsualWidth = 100;

struct Writer {
  std::size_t width = kUsualWidth;
  std::string text;

  // Lines after the first are aligned with its first letter.
  void wrap(const std::string& first, const std::string& paragraph) {
    std::string before = first;
    for (const auto& line : wrapped_lines(terminal_escaped(paragraph), width - first.size())) {
      text += before + line + "\n";
      before = std::string(first.size(), ' ');
    }
  }

  void operator()(const Paragraph& paragraph) {
    wrap("", paragraph.text);
    text += "\n";
  }
  void operator()(const Bullets& bullets) {
    for (const auto& item : bullets.items) wrap("* ", item);
    text += "\n";
  }
  void operator()(const Listing& listing) {
    text += terminal_escaped(listing.title) + ":\n\n" + clean_text(listing.text) + "\n\n";
  }
  void operator()(const Table& table) { text += table_text(table, width, false) + "\n"; }
  void operator()(const FoldedTable& folded) { (*this)(folded.table); }
  void operator()(const Figure& figure) {
    wrap("", "(figure, drawn in the HTML report: " + figure.caption + ")");
    text += "\n";
  }
};

}  // namespace

std::string text_page(const Report& report, const Draw&) {
  return text_report(report, kUsualWidth);
}

std::string text_report(const Report& report, std::size_t width) {
  Writer writer{std::max<std::size_t>(width, 20), ""};
  writer.text = terminal_escaped(report.title) + "\n";
  writer(Paragraph{report.subtitle, Tone::kPlain});
  writer(Paragraph{report.opening.answer, Tone::kPlain});
  writer(Paragraph{badges_text(report.opening.badges), Tone::kPlain});
  if (report.opening.table) writer(*report.opening.table);
  if (report.opening.figure) writer(*report.opening.figure);
  for (const auto& sentence : report.verdict) writer(Paragraph{sentence, Tone::kPlain});
  writer(Bullets{report.warnings, Tone::kBad});
  for (const auto& section : report.sections) {
    const std::string heading = terminal_escaped(section.heading);
    writer.text += heading + "\n" + std::string(text_length(heading), '=') + "\n\n";
    for (const auto& block : section.blocks) std::visit(writer, block);
  }
  return std::move(writer.text);
}

}  // namespace polysweep
