// polysweep compare: one comparison, or all with the baseline, paired by replicate.
#include "cli/shared/command.h"
#include "cli/shared/sweep_study.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

void declare(CommandOptions& options) {
  declare_study(options);
  declare_family(options);
  options.word("sweep");
  options.word("cells", true);
}

Json json_row(const Study& study, const CellComparison& row) {
  Json json = {{"cell", json_cell(study, row.cell)},
               {"baseline", json_cell(study, row.baseline)},
               {"verdict", verdict_name(row.verdict)},
               {"reason", row.reason},
               {"pairs", row.pairs.size()},
               {"planned_pairs", row.planned},
               {"difference", json_number(row.mean)},
               {"t_interval", json_interval(row.interval)},
               {"bootstrap_interval", json_interval(row.bootstrap)}};
  const bool known = row.mean.has_value();
  json["p"] = known ? Json(row.p) : Json(nullptr);
  json["p_is_exact"] = row.exact;
  json["holm_p"] = known ? Json(row.holm_p) : Json(nullptr);
  json["smallest_p"] = row.smallest_p;
  json["superiority"] = json_number(row.superiority);
  json["effect_size"] = json_number(row.effect_size);
  json["more_pairs_for_floor"] = lacking_for_floor(row);
  json["pairs_for_effect"] = row.pairs_for_effect ? Json(*row.pairs_for_effect) : Json(nullptr);
  json["holes"] = row.holes;
  for (const Pair& pair : row.pairs) {
    json["values"].push_back(
        {{"replicate", pair.replicate}, {"cell", pair.value}, {"baseline", pair.baseline}});
  }
  return json;
}

void print(const Study& study, bool json) {
  if (!json) {
    print_table(comparison_table(study));
    return;
  }
  Json out = json_head(study, study.comparison.metric);
  out["alpha"] = study.options.alpha;
  out["family"] = study.comparison.family;
  out["comparisons"] = Json::array();
  for (const auto& row : study.comparison.rows) {
    out["comparisons"].push_back(json_row(study, row));
  }
  print_json(out);
}

int run(const po::variables_map& given) {
  const std::vector<std::string> words = texts_of(given, "cells");
  if (!words.empty() && words.size() != 2) {
    fail("compare takes a sweep, then none or two cells: 'encoding=rope' 'encoding=sinusoidal'");
  }
  if (!words.empty() && given.count("family") > 0) {
    fail("two cells are a family by themselves: give either them or --family");
  }
  SweepStudy source(given, required_word(given, "sweep", "the sweep's name"));
  if (!words.empty()) source.rebase(words[0], words[1]);
  const Study& study = source.study();
  if (study.comparison.rows.empty()) {
    fail("no cell of the sweep has a baseline: name two cells to be compared");
  }
  print(study, given["json"].as<bool>());
  write_figures(given, comparison_figures(study));
  return kExitComplete;
}

}  // namespace

const Command kCompareCommand = {
    "compare",
    "Compares cells paired by replicate: difference, interval, exact p, Holm, verdict",
    "SWEEP [A B] [--metric NAME] [--family CELLS] [--figure FILE] [--json]",
    "  polysweep compare demo\n"
    "  polysweep compare demo encoding=rope encoding=sinusoidal --figure rope.svg",
    declare,
    run,
};

}  // namespace polysweep
