// polysweep convergence: how soon runs get where the baseline's runs get.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "cli/commands/command_table.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/figure_files.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

void declare_convergence(CommandOptions& options) {
  declare_analysis(options);
  options.shown.add_options()(
      "target", po::value<std::vector<std::string>>()->value_name("VALUE"),
      "a value of the metric, or a share of the baseline's improvement as 90%, instead of the "
      "ladder 25, 50, 75, 90, 100% (may be repeated)");
  options.argument("sweep");
}

ConvergenceTarget target_of(const std::string& text) {
  const bool is_share = text.ends_with('%');
  const std::string number = is_share ? text.substr(0, text.size() - 1) : text;
  double value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool complete = read.ec == std::errc() && read.ptr == number.data() + number.size();
  if (!complete || !std::isfinite(value) || (is_share && (value <= 0 || value > 1000))) {
    fail(
        "--target {}: expected a value of the metric, such as 2.5, or a share of the baseline's "
        "improvement above 0%, such as 90%",
        in_quotes(text));
  }
  if (is_share) return {value / 100, 0};
  return {std::nullopt, value};
}

Json json_baseline(const SweepAnalysis& analysis, const Convergence& convergence,
                   const ConvergenceBaseline& baseline) {
  Json targets = Json::array();
  for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
    targets.push_back({{"target", target_name(convergence.targets[t])},
                       {"value", number_or_null(baseline.targets[t])}});
  }
  return {{"cell", cell_json(analysis, baseline.cell)},
          {"runs", baseline.runs},
          {"start", number_or_null(baseline.start)},
          {"best", number_or_null(baseline.best)},
          {"reason", baseline.reason},
          {"targets", targets}};
}

Json json_run(const SweepAnalysis& analysis, const Convergence& convergence,
              const ConvergenceRow& row, const ConvergenceRun& run) {
  const TrialResult& trial = analysis.results.trials[run.trial];
  Json spent = Json::array();
  for (std::size_t c = 0; c < convergence.counters.size(); ++c) {
    for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
      if (!convergence.baseline_of(row).targets[t]) continue;
      const Spending& range = run.spendings[c][t];
      spent.push_back({{"counter", clean_text(convergence.counters[c].name)},
                       {"target", target_name(convergence.targets[t])},
                       {"more_than", number_or_null(range.low)},
                       {"at_most", number_or_null(range.high)}});
    }
  }
  return {{"trial", trial.id.brief()},
          {"replicate", trial.replicate},
          {"diverged", run.diverged},
          {"best", number_or_null(run.best)},
          {"spent", spent}};
}

Json json_ratio(const SpeedRatio& ratio) {
  return {{"statistic", ratio.ratio ? "geometric mean" : "median"},
          {"pairs", ratio.pairs},
          {"cell_never", ratio.cell_never},
          {"baseline_never", ratio.baseline_never},
          {"ratio", number_or_null(ratio.ratio)},
          {"bounds", interval_json(ratio.bounds)},
          {"interval", interval_json(ratio.interval)}};
}

Json json_row(const SweepAnalysis& analysis, const Convergence& convergence,
              const ConvergenceRow& row) {
  Json runs = Json::array();
  for (const ConvergenceRun& run : row.runs) {
    runs.push_back(json_run(analysis, convergence, row, run));
  }
  Json ratios = Json::array();
  for (std::size_t c = 0; c < row.ratios.size(); ++c) {
    for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
      if (!row.ratios[c][t]) continue;
      Json ratio = {{"counter", clean_text(convergence.counters[c].name)},
                    {"target", target_name(convergence.targets[t])}};
      ratio.update(json_ratio(*row.ratios[c][t]));
      ratios.push_back(ratio);
    }
  }
  return {{"cell", cell_json(analysis, row.cell)},
          {"baseline", cell_json(analysis, convergence.baseline_of(row).cell)},
          {"planned", row.planned},
          {"reached", row.reached},
          {"ratios", ratios},
          {"runs", runs}};
}

int run_convergence(const po::variables_map& given) {
  const AnalysedSweep source(given);
  const SweepAnalysis& analysis = source.analysis();
  ConvergenceOptions options;
  options.metric = text_or(given, "metric", "");
  options.confidence = analysis.confidence;
  if (given.count("target") > 0) options.targets.clear();
  for (const auto& text : texts_of(given, "target")) options.targets.push_back(target_of(text));
  const auto convergence = converge(analysis.results, options);
  if (!convergence) {
    fail(
        "nothing to compare: expected a baseline, and a metric that was reported at more than one "
        "step");
  }
  if (given["json"].as<bool>()) {
    Json out = head_json(analysis, convergence->metric);
    out["counters"] = Json::array();
    for (const auto& counter : convergence->counters) {
      out["counters"].push_back(
          {{"counter", clean_text(counter.name)}, {"unit", clean_text(counter.unit)}});
    }
    out["baselines"] = Json::array();
    for (const auto& baseline : convergence->baselines) {
      out["baselines"].push_back(json_baseline(analysis, *convergence, baseline));
    }
    out["cells"] = Json::array();
    for (const auto& row : convergence->rows) {
      out["cells"].push_back(json_row(analysis, *convergence, row));
    }
    print_json(out);
  } else {
    bool is_first = true;
    for (const Table& table : convergence_tables(analysis, *convergence)) {
      if (!std::exchange(is_first, false)) fmt::print("\n");
      print_table(table);
    }
  }
  write_figures(given, convergence_figures(analysis, *convergence));
  return kExitComplete;
}

}  // namespace

const Command kConvergenceCommand = {
    "convergence",
    "Compares how soon runs reach a ladder of targets, in steps, tokens and seconds",
    "[SWEEP] [--metric NAME] [--target VALUE ...] [--out FILE] [--json]",
    "  polysweep convergence my_sweep --metric loss --out convergence.svg",
    declare_convergence,
    run_convergence,
};

}  // namespace polysweep
