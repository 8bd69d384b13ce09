// The report for a terminal of 100 columns, without colour.
#include "reports/escaping.h"
#include "reports/face.h"

namespace polysweep {
namespace {

constexpr std::size_t kWidth = 100;

struct Writer {
  std::string text;

  void operator()(const Paragraph& paragraph) { text += terminal_escaped(paragraph.text) + "\n\n"; }
  void operator()(const Bullets& bullets) {
    for (const auto& item : bullets.items) text += "* " + terminal_escaped(item) + "\n";
    text += "\n";
  }
  void operator()(const Listing& listing) {
    text += terminal_escaped(listing.title) + ":\n\n" + clean_text(listing.text) + "\n\n";
  }
  void operator()(const Table& table) { text += table_text(table, kWidth, false) + "\n"; }
  void operator()(const FoldedTable& folded) { (*this)(folded.table); }
  void operator()(const Figure& figure) {
    text += "(figure, drawn in the HTML report: " + terminal_escaped(figure.caption) + ")\n\n";
  }
};

}  // namespace

std::string text_page(const Report& report, const Draw&) {
  Writer writer;
  writer.text = terminal_escaped(report.title) + "\n" + terminal_escaped(report.subtitle) + "\n\n";
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
