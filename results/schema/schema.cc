#include "results/schema/schema.h"

#include "framework/core/error.h"
#include "results/schema/condensed.h"
#include "results/schema/connection.h"

namespace polysweep {
namespace {

// Points are kept by series, which takes two bytes less of each; settled trials
// in brief too.
constexpr const char* kTables2 = R"sql(
DROP VIEW metrics;
DROP VIEW summaries;
DROP VIEW final_metrics;
ALTER TABLE point RENAME TO point_1;
ALTER TABLE series RENAME TO series_1;

CREATE TABLE series (
  series_id INTEGER PRIMARY KEY,
  trial_id INTEGER NOT NULL,
  metric_id INTEGER NOT NULL,
  points INTEGER NOT NULL,
  not_finite INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  first REAL,
  last_step INTEGER NOT NULL,
  last REAL,
  minimum_step INTEGER,
  minimum REAL,
  maximum_step INTEGER,
  maximum REAL,
  UNIQUE (trial_id, metric_id)
);

CREATE TABLE point (
  series_id INTEGER NOT NULL,
  step INTEGER NOT NULL,
  value REAL,
  PRIMARY KEY (series_id, step)
) WITHOUT ROWID;

CREATE TABLE condensed_trial (trial_id INTEGER PRIMARY KEY, series BLOB NOT NULL);
CREATE TABLE condensed_curve (curve_id INTEGER PRIMARY KEY, points BLOB NOT NULL);

INSERT INTO series (trial_id, metric_id, points, not_finite, first_step, first, last_step, last,
  minimum_step, minimum, maximum_step, maximum)
SELECT trial_id, metric_id, points, not_finite, first_step, first, last_step, last,
  minimum_step, minimum, maximum_step, maximum FROM series_1 ORDER BY trial_id, metric_id;
INSERT INTO point (series_id, step, value)
SELECT s.series_id, p.step, p.value FROM series s
JOIN point_1 p ON p.trial_id = s.trial_id AND p.metric_id = s.metric_id
ORDER BY s.series_id, p.step;
DROP TABLE point_1;
DROP TABLE series_1;
)sql";

constexpr const char* kViews2 = R"sql(
CREATE VIEW metrics AS
SELECT t.trial AS trial, m.name AS metric, p.step AS step, p.value AS value,
  CASE WHEN p.value IS NULL THEN 'nan' WHEN p.value = 9e999 THEN 'inf'
    WHEN p.value = -9e999 THEN '-inf' ELSE 'finite' END AS kind
FROM trial t JOIN series s ON s.trial_id = t.trial_id JOIN metric m ON m.metric_id = s.metric_id
JOIN point p ON p.series_id = s.series_id;

CREATE VIEW summaries AS
SELECT t.trial AS trial, st.name AS state, m.name AS metric, s.points AS points,
  s.not_finite AS not_finite, s.first_step AS first_step, s.first AS first,
  s.last_step AS last_step, s.last AS last, s.minimum_step AS minimum_step,
  s.minimum AS minimum, s.maximum_step AS maximum_step, s.maximum AS maximum
FROM series s JOIN trial t ON t.trial_id = s.trial_id JOIN state st ON st.state = t.state
JOIN metric m ON m.metric_id = s.metric_id;

CREATE VIEW final_metrics AS
SELECT t.trial AS trial, m.name AS metric, s.last_step AS step, s.last AS value,
  CASE WHEN s.last IS NULL THEN 'nan' WHEN s.last = 9e999 THEN 'inf'
    WHEN s.last = -9e999 THEN '-inf' ELSE 'finite' END AS kind
FROM series s JOIN trial t ON t.trial_id = s.trial_id JOIN metric m ON m.metric_id = s.metric_id
WHERE t.state = 2;
)sql";

void condense_all(Connection& connection) {
  std::vector<std::int64_t> trials;
  Statement rows = connection.prepare("SELECT DISTINCT trial_id FROM series");
  while (rows.step()) trials.push_back(rows.integer(0));
  Condenser condenser(connection);
  for (const std::int64_t trial_id : trials) condenser.refresh(trial_id);
}

}  // namespace

void migrate(Connection& connection, int from) {
  if (from < 1) {
    for (const char* sql : statements_1()) connection.execute(sql);
    connection.execute(fmt::format("PRAGMA application_id = {}", kApplicationId));
  }
  if (from < 2) {
    connection.execute(kTables2);
    connection.execute(kViews2);
    condense_all(connection);
  }
  connection.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
}

}  // namespace polysweep
