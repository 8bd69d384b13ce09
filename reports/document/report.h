// The report of one sweep, as plain values: built once, rendered in every format.
//
// A report states what the data support and names what is missing. Its order is
// fixed: opening, verdict, search, ledger, audit of fairness, comparison, effects, one factor at a
// time, factor pairs, factor curves, convergence, learning curves, other metrics,
// cells, trials, provenance.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reports/figures/figure.h"
#include "reports/text/table.h"

namespace polysweep {

struct Paragraph {
  std::string text;
  Tone tone = Tone::kPlain;  // kBad, kMissing: a warning; kMuted: a note
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

// One thing that a reader checks before he believes the answer; kGood where nothing is to
// be said.
struct Badge {
  std::string text;
  Tone tone = Tone::kGood;
  std::string section;  // the id of the section that has the details; kWarningsId too
};
inline constexpr const char* kWarningsId = "warnings";

// What a reader has after ten seconds.
struct Opening {
  std::string headline;  // the foremost finding in a few words, for the page's title
  std::string answer;    // one sentence
  std::optional<Table> table;
  std::optional<Figure> figure;
  std::vector<Badge> badges;
};

struct Report {
  std::string title;
  std::string subtitle;  // experiment, when it was planned, counts
  Opening opening;
  std::vector<std::string> verdict;   // how it was decided, and what could be
  std::vector<std::string> warnings;  // unfair comparisons and missing values, at the top
  std::vector<Section> sections;
};

}  // namespace polysweep
