#include "cli/shared/plan_power.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cli/shared/store.h"
#include "framework/core/error.h"
#include "reports/analysis/sweep_analysis.h"
#include "reports/analysis/titles.h"
#include "reports/document/report_options.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "results/read/last_planning.h"
#include "results/read/sweep_results_reader.h"

namespace polysweep {
namespace {

// An estimate from more would not be better, and reading them takes time.
constexpr std::size_t kMostCellsRead = 100'000;

bool has_sweep(const Database& database, const std::string& name) {
  const std::vector<std::string> names = sweep_names(database);
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string amount_text(double spreads, const TrialExperience& experience,
                        const std::string& unit) {
  if (!experience.spread) return fmt::format("{:.3g} spreads", spreads);
  const double value = spreads * experience.spread->value;
  return fmt::format("{:.3g}", value) + (unit.empty() ? "" : " " + terminal_escaped(unit));
}

TrialExperience experience_in(const Store& store, const Plan& plan) {
  TrialExperience out;
  std::error_code none;
  if (plan.cell_count() > kMostCellsRead ||
      !std::filesystem::exists(journals_path(store.folder()), none)) {
    return out;
  }
  store.catch_up();
  const Database database = store.open();
  if (!has_sweep(database, plan.sweep().name)) return out;
  const SweepResults results = load_sweep_results(database, plan.sweep().name, {1, 0, {}});
  ReportOptions options;
  options.test = ComparisonTest::kPooled;  // which estimates the error, whatever test decides
  const SweepAnalysis analysis(results, options);
  std::size_t done = 0;
  double seconds = 0;
  for (const TrialResult& trial : results.trials) {
    if (trial.state != TrialState::kDone) continue;
    ++done;
    seconds += trial.elapsed_s;
  }
  if (done > 0) out.seconds = seconds / static_cast<double>(done);
  const Comparison& comparison = analysis.comparison();
  if (!comparison.no_spread && comparison.error.error_sd > 0) {
    out.spread = {comparison.error.error_sd,
                  fmt::format("{} in {}", count_text(done, "finished trial"),
                              terminal_escaped(store.folder().string()))};
  }
  return out;
}

}  // namespace

void declare_power(CommandOptions& options) {
  options.shown.add_options()(
      "spread", po::value<double>()->value_name("S"),
      "standard deviation of the primary metric over replicates (default: of the sweep's "
      "finished trials in the store)")(
      "wanted-power", po::value<double>()->default_value(0.8, "0.8")->value_name("P"),
      "probability with which a difference is to be found");
}

PlannedComparison planned_comparison(const Plan& plan, const po::variables_map& given) {
  PlannedComparison out;
  const ComparisonRule& rule = plan.sweep().comparison;
  out.test = rule.test;
  out.alpha = rule.alpha;
  out.power = given["wanted-power"].as<double>();
  if (!(out.power > 0 && out.power < 1)) {
    fail("--wanted-power {}: expected a number between 0 and 1, for example 0.8", out.power);
  }
  std::vector<bool> compared(plan.cell_count());
  for (std::size_t i = 0; i < plan.cell_count(); ++i) {
    compared[i] =
        plan.has_baseline(i) && (rule.family.empty() || rule.in_family(plan.cell(i).levels));
    out.family += compared[i] ? 1 : 0;
  }
  out.arms = out.family;
  std::vector<std::size_t> trials(plan.cell_count());
  for (std::size_t i = 0; i < plan.size(); ++i) ++trials[plan.cell_of(i)];
  for (std::size_t i = 0; i < compared.size(); ++i) {
    if (!compared[i]) continue;
    out.replicates = out.replicates == 0 ? trials[i] : std::min(out.replicates, trials[i]);
  }
  return out;
}

TrialExperience trial_experience(const Plan& plan, const po::variables_map& given) {
  TrialExperience out;
  try {
    out = experience_in(Store(given), plan);
  } catch (const Error&) {
    if (!given["store"].defaulted()) throw;
  }
  if (given.count("spread") > 0) {
    const double spread = given["spread"].as<double>();
    if (!(spread > 0) || !std::isfinite(spread)) {
      fail("--spread {}: expected a positive number in the unit of the primary metric", spread);
    }
    out.spread = {spread, "--spread"};
  }
  return out;
}

std::string power_sentences(const Plan& plan, const po::variables_map& given) {
  PlannedComparison planned = planned_comparison(plan, given);
  if (planned.family == 0) return "";
  const std::string noun = plan.sweep().replicate.empty() ? "trial" : plan.sweep().replicate;
  const std::string compared = fmt::format(
      "{} with {} a cell (test {}, alpha {:g})", count_text(planned.family, "comparison"),
      count_text(planned.replicates, noun), comparison_test_name(planned.test), planned.alpha);
  const auto least = least_replicates(planned);
  if (!least || planned.replicates < *least) {
    return fmt::format("warning: {} can decide nothing: {}\n", compared,
                       least ? fmt::format("{} or more are needed", count_text(*least, noun))
                             : "no number of them is enough for so many comparisons");
  }
  const TrialExperience experience = trial_experience(plan, given);
  const std::string unit = plan.sweep().primary.unit;
  std::string out = fmt::format(
      "{}: a difference of {} or more is decided with probability {:g}%{}\n", compared,
      amount_text(*smallest_detectable(planned), experience, unit), 100 * planned.power,
      experience.spread ? fmt::format(" (spread {:.3g}, from {})", experience.spread->value,
                                      experience.spread->source)
                        : ", a spread being the standard deviation over " + noun + "s (--spread)");
  const auto wanted = plan.sweep().comparison.smallest_difference;
  if (wanted && experience.spread) {
    const auto needed = replicates_needed(planned, *wanted / experience.spread->value);
    out += fmt::format("the smallest difference that matters, {}{}, needs {}\n",
                       significant_text(*wanted), unit.empty() ? "" : " " + terminal_escaped(unit),
                       needed ? count_text(*needed, noun)
                              : fmt::format("more than {}", count_text(kMostReplicates, noun)));
  }
  return out;
}

}  // namespace polysweep
