#include "results/export/table_exporter.h"

#include <cmath>

#include "framework/core/error.h"

namespace polysweep {
namespace {

const std::vector<std::string> kTrialColumns{
    "trial",   "position", "cell",        "state",     "attempts",          "experiment",
    "version", "code",     "data_digest", "elapsed_s", "peak_memory_bytes", "provenance"};

// The column of a parameter or metric: its name, with `kind` before it if the name
// is in use.
std::string column_name(const std::string& name, const char* kind,
                        const std::vector<std::string>& taken) {
  const bool is_taken = std::find(taken.begin(), taken.end(), name) != taken.end();
  return is_taken ? fmt::format("{}.{}", kind, name) : name;
}

QueryValue as_field(const Value& value) {
  switch (value.type()) {
    case ValueType::kBoolean:
      return std::string(value.boolean() ? "true" : "false");
    case ValueType::kInteger:
      return value.integer();
    case ValueType::kReal:
      return value.real();
    case ValueType::kText:
      return value.text();
  }
  check(false, "a value has one of four types");
  return {};
}

std::string kind_of(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return "finite";
}

template <typename T>
QueryValue as_integer(T value) {
  return static_cast<std::int64_t>(value);
}

}  // namespace

TableExporter::TableExporter(const ExportRequest& request, std::unique_ptr<RowFormat> format)
    : sweep_(request.sweep.sweep), format_(std::move(format)), folder_(request.place) {
  std::set<std::string> parameters, metrics;
  for (const TrialRow& row : request.rows) {
    for (const auto& [name, value] : row.parameters) parameters.insert(name);
    for (const auto& [name, value] : row.final_metrics) metrics.insert(name);
  }
  parameters_.assign(parameters.begin(), parameters.end());
  metrics_.assign(metrics.begin(), metrics.end());
  std::vector<std::string> columns = kTrialColumns;
  for (const std::string& name : parameters_) {
    columns.push_back(column_name(name, "parameter", columns));
  }
  for (const std::string& name : metrics_) {
    columns.push_back(column_name(name, "metric", columns));
  }
  trials_ = table("trials", std::move(columns));
  points_ = table("metrics", {"trial", "metric", "step", "value", "kind"});
  texts_ = table("texts", {"trial", "name", "step", "value"});
  attempts_ = table(
      "attempts", {"trial", "attempt", "host", "slot", "device", "outcome", "counted", "started_us",
                   "finished_us", "elapsed_s", "peak_memory_bytes", "resumed_step", "points",
                   "points_ignored", "message", "output_tail", "provenance"});
  provenance_ = table("provenance", {"provenance", "fact", "value"});
}

TableExporter::TableFile TableExporter::table(const std::string& name,
                                              std::vector<std::string> columns) {
  TableFile out{
      std::move(columns),
      std::make_unique<OutputFile>(folder_.path() / fmt::format("{}.{}", name, format_->ending()))};
  out.file->write(format_->header(out.columns));
  return out;
}

void TableExporter::write(TableFile& to, std::span<const QueryValue> values) {
  check(values.size() == to.columns.size(), "a row has a value for every column");
  to.file->write(format_->line(to.columns, values));
}

void TableExporter::add(const ExportedTrial& trial) {
  const std::string id = trial.record.id.hex();
  add_row(trial);
  for (const ExportedSeries& series : trial.series) {
    for (const CurvePoint& point : series.points) {
      write(points_, std::vector<QueryValue>{id, series.metric, point.step, point.value,
                                             kind_of(point.value)});
    }
  }
  for (const TextEntry& text : trial.record.texts) {
    write(texts_, std::vector<QueryValue>{id, text.name, text.step, text.value});
  }
  add_attempts(trial);
  add_provenance(trial.record);
}

void TableExporter::add_row(const ExportedTrial& trial) {
  const TrialRecord& record = trial.record;
  const AttemptRecord* counted = nullptr;
  for (const AttemptRecord& each : record.attempts) {
    if (each.counted) counted = &each;
  }
  std::vector<QueryValue> row{record.id.hex(),
                              as_integer(trial.position),
                              as_integer(trial.cell),
                              std::string(state_name(record.state)),
                              as_integer(record.attempts.size()),
                              record.experiment,
                              as_integer(record.experiment_version),
                              record.code_digest.substr(0, 12),
                              record.data_digest};
  const bool finished = counted != nullptr && counted->finished_us != 0;
  row.push_back(finished ? QueryValue(counted->elapsed_s) : QueryValue());
  row.push_back(finished ? QueryValue(counted->peak_memory_bytes) : QueryValue());
  row.emplace_back(counted == nullptr ? std::string() : counted->provenance);
  for (const std::string& name : parameters_) {
    const Value* value = record.parameters.find(name);
    row.push_back(value == nullptr ? QueryValue() : as_field(*value));
  }
  std::map<std::string, double> finals;
  if (record.state == TrialState::kDone) {
    for (const MetricSummary& metric : record.metrics) finals[metric.name] = metric.last.value;
  }
  for (const std::string& name : metrics_) {
    const auto found = finals.find(name);
    row.push_back(found == finals.end() ? QueryValue() : QueryValue(found->second));
  }
  write(trials_, row);
}

void TableExporter::add_attempts(const ExportedTrial& trial) {
  for (const AttemptRecord& each : trial.record.attempts) {
    const auto if_known = [](std::int64_t time_us) {
      return time_us == 0 ? QueryValue() : QueryValue(time_us);
    };
    const bool finished = each.finished_us != 0;
    write(attempts_,
          std::vector<QueryValue>{
              trial.record.id.hex(), as_integer(each.number), each.host, as_integer(each.slot),
              as_integer(each.device), each.running ? QueryValue() : QueryValue(each.outcome),
              as_integer(each.counted), if_known(each.started_us), if_known(each.finished_us),
              finished ? QueryValue(each.elapsed_s) : QueryValue(),
              finished ? QueryValue(each.peak_memory_bytes) : QueryValue(),
              each.resumed_step ? QueryValue(*each.resumed_step) : QueryValue(),
              as_integer(each.points), as_integer(each.points_ignored), each.message,
              each.output_tail, each.provenance});
  }
}

void TableExporter::add_provenance(const TrialRecord& record) {
  for (const AttemptRecord& each : record.attempts) {
    if (!each.counted || record.provenance.empty()) continue;
    if (!provenance_seen_.insert(each.provenance).second) continue;
    for (const auto& [fact, value] : record.provenance) {
      write(provenance_, std::vector<QueryValue>{each.provenance, fact, value});
    }
  }
}

void TableExporter::finish() {
  for (TableFile* each : {&trials_, &points_, &texts_, &attempts_, &provenance_}) {
    each->file->close();
  }
  folder_.finish();
}

}  // namespace polysweep
