#include "tests/results/store_sample.h"

#include <algorithm>
#include <sstream>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/sweep/plan/plan_description.h"
#include "results/ingest/ingest.h"
#include "results/read/documented_views.h"
#include "results/read/query.h"

namespace polysweep {
namespace {

std::string shown(const QueryValue& value) {
  if (std::holds_alternative<std::int64_t>(value)) {
    return std::to_string(std::get<std::int64_t>(value));
  }
  if (std::holds_alternative<double>(value)) return fmt::format("{}", std::get<double>(value));
  if (std::holds_alternative<std::string>(value)) return std::get<std::string>(value);
  if (std::holds_alternative<QueryBlob>(value)) return std::get<QueryBlob>(value).bytes;
  return "NULL";
}

}  // namespace

void StoreSample::write(const std::string& host, const Event& event) {
  auto& writer = writers_[host];
  if (!writer) {
    writer = std::make_unique<JournalWriter>(system_files(), journals_path(path()) / host);
    writer->append(HostStarted{host, writer->epoch(), 100, 4711});
  }
  writer->append(event);
}

void StoreSample::write(const std::string& host, const std::vector<Event>& events) {
  for (const Event& event : events) write(host, event);
}

void StoreSample::sync() {
  for (auto& [host, writer] : writers_) writer->sync();
}

void StoreSample::kill(const std::string& host) {
  const auto writer = writers_.find(host);
  if (writer == writers_.end()) return;
  writer->second->flush();
  writers_.erase(writer);
}

Trial sample_trial(const std::string& encoding, int seed) {
  Trial trial;
  trial.experiment = "toy";
  trial.parameters.set("encoding", Value(encoding));
  trial.parameters.set("rate", Value(0.5));
  trial.parameters.set("seed", Value(seed));
  trial.id = identity_of(trial);
  return trial;
}

std::string sample_revision(const std::vector<std::string>& encodings, int seeds) {
  std::string text;
  for (const std::string& each : encodings) text += each + "\n";
  return sha256_hex(text + std::to_string(seeds));
}

std::string sample_description(const std::string& name, const std::vector<std::string>& encodings) {
  const MetricSpec metric{"loss",    Goal::kMinimize, "nats", "the training loss",
                          "updates", Role::kProgress};
  PlanDescription out;
  out.sweep = name;
  out.experiment = "toy";
  out.experiment_doc = "a closed form";
  out.file = "sweep.toml";
  out.text = "sweep = ...";
  out.overrides = {"rate=0.5"};
  out.fixed.set("rate", Value(0.5));
  out.roles = {{"rate", Role::kBudget}};
  out.replicate = "seed";
  FactorInfo& factor = out.factors.emplace_back();
  factor.name = "encoding";
  factor.doc = "which encoding";
  for (const std::string& encoding : encodings) factor.levels.emplace_back(encoding);
  out.baseline.set("encoding", Value(encodings.front()));
  out.primary = metric;
  out.metrics = {metric};
  out.data_digests = {{"corpus/train.de", "0123"}};
  out.cell_count = encodings.size();
  out.exclusions = {{"exclude rate=1", 2}};
  return description_json(out);
}

CellsPlanned sample_cells(const std::string& name, const std::string& revision,
                          const std::vector<std::string>& encodings) {
  CellsPlanned out{name, revision, 0, {}};
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    Parameters levels;
    levels.set("encoding", Value(encodings[i]));
    out.rows.push_back({levels.canonical(), i == 0 ? -1 : 0, i == 0});
  }
  return out;
}

std::vector<Event> sample_sweep(const std::string& name, const std::vector<std::string>& encodings,
                                int seeds, std::int64_t time_us) {
  const std::string revision = sample_revision(encodings, seeds);
  TrialsPlanned trials{name, revision, 0, {}};
  for (int seed = 0; seed < seeds; ++seed) {
    for (std::size_t cell = 0; cell < encodings.size(); ++cell) {
      trials.rows.push_back(
          {identity_text(sample_trial(encodings[cell], seed)), static_cast<std::uint32_t>(cell)});
    }
  }
  return {SweepPlanned{name, revision, sample_description(name, encodings), trials.rows.size(),
                       time_us},
          sample_cells(name, revision, encodings), trials};
}

