// polysweep power: what numbers of replicates can decide, before a sweep runs.
#include <algorithm>
#include <cmath>
#include <set>

#include "cli/commands/command_table.h"
#include "cli/shared/json_output.h"
#include "cli/shared/plan_from_file.h"
#include "cli/shared/plan_power.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "reports/analysis/titles.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kUsualReplicates[] = {3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50};

void declare_power_command(CommandOptions& options) {
  declare_planning(options);
  declare_store(options);
  declare_json(options);
  declare_power(options);
  options.shown.add_options()(
      "difference", po::value<std::vector<double>>()->value_name("D"),
      "a difference whose power is asked, in the unit of the primary metric where a spread is "
      "known, else in spreads (may be repeated; default: the sweep's smallest difference)");
  options.argument("file");
  options.argument("overrides", true);
}

std::vector<double> differences_of(const Plan& plan, const po::variables_map& given) {
  std::vector<double> out;
  if (given.count("difference") > 0) out = given["difference"].as<std::vector<double>>();
  if (out.empty() && plan.sweep().comparison.smallest_difference) {
    out.push_back(*plan.sweep().comparison.smallest_difference);
  }
  for (const double each : out) {
    if (each > 0 && std::isfinite(each)) continue;
    fail("--difference {}: expected a positive number", each);
  }
  return out;
}

struct Answer {
  PlannedComparison planned;
  TrialExperience experience;
  std::vector<double> differences;
  std::size_t trials_a_replicate = 0;
  std::vector<std::size_t> replicates;  // of the rows

  // In spreads.
  double scaled(double difference) const {
    return experience.spread ? difference / experience.spread->value : difference;
  }
  PlannedComparison with(std::size_t count) const {
    PlannedComparison out = planned;
    out.replicates = count;
    return out;
  }
};

Answer answer_of(const Plan& plan, const po::variables_map& given) {
  Answer out{planned_comparison(plan, given),
             trial_experience(plan, given),
             differences_of(plan, given),
             plan.cell_count(),
             {}};
  if (out.planned.family == 0) {
    fail("sweep '{}' compares nothing: expected a [baseline] and cells that differ from it",
         plan.sweep().name);
  }
  std::set<std::size_t> rows(std::begin(kUsualReplicates), std::end(kUsualReplicates));
  rows.insert(out.planned.replicates);
  for (const double each : out.differences) {
    if (const auto needed = replicates_needed(out.planned, out.scaled(each))) rows.insert(*needed);
  }
  out.replicates.assign(rows.begin(), rows.end());
  return out;
}

void print_as_json(const Plan& plan, const Answer& answer) {
  Json out = {
      {"sweep", plan.sweep().name},      {"test", comparison_test_name(answer.planned.test)},
      {"alpha", answer.planned.alpha},   {"wanted_power", answer.planned.power},
      {"family", answer.planned.family}, {"replicates", answer.planned.replicates}};
  const auto& spread = answer.experience.spread;
  out["spread"] = spread ? Json(spread->value) : Json(nullptr);
  out["seconds_a_trial"] = number_or_null(answer.experience.seconds);
  out["needed"] = Json::array();
  for (const double each : answer.differences) {
    const auto needed = replicates_needed(answer.planned, answer.scaled(each));
    out["needed"].push_back(
        {{"difference", each}, {"replicates", needed ? Json(*needed) : Json(nullptr)}});
  }
  out["rows"] = Json::array();
  for (const std::size_t count : answer.replicates) {
    const auto smallest = smallest_detectable(answer.with(count));
    Json row = {{"replicates", count}, {"trials", count * answer.trials_a_replicate}};
    row["detectable"] = smallest ? Json(*smallest * (spread ? spread->value : 1)) : Json(nullptr);
    row["power"] = Json::array();
    for (const double each : answer.differences) {
      row["power"].push_back(power_at(answer.with(count), answer.scaled(each)));
    }
    out["rows"].push_back(std::move(row));
  }
  print_json(out);
}

Table table_of(const Plan& plan, const Answer& answer) {
  const auto& spread = answer.experience.spread;
  const std::string noun = plan.sweep().replicate.empty() ? "trial" : plan.sweep().replicate;
  const std::string unit = spread ? plan.sweep().primary.unit : "spreads";
  Table table;
  table.columns = {{noun + "s", Align::kRight, ""},
                   {"trials", Align::kRight, ""},
                   {"detectable", Align::kRight, unit}};
  if (answer.experience.seconds) table.columns.push_back({"hours", Align::kRight, ""});
  for (const double each : answer.differences) {
    table.columns.push_back({"power at " + significant_text(each), Align::kRight, ""});
  }
  for (const std::size_t count : answer.replicates) {
    const std::size_t trials = count * answer.trials_a_replicate;
    const auto smallest = smallest_detectable(answer.with(count));
    TableRow row = {TableCell(fmt::format("{}{}", count,
                                          count == answer.planned.replicates ? " (planned)" : "")),
                    TableCell(fmt::format("{}", trials)),
                    smallest
                        ? TableCell(fmt::format("{:.3g}", *smallest * (spread ? spread->value : 1)))
                        : TableCell("-", Tone::kMuted)};
    if (answer.experience.seconds) {
      row.emplace_back(
          fmt::format("{:.3g}", *answer.experience.seconds * static_cast<double>(trials) / 3600));
    }
    for (const double each : answer.differences) {
      row.emplace_back(fmt::format("{:.2f}", power_at(answer.with(count), answer.scaled(each))));
    }
    table.rows.push_back(std::move(row));
  }
  table.notes = {fmt::format(
      "Test {}, alpha {:g}, Holm over {}. Detectable: the smallest difference that is found with "
      "probability {:g}%. {}{}",
      comparison_test_name(answer.planned.test), answer.planned.alpha,
      count_text(answer.planned.family, "comparison"), 100 * answer.planned.power,
      spread ? fmt::format("Spread: {:.3g}, from {}.", spread->value, spread->source)
             : "A spread is the standard deviation of the metric over replicates; --spread gives "
               "it.",
      answer.experience.seconds ? " Hours: of one slot, by the finished trials." : "")};
  return table;
}

int run_power(const po::variables_map& given) {
  const PlanFromFile planned = overridden_plan(given);
  const Answer answer = answer_of(planned.plan, given);
  if (given["json"].as<bool>()) {
    print_as_json(planned.plan, answer);
  } else {
    print_table(table_of(planned.plan, answer));
  }
  return kExitComplete;
}

}  // namespace

const Command kPowerCommand = {
    "power",
    "Shows what numbers of replicates can decide, before the sweep runs",
    "FILE [name=value ...] [--difference D ...] [--spread S] [--store FOLDER] [--json]",
    "  polysweep power my_sweep.toml --difference 1.0 --spread 0.7\n"
    "  polysweep power my_sweep.toml --store runs",
    declare_power_command,
    run_power,
};

}  // namespace polysweep
