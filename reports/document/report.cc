#include "reports/document/report.h"

#include <fmt/format.h>

#include <ctime>

#include "framework/core/error.h"
#include "reports/analysis/escaping.h"
#include "reports/analysis/number_text.h"
#include "reports/document/study.h"

namespace polysweep {
namespace {

std::string date_text(std::int64_t time_us) {
  const std::time_t seconds = static_cast<std::time_t>(time_us / 1000000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min);
}

std::string subtitle_of(const Study& study) {
  const auto& results = study.results;
  std::string text = fmt::format(
      "{} (version {}): {} in {}", shortened(results.experiment, 60), results.experiment_version,
      count_text(results.trials.size(), "trial"), count_text(results.cells.size(), "cell"));
  if (!results.replicate.empty()) text += ", repeated by " + study.noun;
  if (results.planned_us > 0) text += "; planned " + date_text(results.planned_us);
  return text;
}

}  // namespace

void check_options(const ReportOptions& options) {
  const auto share = [](const char* name, double value) {
    if (value > 0 && value < 1) return;
    fail("{} {:g}: it must lie between 0 and 1, as 0.95 or 0.05 do", name, value);
  };
  share("confidence", options.confidence);
  share("alpha", options.alpha);
  share("power", options.power);
}

Report build_report(const SweepResults& results, const ReportOptions& options) {
  check_options(options);
  Study study(results, options);
  Report report;
  report.title = shortened(results.sweep, 100);
  report.subtitle = subtitle_of(study);
  report.verdict = verdict_sentences(study);
  report.warnings = warnings_of(study);
  for (auto& section : {ledger_section(study), audit_section(study), comparison_section(study),
                        effects_section(study), ablation_section(study), heat_map_section(study),
                        order_section(study), convergence_section(study), curves_section(study),
                        metrics_section(study), cells_section(study), raw_section(study),
                        provenance_section(study)}) {
    if (!section.blocks.empty()) report.sections.push_back(section);
  }
  return report;
}

}  // namespace polysweep
