#include "reports/document/build_report.h"

#include <fmt/format.h>

#include <ctime>
#include <set>

#include "framework/core/error.h"
#include "reports/document/sections.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

std::string date_text(std::int64_t time_us) {
  const std::time_t seconds = static_cast<std::time_t>(time_us / 1000000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min);
}

std::string subtitle_of(const SweepAnalysis& analysis) {
  const auto& results = analysis.results;
  std::string text = fmt::format(
      "{} (version {}): {} in {}", shortened(results.experiment, 60), results.experiment_version,
      count_text(results.trials.size(), "trial"), count_text(results.cells.size(), "cell"));
  if (!results.replicate.empty()) text += ", repeated by " + analysis.noun;
  if (results.planned_us > 0) text += "; planned " + date_text(results.planned_us);
  return text;
}

// Anchors and file names are made of the ids.
void check_ids(const Report& report) {
  std::set<std::string> ids = {kWarningsId};
  if (report.opening.table) ids.insert(report.opening.table->id);
  if (report.opening.figure) ids.insert(report.opening.figure->id);
  for (const Section& section : report.sections) {
    check(ids.insert(section.id).second, "the ids of a report differ");
    for (const Block& block : section.blocks) {
      if (const auto* table = std::get_if<Table>(&block)) {
        check(ids.insert(table->id).second, "the ids of a report differ");
      } else if (const auto* folded = std::get_if<FoldedTable>(&block)) {
        check(ids.insert(folded->table.id).second, "the ids of a report differ");
      } else if (const auto* figure = std::get_if<Figure>(&block)) {
        check(ids.insert(figure->id).second, "the ids of a report differ");
      }
    }
  }
  for (const Badge& badge : report.opening.badges) {
    check(ids.contains(badge.section), "a badge opens a section");
  }
}

}  // namespace

Report build_report(const SweepResults& results, const ReportOptions& options) {
  const SweepAnalysis analysis(results, options);
  Report report;
  report.title = shortened(results.sweep, 100);
  report.subtitle = subtitle_of(analysis);
  report.verdict = verdict_sentences(analysis);
  report.warnings = warnings_of(analysis);
  report.opening = opening_of(analysis, report.warnings.size());
  const auto add = [&](Section section) {
    if (!section.blocks.empty()) report.sections.push_back(std::move(section));
  };
  const bool sampled = is_sampled(results);
  if (sampled) add(search_section(analysis));
  if (!sampled || !results.baseline.empty()) add(comparison_section(analysis));
  add(curves_section(analysis));
  add(convergence_section(analysis));
  if (!sampled) add(effects_section(analysis));
  add(one_factor_section(analysis));
  add(factor_pair_section(analysis));
  add(factor_curve_section(analysis));
  add(metrics_section(analysis));
  add(cells_section(analysis));
  add(ledger_section(analysis));
  add(audit_section(analysis));
  add(trials_section(analysis));
  add(provenance_section(analysis, options));
  check_ids(report);
  return report;
}

}  // namespace polysweep
