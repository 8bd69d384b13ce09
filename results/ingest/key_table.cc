#include "results/ingest/key_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "results/schema/stored_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostTrialsRemembered = 200'000;
bool is_scalar_object(const nlohmann::json& json) {
  return json.is_object() && std::all_of(json.begin(), json.end(),
                                         [](const auto& value) { return value.is_primitive(); });
}

}  // namespace

KeyTable::KeyTable(Connection& connection)
    : connection_(connection),
      find_trial_(connection.prepare("SELECT trial_id FROM trial WHERE trial = ?")),
      add_trial_(connection.prepare("INSERT INTO trial (trial) VALUES (?)")),
      add_planned_(connection.prepare("INSERT INTO trial (trial, experiment_id, code, data_digest, "
                                      "parameters) VALUES (?, ?, ?, ?, ?)")),
      plan_trial_(
          connection.prepare("UPDATE trial SET experiment_id = ?, code = ?, data_digest = ?, "
                             "parameters = ? WHERE trial_id = ? AND parameters IS NULL")),
      find_metric_(connection.prepare("SELECT metric_id FROM metric WHERE name = ?")),
      add_metric_(connection.prepare("INSERT INTO metric (name) VALUES (?)")),
      add_parameter_(
          connection.prepare("INSERT INTO parameter (name) VALUES (?) ON CONFLICT DO NOTHING")),
      find_experiment_(connection.prepare(
          "SELECT experiment_id FROM experiment WHERE name = ? AND version = ?")),
      add_experiment_(connection.prepare("INSERT INTO experiment (name, version) VALUES (?, ?)")),
      find_provenance_(
          connection.prepare("SELECT provenance_id FROM provenance_document WHERE digest = ?")),
      add_provenance_(connection.prepare("INSERT INTO provenance_document (digest) VALUES (?)")),
      set_provenance_(connection.prepare(
          "UPDATE provenance_document SET document = ? WHERE provenance_id = ?")) {}

std::int64_t KeyTable::trial(const TrialId& id) {
  const auto known = trials_.find(id);
  if (known != trials_.end()) return known->second;
  const std::string hex = id.hex();
  std::int64_t key = 0;
  if (find_trial_.with(hex).step()) {
    key = find_trial_.integer(0);
  } else {
    add_trial_.with(hex).run();
    key = sqlite3_last_insert_rowid(connection_.handle());
  }
  find_trial_.reset();
  trials_.emplace(id, key);
  return key;
}

std::int64_t KeyTable::planned_trial(const PlannedTrial& planned) {
  const std::int64_t experiment_id = experiment(planned.experiment, planned.experiment_version);
  const std::string hex = planned.id.hex();
  std::int64_t key = 0;
  if (find_trial_.with(hex).step()) {
    key = find_trial_.integer(0);
    plan_trial_
        .with(experiment_id, planned.code_digest, planned.data_digest, planned.parameters, key)
        .run();
  } else {
    add_planned_
        .with(hex, experiment_id, planned.code_digest, planned.data_digest, planned.parameters)
        .run();
    key = sqlite3_last_insert_rowid(connection_.handle());
  }
  find_trial_.reset();
  trials_.emplace(planned.id, key);
  return key;
}

std::int64_t KeyTable::metric(std::string_view given) {
  const std::string name = stored_text(given);
  const auto known = metrics_.find(name);
  if (known != metrics_.end()) return known->second;
  std::int64_t key = 0;
  if (find_metric_.with(name).step()) {
    key = find_metric_.integer(0);
  } else {
    add_metric_.with(name).run();
    new_names_ = true;
    key = sqlite3_last_insert_rowid(connection_.handle());
  }
  find_metric_.reset();
  metrics_.emplace(name, key);
  return key;
}

void KeyTable::parameter(const std::string& given) {
  const std::string name = stored_text(given);
  if (add_parameter_.with(name).run() > 0) new_names_ = true;
}

bool KeyTable::take_new_names() { return std::exchange(new_names_, false); }

std::int64_t KeyTable::experiment(const std::string& given, int version) {
  const std::pair<std::string, int> name(stored_text(given), version);
  const auto known = experiments_.find(name);
  if (known != experiments_.end()) return known->second;
  std::int64_t key = 0;
  if (find_experiment_.with(name.first, version).step()) {
    key = find_experiment_.integer(0);
  } else {
    add_experiment_.with(name.first, version).run();
    key = sqlite3_last_insert_rowid(connection_.handle());
  }
  find_experiment_.reset();
  experiments_.emplace(name, key);
  return key;
}

std::int64_t KeyTable::provenance(const std::string& given) {
  const std::string digest = stored_text(given);
  const auto known = provenances_.find(digest);
  if (known != provenances_.end()) return known->second;
  std::int64_t key = 0;
  if (find_provenance_.with(digest).step()) {
    key = find_provenance_.integer(0);
  } else {
    add_provenance_.with(digest).run();
    key = sqlite3_last_insert_rowid(connection_.handle());
  }
  find_provenance_.reset();
  provenances_.emplace(digest, key);
  return key;
}

void KeyTable::provenance_document(const std::string& json) {
  if (!is_scalar_object(nlohmann::json::parse(json, nullptr, false))) {
    fail("a provenance document is not a JSON object of scalars: {}",
         stored_text(json.substr(0, 200)));
  }
  const std::int64_t key = provenance(sha256_hex(json));
  set_provenance_.with(json, key).run();
}

void KeyTable::forget() {
  trials_.clear();
  metrics_.clear();
  experiments_.clear();
  provenances_.clear();
  new_names_ = true;
}

void KeyTable::trim() {
  if (trials_.size() > kMostTrialsRemembered) trials_.clear();
}

}  // namespace polysweep
