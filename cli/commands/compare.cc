// polysweep compare: two cells, or all cells with the baseline, paired by replicate.
#include <algorithm>

#include "cli/commands/command_table.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/figure_files.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "reports/document/verdict_words.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

void declare_compare(CommandOptions& options) {
  declare_analysis(options);
  declare_rule(options);
  options.shown.add_options()("all", po::bool_switch(), "show all comparisons of a large sweep");
  options.argument("sweep");
  options.argument("cells", true);
}

Json json_row(const SweepAnalysis& analysis, const CellComparison& row) {
  Json json = {{"cell", cell_json(analysis, row.cell)},
               {"baseline", cell_json(analysis, row.baseline)},
               {"verdict", verdict_name(row.verdict)},
               {"words", clean_text(verdict_text(analysis, row))},
               {"reason", row.reason},
               {"pairs", row.pairs.size()},
               {"planned_pairs", row.planned},
               {"difference", number_or_null(row.mean)},
               {"t_interval", interval_json(row.interval)},
               {"compatible_with", interval_json(row.compatible)},
               {"bootstrap_interval", interval_json(row.bootstrap)}};
  const bool known = row.mean.has_value();
  const auto p_or_null = [&](double p) { return known ? Json(p) : Json(nullptr); };
  json["p"] = p_or_null(row.p);
  json["own_p"] = p_or_null(row.own_p);
  json["test_p"] = p_or_null(row.test_p);
  json["holm_p"] = p_or_null(row.holm_p);
  json["fitted_difference"] = number_or_null(row.fitted);
  json["exact_p"] = p_or_null(row.exact.p);
  json["exact_p_is_exact"] = row.exact.exact;
  json["exact_holm_p"] = p_or_null(row.exact.holm_p);
  json["smallest_exact_p"] = row.exact.smallest_p;
  if (analysis.rule.smallest_difference) {
    json["equivalence_p"] = p_or_null(row.equivalence_p);
    json["within_smallest_difference"] = row.within_smallest;
  }
  json["superiority"] = number_or_null(row.superiority);
  json["effect_size"] = number_or_null(row.effect_size);
  json["detectable_difference"] = number_or_null(row.detectable);
  json["missing"] = row.missing;
  for (const Pair& pair : row.pairs) {
    json["values"].push_back(
        {{"replicate", pair.replicate}, {"cell", pair.value}, {"baseline", pair.baseline}});
  }
  return json;
}

constexpr std::size_t kRowsShown = 100;
constexpr const char* kChosenCells =
    "These cells were chosen by name: p is that of so few comparisons, and valid only if they were "
    "chosen before the results were seen.";

// Which cell each row is compared with: it is not the sweep's baseline.
void name_baselines(const SweepAnalysis& analysis, Table& table) {
  const auto& rows = analysis.comparison().rows;
  if (table.rows.size() != rows.size()) return;
  table.columns.insert(table.columns.begin() + 1, {"compared with", Align::kLeft, ""});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string& label = analysis.labels.cells[rows[i].baseline].label;
    table.rows[i].insert(table.rows[i].begin() + 1, TableCell(label));
  }
}

struct Printed {
  bool json = false;
  bool all = false;    // rows
  bool named = false;  // two cells were named
};

void print(const SweepAnalysis& analysis, const Printed& printed) {
  if (!printed.json) {
    Table table = printed.all || printed.named ? comparison_table(analysis)
                                               : comparison_table(analysis, kRowsShown);
    if (printed.named) name_baselines(analysis, table);
    for (std::string& note : later_choices(analysis)) table.notes.push_back(std::move(note));
    if (printed.named) table.notes.emplace_back(kChosenCells);
    print_table(table);
    return;
  }
  Json out = head_json(analysis, analysis.comparison().metric);
  const Comparison& comparison = analysis.comparison();
  out["test"] = comparison_test_name(analysis.rule.test);
  out["alpha"] = analysis.rule.alpha;
  out["smallest_difference"] = number_or_null(analysis.rule.smallest_difference);
  out["family"] = comparison.family;
  const auto count_or_null = [](const std::optional<std::size_t>& count) {
    return count ? Json(*count) : Json(nullptr);
  };
  out["pairs_for_exact"] = count_or_null(comparison.pairs_for_exact);
  out["replicates_wanted"] = count_or_null(comparison.replicates_wanted);
  out["error_sd"] = comparison.error.error_sd;
  out["error_degrees"] = comparison.error.degrees;
  out["spread_p"] = comparison.spread_p;
  out["notes"] = Json::array();
  for (const std::string& note : later_choices(analysis)) out["notes"].push_back(note);
  for (const std::string& note : guard_rails(analysis)) out["notes"].push_back(clean_text(note));
  if (printed.named) out["notes"].push_back(kChosenCells);
  out["comparisons"] = Json::array();
  for (const auto& row : analysis.comparison().rows) {
    out["comparisons"].push_back(json_row(analysis, row));
  }
  print_json(out);
}

// Whether every comparison shown has a value of both cells for every replicate.
bool has_all_pairs(const SweepAnalysis& analysis) {
  const auto& rows = analysis.comparison().rows;
  return std::all_of(rows.begin(), rows.end(), [](const CellComparison& row) {
    return row.missing.empty() && row.pairs.size() == row.planned;
  });
}

int run_compare(const po::variables_map& given) {
  const std::vector<std::string> cells = texts_of(given, "cells");
  if (!cells.empty() && cells.size() != 2) {
    fail("expected a sweep and either no cells or two, for example my_sweep lr=0.1 lr=0.01");
  }
  const bool code = !cells.empty() && cells[0].starts_with("code=");
  if (!cells.empty() && !code && given.count("family") > 0) {
    fail("two cells are a family of their own: give either two cells or --family");
  }
  Printed printed{given["json"].as<bool>(), given["all"].as<bool>(), !cells.empty()};
  const bool all = printed.json || printed.all || printed.named || given.count("out") > 0;
  AnalysedSweep source = all ? AnalysedSweep(given, cells) : AnalysedSweep(given, kRowsShown);
  if (source.compares_code()) {
    printed.named = false;
  } else if (!cells.empty()) {
    source.rebase(cells[0], cells[1]);
  }
  const SweepAnalysis& analysis = source.analysis();
  if (analysis.comparison().rows.empty()) {
    fail("no cell of the sweep has a baseline: name the two cells to compare");
  }
  print(analysis, printed);
  if (given.count("out") > 0) write_figures(given, comparison_figures(analysis));
  return has_all_pairs(analysis) ? kExitComplete : kExitMissing;
}

}  // namespace

const Command kCompareCommand = {
    "compare",
    "Compares cells, or two versions of the code, paired by replicate: difference, interval, p, "
    "verdict; exit status 1 while values are missing",
    "[SWEEP [A B | code=A code=B]] [--metric NAME] [--family CELLS] [--out FILE] [--all | --json]",
    "  polysweep compare my_sweep\n"
    "  polysweep compare my_sweep lr=0.1 lr=0.01 --out lr.svg\n"
    "  polysweep compare my_sweep code=6c58 code=9ab0",
    declare_compare,
    run_compare,
};

}  // namespace polysweep
