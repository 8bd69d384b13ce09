// polysweep ablate: the effect of changing one factor at a time.
#include "cli/commands/command_table.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/figure_files.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

void declare_ablate(CommandOptions& options) {
  declare_analysis(options);
  options.shown.add_options()("reference", po::value<std::string>()->value_name("CELL"),
                              "reference cell (default: the best complete cell)");
  options.argument("sweep");
}

Json json_rows(const SweepAnalysis& analysis, const Ablation& ablation) {
  Json rows = Json::array();
  for (const OneFactorChange& row : ablation.rows) {
    rows.push_back({{"cell", cell_json(analysis, row.cell)},
                    {"factor", row.factor},
                    {"change", row.change},
                    {"pairs", row.pairs},
                    {"planned_pairs", row.planned},
                    {"difference", number_or_null(row.difference)},
                    {"t_interval", interval_json(row.interval)}});
  }
  return rows;
}

int run_ablate(const po::variables_map& given) {
  const AnalysedSweep source(given);
  const SweepAnalysis& analysis = source.analysis();
  const std::optional<Ablation> ablation = analysis.ablation();
  if (!ablation) fail("no cell is complete: choose one with --reference");
  if (given["json"].as<bool>()) {
    Json out = head_json(analysis, analysis.results.primary);
    out["reference"] = cell_json(analysis, ablation->reference);
    out["reference_was_chosen"] = ablation->chosen;
    out["changes"] = json_rows(analysis, *ablation);
    print_json(out);
  } else {
    print_table(one_factor_table(analysis, *ablation));
  }
  const auto figure = one_factor_figure(analysis, *ablation);
  write_figures(given, figure ? std::vector<Figure>{*figure} : std::vector<Figure>{});
  return kExitComplete;
}

}  // namespace

const Command kAblateCommand = {
    "ablate",
    "Shows the effect of changing one factor at a time from a reference cell",
    "[SWEEP] [--reference CELL] [--metric NAME] [--out FILE] [--json]",
    "  polysweep ablate my_sweep --reference lr=0.01,layers=2 --out ablation.pdf",
    declare_ablate,
    run_ablate,
};

}  // namespace polysweep
