// The report as LaTeX: a document that compiles with a stock TeX Live, its tables
// and figures in files of their own that a paper can take one by one.
#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "reports/render/latex_text.h"
#include "reports/render/report_format.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostRows = 200;  // of a table on paper
constexpr double kLineWidth_px = 1260;  // of the landscape page, at 120 px an inch
constexpr double kPageHeight_px = 740;

constexpr const char* kPreamble =
    "\\documentclass[10pt]{article}\n"
    "\\usepackage[utf8]{inputenc}\n"
    "\\usepackage[a4paper,landscape,margin=15mm]{geometry}\n"
    "\\usepackage{booktabs}\n\\usepackage{longtable}\n\\usepackage{graphicx}\n"
    "\\setlength{\\parindent}{0pt}\\setlength{\\parskip}{4pt}\\sloppy\n"
    "\\begin{document}\n";

struct Writer {
  const Draw& draw;
  PageParts& parts;
  std::string text;

  void operator()(const Paragraph& paragraph) {
    const std::string escaped = latex_escaped(paragraph.text);
    text += paragraph.tone == Tone::kBad || paragraph.tone == Tone::kMissing
                ? "\\emph{" + escaped + "}\n\n"
                : escaped + "\n\n";
  }
  void operator()(const Bullets& bullets) {
    if (bullets.items.empty()) return;
    text += "\\begin{itemize}\n";
    for (const auto& item : bullets.items) text += "\\item " + latex_escaped(item) + "\n";
    text += "\\end{itemize}\n";
  }
  void operator()(const Listing& listing) {
    text += "\\textbf{" + latex_escaped(listing.title) + "}\n\n" + latex_listing(listing.text);
  }
  void operator()(const Table& table) {
    if (table.rows.size() > kMostRows) {
      text += latex_escaped(fmt::format("{}: {} rows, in the HTML report and the database.",
                                        table.caption, table.rows.size())) +
              "\n\n";
      return;
    }
    parts.files[table.id + ".tex"] = table_latex(table);
    text += "\\input{" + parts.folder + "/" + table.id + "}\n";
  }
  void operator()(const FoldedTable& folded) { (*this)(folded.table); }
  void operator()(const Figure& figure) {
    std::string reason = "figures are not drawn here";
    if (draw) {
      try {
        parts.files[figure.id + ".pdf"] = finished_pdf(draw(pdf_script(figure)), figure);
        reason.clear();
      } catch (const Error& error) {
        reason = error.what();
      }
    }
    const std::string caption = latex_escaped(figure.caption);
    if (!reason.empty()) {
      text +=
          "\\emph{This figure was not drawn: " + latex_escaped(reason) + ".} " + caption + "\n\n";
      return;
    }
    const double share = std::min({1.0, figure.width / kLineWidth_px,
                                   kPageHeight_px / figure.height * figure.width / kLineWidth_px});
    parts.files[figure.id + ".tex"] = fmt::format(
        "\\begin{{figure}}[htbp]\n\\centering\n"
        "\\includegraphics[width={:.3f}\\linewidth]{{{}/{}.pdf}}\n"
        "\\caption{{{}}}\\label{{fig:{}}}\n\\end{{figure}}\n",
        share, parts.folder, figure.id, caption, figure.id);
    text += "\\input{" + parts.folder + "/" + figure.id + "}\n";
  }
};

}  // namespace

std::string latex_page(const Report& report, const Draw& draw, PageParts& parts) {
  Writer writer{draw, parts, ""};
  writer.text =
      "% Made by polysweep. Compiles with pdflatex of a stock TeX Live. The tables and\n"
      "% figures are in " +
      parts.folder + "/ and can be used one by one with \\input.\n" + kPreamble + "\\section*{" +
      latex_escaped(report.title) + "}\n" + latex_escaped(report.subtitle) +
      "\n\n\\begin{quote}\\large\n" + latex_escaped(report.opening.answer) + "\n\\end{quote}\n" +
      latex_escaped(badges_text(report.opening.badges)) + "\n\n";
  if (report.opening.table) writer(*report.opening.table);
  if (report.opening.figure) writer(*report.opening.figure);
  for (const auto& sentence : report.verdict) writer(Paragraph{sentence, Tone::kPlain});
  writer(Bullets{report.warnings, Tone::kBad});
  for (const auto& section : report.sections) {
    writer.text += "\n\\clearpage\n\\section*{" + latex_escaped(section.heading) + "}\n";
    for (const auto& block : section.blocks) std::visit(writer, block);
  }
  writer.text += "\\end{document}\n";
  return std::move(writer.text);
}

}  // namespace polysweep
