// polysweep compare: two cells, or all cells with the baseline, paired by replicate.
#include "cli/commands/command_table.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/figure_files.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

void declare_compare(CommandOptions& options) {
  declare_analysis(options);
  declare_family(options);
  options.argument("sweep");
  options.argument("cells", true);
}

Json json_row(const SweepAnalysis& analysis, const CellComparison& row) {
  Json json = {{"cell", cell_json(analysis, row.cell)},
               {"baseline", cell_json(analysis, row.baseline)},
               {"verdict", verdict_name(row.verdict)},
               {"reason", row.reason},
               {"pairs", row.pairs.size()},
               {"planned_pairs", row.planned},
               {"difference", number_or_null(row.mean)},
               {"t_interval", interval_json(row.interval)},
               {"bootstrap_interval", interval_json(row.bootstrap)}};
  const bool known = row.mean.has_value();
  json["p"] = known ? Json(row.p) : Json(nullptr);
  json["p_is_exact"] = row.exact;
  json["holm_p"] = known ? Json(row.holm_p) : Json(nullptr);
  json["smallest_p"] = row.smallest_p;
  json["superiority"] = number_or_null(row.superiority);
  json["effect_size"] = number_or_null(row.effect_size);
  const auto floor = more_pairs_for_floor(row);
  json["more_pairs_for_floor"] = floor ? Json(*floor) : Json(nullptr);
  json["pairs_for_effect"] = row.pairs_for_effect ? Json(*row.pairs_for_effect) : Json(nullptr);
  json["missing"] = row.missing;
  for (const Pair& pair : row.pairs) {
    json["values"].push_back(
        {{"replicate", pair.replicate}, {"cell", pair.value}, {"baseline", pair.baseline}});
  }
  return json;
}

void print(const SweepAnalysis& analysis, bool json) {
  if (!json) {
    print_table(comparison_table(analysis));
    return;
  }
  Json out = head_json(analysis, analysis.comparison().metric);
  out["alpha"] = analysis.options.alpha;
  out["family"] = analysis.comparison().family;
  out["comparisons"] = Json::array();
  for (const auto& row : analysis.comparison().rows) {
    out["comparisons"].push_back(json_row(analysis, row));
  }
  print_json(out);
}

int run_compare(const po::variables_map& given) {
  const std::vector<std::string> cells = texts_of(given, "cells");
  if (!cells.empty() && cells.size() != 2) {
    fail("expected a sweep and either no cells or two, for example my_sweep lr=0.1 lr=0.01");
  }
  if (!cells.empty() && given.count("family") > 0) {
    fail("two cells are a family of their own: give either two cells or --family");
  }
  AnalysedSweep source(given);
  if (!cells.empty()) source.rebase(cells[0], cells[1]);
  const SweepAnalysis& analysis = source.analysis();
  if (analysis.comparison().rows.empty()) {
    fail("no cell of the sweep has a baseline: name the two cells to compare");
  }
  print(analysis, given["json"].as<bool>());
  write_figures(given, comparison_figures(analysis));
  return kExitComplete;
}

}  // namespace

const Command kCompareCommand = {
    "compare",
    "Compares cells paired by replicate: difference, interval, exact p, Holm, verdict",
    "[SWEEP [A B]] [--metric NAME] [--family CELLS] [--out FILE] [--json]",
    "  polysweep compare my_sweep\n"
    "  polysweep compare my_sweep lr=0.1 lr=0.01 --out lr.svg",
    declare_compare,
    run_compare,
};

}  // namespace polysweep