Event started(const TrialId& trial, std::uint32_t attempt, const std::string& provenance) {
  return AttemptStarted{trial, attempt, 1, -1, provenance, 2000 + attempt};
}

Event resumed(const TrialId& trial, std::uint32_t attempt, std::int64_t step) {
  return AttemptResumed{trial, attempt, step};
}

Event points(const TrialId& trial, std::uint32_t attempt, const std::string& name,
             std::int64_t first, const std::vector<double>& values) {
  MetricsRecorded out{trial, attempt, {name}, {}};
  for (const double value : values) out.points.push_back({0, first++, value});
  return out;
}

Event own_points(const TrialId& trial, std::uint32_t attempt, const std::string& name,
                 std::int64_t first, const std::vector<double>& values) {
  Event event = points(trial, attempt, name, first, values);
  std::get<MetricsRecorded>(event).names.at(0).own_clock = true;
  return event;
}

Event text(const TrialId& trial, std::uint32_t attempt, const std::string& name, std::int64_t step,
           const std::string& value) {
  return TextRecorded{trial, attempt, name, step, value};
}

Event finished(const TrialId& trial, std::uint32_t attempt, Outcome outcome, bool final,
               const std::string& message) {
  return AttemptFinished{trial, attempt, outcome,       final, message, "tail of " + message,
                         1.5,   2e6,     3000 + attempt};
}

std::vector<Event> complete_attempt(const TrialId& trial, const std::vector<double>& values) {
  return {started(trial), points(trial, 1, "loss", 1, values),
          finished(trial, 1, Outcome::kDone, true)};
}

std::vector<std::string> ask(const Database& database, const std::string& sql) {
  std::vector<std::string> out;
  QueryReceiver receiver;
  receiver.row = [&](std::span<const QueryValue> row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += (i == 0 ? "" : "|") + shown(row[i]);
    out.push_back(line);
  };
  run_query(database, sql, receiver);
  return out;
}

std::vector<std::string> ask(const std::filesystem::path& store, const std::string& sql) {
  return ask(Database(database_path(store), Access::kRead), sql);
}

std::string dump(const Database& database) {
  std::string out;
  const auto add = [&](const std::string& name, const std::string& sql) {
    std::vector<std::string> rows = ask(database, sql);
    std::sort(rows.begin(), rows.end());
    out += "== " + name + "\n";
    for (const std::string& row : rows) out += row + "\n";
  };
  for (const ViewInfo& view : documented_views(database)) {
    add(view.name, "SELECT * FROM " + view.name);
  }
  add("planning",
      "SELECT s.name, j.host, n.sequence, r.revision, e.name, n.trial_count, n.planned_us, "
      "n.order_us, n.description FROM planning n JOIN sweep s USING (sweep_id) "
      "JOIN journal j USING (journal_id) JOIN revision r USING (revision_id) "
      "JOIN experiment e USING (experiment_id)");
  add("members",
      "SELECT s.name, r.revision, x.position, x.cell, t.trial FROM sweep_trial x "
      "JOIN revision r USING (revision_id) JOIN sweep s USING (sweep_id) "
      "JOIN trial t USING (trial_id)");
  add("lost",
      "SELECT t.trial, l.attempt, j.host, l.final, l.message, l.noticed_us "
      "FROM attempt_lost l JOIN trial t USING (trial_id) JOIN journal j USING (journal_id)");
  return out;
}

std::string dump(const std::filesystem::path& store) {
  return dump(Database(database_path(store), Access::kRead));
}

std::string difference(const std::string& a, const std::string& b) {
  std::istringstream a_lines(a), b_lines(b);
  for (;;) {
    std::string a_line, b_line;
    const bool a_left = static_cast<bool>(std::getline(a_lines, a_line));
    const bool b_left = static_cast<bool>(std::getline(b_lines, b_line));
    if (!a_left && !b_left) return "";
    if (a_line != b_line || a_left != b_left) return a_line + "\n" + b_line;
  }
}

void ingest(const std::filesystem::path& store) { Ingest(system_files(), store).catch_up(); }

}  // namespace polysweep
