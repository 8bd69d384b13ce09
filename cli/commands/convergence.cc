// polysweep convergence: when each run reaches the baseline's best value.
#include "cli/commands/command_table.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/figure_files.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

void declare_convergence(CommandOptions& options) {
  declare_analysis(options);
  options.argument("sweep");
}

Json json_row(const SweepAnalysis& analysis, const ConvergenceRow& row) {
  Json runs = Json::array();
  for (const ConvergenceRun& run : row.runs) {
    const TrialResult& trial = analysis.results.trials[run.trial];
    runs.push_back({{"trial", trial.id.brief()},
                    {"replicate", trial.replicate},
                    {"step", number_or_null(run.step)},
                    {"censored", !run.step},
                    {"note", run.note}});
  }
  return {{"cell", cell_json(analysis, row.cell)},
          {"baseline", cell_json(analysis, row.baseline)},
          {"target", number_or_null(row.target)},
          {"planned", row.planned},
          {"reached", row.reached},
          {"pairs", row.pairs},
          {"ratio", number_or_null(row.ratio)},
          {"t_interval", interval_json(row.interval)},
          {"runs", runs}};
}

int run_convergence(const po::variables_map& given) {
  const AnalysedSweep source(given);
  const SweepAnalysis& analysis = source.analysis();
  const auto convergence =
      converge(analysis.results, text_or(given, "metric", ""), analysis.confidence);
  if (!convergence) {
    fail(
        "nothing to compare: expected a baseline, and a metric that was reported at more than one "
        "step");
  }
  if (given["json"].as<bool>()) {
    Json out = head_json(analysis, convergence->metric);
    out["cells"] = Json::array();
    for (const auto& row : convergence->rows) out["cells"].push_back(json_row(analysis, row));
    print_json(out);
  } else {
    print_table(convergence_table(analysis, *convergence));
  }
  const auto figure = convergence_figure(analysis, *convergence);
  write_figures(given, figure ? std::vector<Figure>{*figure} : std::vector<Figure>{});
  return kExitComplete;
}

}  // namespace

const Command kConvergenceCommand = {
    "convergence",
    "Counts the steps until runs reach the baseline's median best value; the others are censored",
    "[SWEEP] [--metric NAME] [--out FILE] [--json]",
    "  polysweep convergence my_sweep --metric loss --out convergence.svg",
    declare_convergence,
    run_convergence,
};

}  // namespace polysweep
