// The report as GitHub's Markdown. Of a figure there is the caption.
#include "reports/render/report_format.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

// A fence longer than any run of backticks within.
std::string fenced(const std::string& text) {
  const std::string clean = clean_text(text);
  std::size_t longest = 0;
  std::size_t run = 0;
  for (char c : clean) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
  return fence + "\n" + clean + (clean.ends_with('\n') ? "" : "\n") + fence + "\n\n";
}

struct Writer {
  std::string text;

  void operator()(const Paragraph& paragraph) { text += markdown_escaped(paragraph.text) + "\n\n"; }
  void operator()(const Bullets& bullets) {
    for (const auto& item : bullets.items) text += "- " + markdown_escaped(item) + "\n";
    text += "\n";
  }
  void operator()(const Listing& listing) {
    text += markdown_escaped(listing.title) + ":\n\n" + fenced(listing.text);
  }
  void operator()(const Table& table) { text += table_markdown(table) + "\n"; }
  void operator()(const FoldedTable& folded) { (*this)(folded.table); }
  // Its numbers are in the tables; the points of a curve are too many for a page of text.
  void operator()(const Figure& figure) {
    text += "*Figure, drawn in the HTML report: " + markdown_escaped(figure.caption) + "*\n\n";
  }
};

}  // namespace

std::string markdown_page(const Report& report, const Draw&) {
  Writer writer;
  writer.text = "# " + markdown_escaped(report.title) + "\n\n";
  writer.text += markdown_escaped(report.subtitle) + "\n\n";
  writer.text += "**" + markdown_escaped(report.opening.answer) + "**\n\n";
  writer.text += markdown_escaped(badges_text(report.opening.badges)) + "\n\n";
  if (report.opening.table) writer(*report.opening.table);
  if (report.opening.figure) writer(*report.opening.figure);
  for (const auto& sentence : report.verdict) writer(Paragraph{sentence, Tone::kPlain});
  if (!report.warnings.empty()) {
    writer.text += "Warnings:\n\n";
    writer(Bullets{report.warnings, Tone::kBad});
  }
  for (const auto& section : report.sections) {
    writer.text += "## " + markdown_escaped(section.heading) + "\n\n";
    for (const auto& block : section.blocks) std::visit(writer, block);
  }
  while (writer.text.ends_with("\n\n")) writer.text.pop_back();
  return std::move(writer.text);
}

}  // namespace polysweep
