#include "results/export/sweep_export.h"

#include <algorithm>
#include <array>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "results/export/exporter.h"
#include "results/read/sweep_results_reader.h"
#include "results/read/trial_table.h"

namespace polysweep {
namespace {

struct Format {
  std::string_view name;
  std::unique_ptr<Exporter> (*make)(const ExportRequest& request);
};
constexpr std::array kFormats{Format{"csv", csv_exporter}, Format{"jsonl", jsonl_exporter},
                              Format{"tensorboard", tensorboard_exporter},
                              Format{"mlflow", mlflow_exporter}};

const Format& format_of(const std::string& name) {
  for (const Format& each : kFormats) {
    if (each.name == name) return each;
  }
  fail("'{}' is no format to export to{}; known are csv, jsonl, tensorboard, mlflow",
       name.substr(0, 60), suggestion(name, export_formats()));
}

ExportedTrial read_trial(const Database& database, std::size_t position, std::uint32_t cell,
                         const TrialId& id) {
  ExportedTrial out{position, cell, load_trial(database, id), {}};
  for (const MetricSummary& metric : out.record.metrics) {
    out.series.push_back({metric.name, load_curve(database, id, metric.name)});
  }
  return out;
}

}  // namespace

std::vector<std::string> export_formats() {
  std::vector<std::string> out;
  for (const Format& each : kFormats) out.emplace_back(each.name);
  return out;
}

ExportTarget parse_export_target(std::string_view words, const std::string& sweep) {
  const std::size_t colon = words.find(':');
  ExportTarget out{std::string(words.substr(0, colon)), ""};
  format_of(out.format);
  if (colon != std::string_view::npos) {
    out.place = words.substr(colon + 1);
    if (out.place.empty()) fail("'{}' names no place; write {}:FOLDER", words, out.format);
    return out;
  }
  // Sweeps may be called anything; folders may not.
  const bool is_file_name = !sweep.starts_with('.') && !sweep.starts_with('-') &&
                            std::none_of(sweep.begin(), sweep.end(), [](char each) {
                              return each == '/' || static_cast<unsigned char>(each) < 0x20;
                            });
  if (!is_file_name || sweep.empty() || sweep.size() > 200) {
    fail("no folder can be called as this sweep; write --to {}:FOLDER", out.format);
  }
  out.place = sweep + "." + out.format;
  return out;
}

ExportReport export_sweep(const Database& database, const std::string& sweep,
                          const ExportTarget& target, const ExportProgress& progress) {
  const Format& format = format_of(target.format);
  const SweepResults results = load_sweep_results(database, sweep, {1, 0});
  const std::vector<TrialRow> rows = load_trial_table(database, {sweep, {}});
  const std::unique_ptr<Exporter> exporter = format.make({results, rows, target.place});
  ExportReport report{target.place, 0, 0};
  for (std::size_t i = 0; i < results.trials.size(); ++i) {
    const TrialResult& trial = results.trials[i];
    const ExportedTrial exported = read_trial(database, i, trial.cell, trial.id);
    exporter->add(exported);
    ++report.trials;
    for (const ExportedSeries& each : exported.series) report.points += each.points.size();
    if (progress) progress(i + 1, results.trials.size());
  }
  exporter->finish();
  return report;
}

}  // namespace polysweep
