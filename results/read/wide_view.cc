#include "results/read/wide_view.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "framework/core/error.h"
#include "framework/core/name_rule.h"
#include "results/schema/connection.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostColumns = 1900;  // SQLite's own limit is 2,000

struct WideColumn {
  std::string name;
  std::string value;  // SQL
};

// In double quotes, as a name in SQL.
std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

// In single quotes, as a text in SQL.
std::string text_literal(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::vector<WideColumn> wide_columns(Connection& connection) {
  std::vector<WideColumn> out{{"trial", "t.trial"},
                              {"experiment",
                               "(SELECT e.name FROM experiment e "
                               "WHERE e.experiment_id = t.experiment_id)"},
                              {"state", "(SELECT s.name FROM state s WHERE s.state = t.state)"}};
  std::set<std::string> taken;
  for (const WideColumn& column : out) taken.insert(column.name);
  const auto add = [&](std::string name, const std::string& prefix, std::string value) {
    while (!taken.insert(name).second) name = prefix + name;
    out.push_back({std::move(name), std::move(value)});
  };
  Statement parameters = connection.prepare(
      "SELECT DISTINCT j.key FROM trial t, json_each(t.parameters) j "
      "WHERE t.parameters <> '' ORDER BY 1");
  while (parameters.step()) {
    const std::string name = parameters.string(0);
    add(name, "parameter_", fmt::format("t.parameters ->> {}", text_literal(name)));
  }
  Statement metrics = connection.prepare(
      "SELECT m.metric_id, m.name FROM metric m WHERE EXISTS "
      "(SELECT 1 FROM series s WHERE s.metric_id = m.metric_id) ORDER BY m.name");
  while (metrics.step()) {
    add(metrics.string(1), "final_",
        fmt::format("(SELECT s.last FROM series s WHERE s.trial_id = t.trial_id "
                    "AND s.metric_id = {} AND t.state = "
                    "(SELECT state FROM state WHERE name = 'done'))",
                    metrics.integer(0)));
  }
  if (out.size() > kMostColumns) {
    fail("the view wide would have {} columns, SQLite allows {}; query final_metrics instead",
         out.size(), kMostColumns);
  }
  return out;
}

bool is_word(char c) { return is_letter_or_digit(c) || c == '_'; }

}  // namespace

std::vector<std::string> wide_view_columns(const Database& database) {
  std::vector<std::string> out;
  for (WideColumn& column : wide_columns(database.connection()))
    out.push_back(std::move(column.name));
  return out;
}

bool names_wide_view(std::string_view sql) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  for (auto at = sql.begin();; ++at) {
    at = std::search(at, sql.end(), kWideView.begin(), kWideView.end(), same);
    if (at == sql.end()) return false;
    const auto end = at + static_cast<std::ptrdiff_t>(kWideView.size());
    if ((at == sql.begin() || !is_word(at[-1])) && (end == sql.end() || !is_word(*end)))
      return true;
  }
}

void make_wide_view(const Database& database) {
  Connection& connection = database.connection();
  if (connection.integer("SELECT count(*) FROM sqlite_temp_master WHERE name = 'wide'") > 0) return;
  std::string sql;
  for (const WideColumn& column : wide_columns(connection)) {
    sql += fmt::format("{}{} AS {}", sql.empty() ? "" : ",\n", column.value, quoted(column.name));
  }
  // Only this temporary view is written: the file is open for reading.
  connection.execute("PRAGMA query_only = OFF");
  connection.execute(fmt::format("CREATE TEMP VIEW {} AS SELECT {} FROM trial t", kWideView, sql));
  connection.execute("PRAGMA query_only = ON");
}

}  // namespace polysweep
