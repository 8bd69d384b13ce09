#include "results/schema/wide_view.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "framework/core/error.h"
#include "framework/core/name_rule.h"
#include "results/schema/connection.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostColumns = 1900;   // SQLite's own limit is 2,000
constexpr std::size_t kMostBytes = 900'000;  // of the statement; SQLite's is 1,000,000

struct WideColumn {
  std::string name;
  std::string value;  // SQL
};

// `mark` around `text`, doubled inside: a name or a text of SQL.
std::string enclosed(const std::string& text, char mark) {
  std::string out(1, mark);
  for (const char c : text) out += c == mark ? std::string(2, mark) : std::string(1, c);
  return out + mark;
}

// SQLite's names do not differ by the case of ASCII letters.
std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// Only functions that a client's SQLite may lack are used, no such operators: a view with
// an operator that it does not know would make the database unreadable for it.
std::string parameter_value(const std::string& name) {
  if (is_name(name)) {
    return fmt::format("json_extract(coalesce(x.parameters, t.parameters), '$.\"{}\"')", name);
  }
  return fmt::format(
      "(SELECT j.value FROM json_each(coalesce(x.parameters, t.parameters)) j WHERE j.key = {})",
      enclosed(name, '\''));
}

std::string metric_value(std::int64_t metric_id) {
  return fmt::format(
      "CASE WHEN t.state = 2 THEN (SELECT s.last FROM series s WHERE s.trial_id = t.trial_id AND "
      "s.metric_id = {}) END",
      metric_id);
}

class WideView {
 public:
  WideView() {
    add("sweep", "", "w.name");
    add("code", "", "nullif(substr(t.code, 1, 12), '')");
    add("trial", "", "t.trial");
    add("experiment", "",
        "(SELECT e.name FROM experiment e WHERE e.experiment_id = t.experiment_id)");
    add("state", "",
        "CASE t.state WHEN 0 THEN 'pending' WHEN 1 THEN 'running' WHEN 2 THEN 'done' "
        "WHEN 3 THEN 'diverged' ELSE 'failed' END");
  }

  // False, and nothing is added, where there is no room.
  bool add(std::string name, const std::string& prefix, std::string value) {
    const std::size_t bytes = value.size() + 2 * name.size() + 32;
    if (columns_.size() == kMostColumns || bytes_ + bytes > kMostBytes) return false;
    while (!taken_.insert(lower_case(name)).second) name = prefix + name;
    columns_.push_back({std::move(name), std::move(value)});
    bytes_ += bytes;
    return true;
  }

  std::string sql() const {
    std::string out;
    for (const WideColumn& column : columns_) {
      out += fmt::format("{}{} AS {}", out.empty() ? "" : ",\n  ", column.value,
                         enclosed(column.name, '"'));
    }
    return fmt::format(
        "CREATE VIEW {} AS SELECT\n  {}\nFROM sweep w JOIN planning n ON n.planning_id = "
        "w.planning_id\nJOIN sweep_trial x ON x.revision_id = n.revision_id\n"
        "JOIN trial t ON t.trial_id = x.trial_id",
        kWideView, out);
  }

 private:
  std::vector<WideColumn> columns_;
  std::set<std::string> taken_;  // in lower case
  std::size_t bytes_ = 0;
};

// The metrics that sweeps compare by: they come before others where there is no room for all.
std::set<std::string> compared_metrics(Connection& connection) {
  std::set<std::string> out;
  Statement names = connection.prepare(
      "SELECT json_extract(n.description, '$.primary.name') FROM planning n UNION "
      "SELECT json_extract(m.value, '$.name') FROM planning n, "
      "json_each(n.description, '$.secondary') m");
  while (names.step()) out.insert(names.string(0));
  return out;
}

struct MetricColumn {
  std::int64_t metric_id = 0;
  std::string name;
};

std::vector<MetricColumn> metric_columns(Connection& connection) {
  std::vector<MetricColumn> out;
  Statement metrics = connection.prepare("SELECT metric_id, name FROM metric ORDER BY name");
  while (metrics.step()) out.push_back({metrics.integer(0), metrics.string(1)});
  return out;
}

struct MadeView {
  std::string sql;
  std::size_t left_out = 0;
};

MadeView make(Connection& connection) {
  WideView view;
  MadeView out;
  Statement parameters = connection.prepare("SELECT name FROM parameter ORDER BY name");
  while (parameters.step()) {
    const std::string name = parameters.string(0);
    if (!view.add(name, "parameter_", parameter_value(name))) ++out.left_out;
  }
  std::vector<MetricColumn> metrics = metric_columns(connection);
  // Also that names that differ only in case are theirs.
  const std::set<std::string> compared = compared_metrics(connection);
  std::stable_partition(metrics.begin(), metrics.end(),
                        [&](const MetricColumn& each) { return compared.contains(each.name); });
  for (const MetricColumn& each : metrics) {
    if (!view.add(each.name, "final_", metric_value(each.metric_id))) ++out.left_out;
  }
  out.sql = view.sql();
  return out;
}

}  // namespace

JsonInViews::JsonInViews(Connection& connection) : connection_(connection) {
  sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, nullptr);
}

JsonInViews::~JsonInViews() {
  sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

void refresh_wide_view(Connection& connection) {
  const std::string sql = make(connection).sql;
  Statement known = connection.prepare("SELECT sql FROM sqlite_master WHERE name = ?");
  if (known.with(std::string(kWideView)).step() && known.text(0) == sql) return;
  known.reset();
  connection.execute(fmt::format("DROP VIEW IF EXISTS {}", kWideView));
  connection.execute(sql);
}

std::size_t left_out_of_wide_view(Connection& connection) { return make(connection).left_out; }

}  // namespace polysweep
