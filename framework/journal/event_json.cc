#include "framework/journal/event_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace polysweep {

namespace {

using Json = nlohmann::ordered_json;

// JSON has no words for these three.
Json number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

// A document inside the line: as it is where it is JSON, else as a text.
Json document(const std::string& text) {
  Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_discarded() ? Json(text) : parsed;
}

Json members(const HostStarted& event) {
  return {
      {"host", event.host}, {"epoch", event.epoch}, {"time_us", event.time_us}, {"pid", event.pid}};
}

Json members(const ProvenanceSeen& event) { return {{"provenance", document(event.json)}}; }

Json members(const SweepPlanned& event) {
  return {{"sweep", event.sweep},
          {"revision", event.revision},
          {"trial_count", event.trial_count},
          {"time_us", event.time_us},
          {"description", document(event.description)}};
}

Json members(const TrialsPlanned& event) {
  Json rows = Json::array();
  for (const TrialsPlanned::Row& row : event.rows) {
    rows.push_back({{"cell", row.cell}, {"identity", document(row.identity)}});
  }
  return {{"sweep", event.sweep},
          {"revision", event.revision},
          {"first", event.first},
          {"rows", std::move(rows)}};
}

Json members(const CellsPlanned& event) {
  Json rows = Json::array();
  for (const CellsPlanned::Row& row : event.rows) {
    rows.push_back({{"levels", document(row.levels)},
                    {"baseline", row.baseline},
                    {"is_baseline", row.is_baseline}});
  }
  return {{"sweep", event.sweep},
          {"revision", event.revision},
          {"first", event.first},
          {"rows", std::move(rows)}};
}

Json members(const AttemptStarted& event) {
  return {{"trial", event.trial.hex()}, {"attempt", event.attempt},
          {"slot", event.slot},         {"device", event.device},
          {"time_us", event.time_us},   {"provenance", event.provenance}};
}

Json members(const AttemptResumed& event) {
  return {{"trial", event.trial.hex()}, {"attempt", event.attempt}, {"step", event.step}};
}

Json members(const MetricsRecorded& event) {
  Json points = Json::array();
  for (const MetricPoint& point : event.points) {
    const MetricName& name = event.names.at(point.name);
    Json line = {{"name", name.text}, {"step", point.step}, {"value", number(point.value)}};
    if (name.own_clock) line["own_clock"] = true;
    points.push_back(std::move(line));
  }
  return {{"trial", event.trial.hex()}, {"attempt", event.attempt}, {"points", std::move(points)}};
}

Json members(const TextRecorded& event) {
  Json out = {{"trial", event.trial.hex()},
              {"attempt", event.attempt},
              {"name", event.name},
              {"step", event.step},
              {"value", event.value}};
  if (event.own_clock) out["own_clock"] = true;
  return out;
}

Json members(const AttemptFinished& event) {
  Json out = {{"trial", event.trial.hex()},
              {"attempt", event.attempt},
              {"outcome", outcome_name(event.outcome)},
              {"final", event.final},
              {"message", event.message},
              {"output_tail", event.output_tail},
              {"elapsed_s", number(event.elapsed_s)},
              {"peak_memory_bytes", number(event.peak_memory_bytes)},
              {"time_us", event.time_us},
              {"points_refused", event.points_refused}};
  const ReportFindings& findings = event.findings;
  if (!findings.first_refusal.empty()) out["first_refusal"] = findings.first_refusal;
  if (findings.conflicts > 0) {
    out["conflicts"] = findings.conflicts;
    out["first_conflict"] = findings.first_conflict;
  }
  if (!findings.undeclared.empty()) out["undeclared"] = findings.undeclared;
  if (!findings.unmatched.empty()) out["unmatched"] = findings.unmatched;
  if (!findings.written_to.empty()) out["written_to"] = findings.written_to;
  return out;
}

Json members(const HostStopped& event) {
  return {{"reason", event.reason}, {"time_us", event.time_us}};
}

}  // namespace

std::string event_to_json(const Event& event) {
  Json line = {{"event", event_name(event)}};
  line.update(std::visit([](const auto& one) { return members(one); }, event));
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace polysweep
