// The report of one sweep, as plain values: built once, rendered by every face.
//
// A report states what the data support and names what is missing. Its order is
// fixed: verdict, ledger, audit of fairness, comparison, effects, one factor off,
// heat maps, orders, convergence, learning curves, other metrics, cells, raw
// values, provenance.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reports/document/table.h"
#include "reports/figures/figure.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct Paragraph {
  std::string text;
  Tone tone = Tone::kPlain;  // kBad, kHole: a warning; kMuted: small print
};
struct Bullets {
  std::vector<std::string> items;
  Tone tone = Tone::kPlain;
};
// Text shown as it is: a command, a file.
struct Listing {
  std::string title;
  std::string text;
  bool folded = false;
};
// A table that is long: folded until opened.
struct FoldedTable {
  Table table;
};

using Block = std::variant<Paragraph, Bullets, Listing, Table, FoldedTable, Figure>;

struct Section {
  std::string id;  // letters, digits and '-'
  std::string heading;
  std::vector<Block> blocks;
};

struct Report {
  std::string title;
  std::string subtitle;               // experiment, when it was planned, counts
  std::vector<std::string> verdict;   // the sentences at the top
  std::vector<std::string> warnings;  // unfair comparisons and holes, at the top
  std::vector<Section> sections;
};

struct ReportOptions {
  double confidence = 0.95;
  double alpha = 0.05;
  double power = 0.8;
  std::uint64_t bootstrap_seed = 1;
  int bootstrap_samples = 10000;
  // The curve that convergence is measured on; "": see converge().
  std::string convergence_metric;
  // The cell from which one factor is changed, as find_cells() reads it; "": the
  // best complete one.
  std::string reference;
  // The declared family: cells as find_cells() reads them; empty: all that have a
  // baseline. A report says at the top that it was narrowed.
  std::vector<std::string> family;
  // The command that makes this report again; "" leaves it out.
  std::string command;
};

// Throws Error for options that check_options() refuses, and for a reference that
// is no cell.
Report build_report(const SweepResults& results, const ReportOptions& options = {});

// Throws Error for a confidence, alpha or power that is not between 0 and 1.
void check_options(const ReportOptions& options);

// Files that a page refers to, which stand in a folder beside it.
struct PageParts {
  std::string folder = "report-parts";       // its name: letters, digits, '-', '_' and '.'
  std::map<std::string, std::string> files;  // name -> content
};

// A report as one text. `face` is a name of face_names(): "html" is one page
// with no need of a network, "markdown" is GitHub's, "text" is for a terminal,
// "latex" a document whose tables and figures become `parts` (nullptr: they are
// lost). `draw` is used by faces that show figures; where it is empty or throws
// Error, the page says why the figure is not drawn and shows its numbers.
// Throws Error for an unknown face.
std::string render_report(const Report& report, std::string_view face, const Draw& draw = {},
                          PageParts* parts = nullptr);
std::vector<std::string> face_names();

// The face "text", for a terminal of `width` columns (else 100). Files and commands
// are shown as they are, however long their lines.
std::string text_report(const Report& report, std::size_t width);

}  // namespace polysweep
