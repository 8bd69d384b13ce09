// polysweep ablate: what changes where one factor does.
#include "cli/commands/command_table.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/figure_files.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

void declare(CommandOptions& options) {
  declare_analysis(options);
  options.shown.add_options()("reference", po::value<std::string>()->value_name("CELL"),
                              "the cell to change (default: the best complete one)");
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

int run(const po::variables_map& given) {
  const std::vector<std::string> words = texts_of(given, "sweep");
  const AnalysedSweep source(given, words.empty() ? "" : words[0]);
  const SweepAnalysis& analysis = source.analysis();
  const std::optional<Ablation> ablation = analysis.ablation();
  if (!ablation) fail("no cell is complete: name one with --reference");
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
    "Changes one factor at a time from a reference cell: what each change is worth",
    "[SWEEP] [--reference CELL] [--metric NAME] [--figure FILE] [--json]",
    "  polysweep ablate demo --reference encoding=rope,dimension=64 --figure ablation.pdf",
    declare,
    run,
};

}  // namespace polysweep
