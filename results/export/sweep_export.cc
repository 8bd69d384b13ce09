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
  fail("'{}' is not an export format{}; expected csv, jsonl, tensorboard or mlflow",
       name.substr(0, 60), suggestion(name, export_formats()));
}

void expect_server(const std::string& place) {
  if (place.starts_with("http://") || place.starts_with("https://")) return;
  fail(
      "the mlflow format needs the address of a tracking server{}; write --to "
      "mlflow:http://HOST:PORT",
      place.empty() ? "" : fmt::format(", not '{}'", place.substr(0, 200)));
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

ExportTarget parse_export_target(std::string_view argument, const std::string& sweep) {
  const std::size_t colon = argument.find(':');
  ExportTarget out{std::string(argument.substr(0, colon)), ""};
  format_of(out.format);
  if (colon != std::string_view::npos) {
    out.place = argument.substr(colon + 1);
    if (out.format == "mlflow") expect_server(out.place);
    if (out.place.empty()) fail("'{}' has no folder; write {}:FOLDER", argument, out.format);
    return out;
  }
  if (out.format == "mlflow") expect_server("");
  // The name of a sweep can be anything; that of a folder cannot.
  const bool is_file_name = !sweep.starts_with('.') && !sweep.starts_with('-') &&
                            std::none_of(sweep.begin(), sweep.end(), [](char each) {
                              return each == '/' || static_cast<unsigned char>(each) < 0x20;
                            });
  if (!is_file_name || sweep.empty() || sweep.size() > 200) {
    fail("this sweep's name cannot be the name of a folder; write --to {}:FOLDER", out.format);
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
