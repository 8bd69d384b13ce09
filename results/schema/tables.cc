#include "results/schema/schema.h"

namespace polysweep {

const char* const kTables = R"sql(
CREATE TABLE journal (
  journal_id INTEGER PRIMARY KEY,
  host TEXT NOT NULL UNIQUE,
  segment INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  live INTEGER NOT NULL,
  pid INTEGER,
  started_us INTEGER,
  stopped_us INTEGER,
  stop_reason TEXT
);

CREATE TABLE journal_damage (
  journal_id INTEGER NOT NULL REFERENCES journal,
  segment INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  torn_tail INTEGER NOT NULL,
  what TEXT NOT NULL,
  PRIMARY KEY (journal_id, segment, offset, what)
) WITHOUT ROWID;

CREATE TABLE state (state INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO state VALUES (0, 'pending'), (1, 'running'), (2, 'done'), (3, 'diverged'),
  (4, 'failed');

CREATE TABLE outcome (outcome INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO outcome VALUES (1, 'done'), (2, 'diverged'), (3, 'error'), (4, 'crashed'),
  (5, 'out of memory'), (6, 'hung'), (7, 'timed out'), (8, 'preempted'), (9, 'host lost'),
  (10, 'stopped');

CREATE TABLE experiment (
  experiment_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  UNIQUE (name, version)
);

CREATE TABLE trial (
  trial_id INTEGER PRIMARY KEY,
  trial TEXT NOT NULL UNIQUE,
  experiment_id INTEGER REFERENCES experiment,
  code TEXT,
  data_digest TEXT,
  parameters TEXT,
  state INTEGER NOT NULL DEFAULT 0 REFERENCES state,
  attempt INTEGER NOT NULL DEFAULT 0,
  journal_id INTEGER REFERENCES journal
);

CREATE TABLE provenance_document (
  provenance_id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  document TEXT
);

CREATE TABLE attempt (
  trial_id INTEGER NOT NULL REFERENCES trial,
  attempt INTEGER NOT NULL,
  journal_id INTEGER NOT NULL REFERENCES journal,
  epoch INTEGER NOT NULL,
  slot INTEGER,
  device INTEGER,
  provenance_id INTEGER REFERENCES provenance_document,
  started_us INTEGER,
  begins_after INTEGER,
  points INTEGER NOT NULL,
  points_counted INTEGER NOT NULL,
  texts INTEGER NOT NULL,
  texts_counted INTEGER NOT NULL,
  outcome INTEGER REFERENCES outcome,
  final INTEGER,
  message TEXT,
  output_tail TEXT,
  elapsed_s REAL,
  peak_memory_bytes REAL,
  finished_us INTEGER,
  points_dropped INTEGER NOT NULL,
  findings TEXT NOT NULL,
  resumed_step INTEGER,
  PRIMARY KEY (trial_id, attempt, journal_id)
) WITHOUT ROWID;
CREATE INDEX attempt_reported ON attempt (trial_id) WHERE points_dropped > 0 OR findings <> '';
CREATE INDEX attempt_unfinished ON attempt (journal_id) WHERE outcome IS NULL;

CREATE TABLE attempt_lost (
  trial_id INTEGER NOT NULL REFERENCES trial,
  attempt INTEGER NOT NULL,
  journal_id INTEGER NOT NULL REFERENCES journal,
  final INTEGER NOT NULL,
  message TEXT NOT NULL,
  noticed_us INTEGER NOT NULL,
  PRIMARY KEY (trial_id, attempt, journal_id)
) WITHOUT ROWID;

CREATE TABLE parameter (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE metric (metric_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE series (
  series_id INTEGER PRIMARY KEY,
  trial_id INTEGER NOT NULL,
  metric_id INTEGER NOT NULL,
  owner_attempt INTEGER,
  owner_journal_id INTEGER REFERENCES journal,
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

CREATE INDEX series_owned ON series (metric_id) WHERE owner_attempt IS NOT NULL;

CREATE TABLE point (
  series_id INTEGER NOT NULL,
  step INTEGER NOT NULL,
  value REAL,
  PRIMARY KEY (series_id, step)
) WITHOUT ROWID;

CREATE TABLE trial_summary (trial_id INTEGER PRIMARY KEY, series BLOB NOT NULL);
CREATE TABLE thinned_curve (curve_id INTEGER PRIMARY KEY, points BLOB NOT NULL);

CREATE TABLE text (
  text_id INTEGER PRIMARY KEY,
  trial_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  step INTEGER NOT NULL,
  value TEXT NOT NULL,
  owner_attempt INTEGER,
  owner_journal_id INTEGER REFERENCES journal,
  UNIQUE (trial_id, name, step)
);

CREATE TABLE sweep (
  sweep_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  planning_id INTEGER REFERENCES planning
);

CREATE TABLE revision (
  revision_id INTEGER PRIMARY KEY,
  sweep_id INTEGER NOT NULL REFERENCES sweep,
  revision TEXT NOT NULL,
  UNIQUE (sweep_id, revision)
);

CREATE TABLE planning (
  planning_id INTEGER PRIMARY KEY,
  sweep_id INTEGER NOT NULL REFERENCES sweep,
  journal_id INTEGER NOT NULL REFERENCES journal,
  sequence INTEGER NOT NULL,
  revision_id INTEGER NOT NULL REFERENCES revision,
  experiment_id INTEGER NOT NULL REFERENCES experiment,
  trial_count INTEGER NOT NULL,
  planned_us INTEGER NOT NULL,
  order_us INTEGER NOT NULL,
  description TEXT NOT NULL,
  UNIQUE (sweep_id, journal_id, sequence)
);

CREATE TABLE cell (
  revision_id INTEGER NOT NULL REFERENCES revision,
  cell INTEGER NOT NULL,
  levels TEXT NOT NULL,
  baseline INTEGER,
  is_baseline INTEGER NOT NULL,
  PRIMARY KEY (revision_id, cell)
) WITHOUT ROWID;

CREATE TABLE sweep_trial (
  revision_id INTEGER NOT NULL REFERENCES revision,
  position INTEGER NOT NULL,
  trial_id INTEGER NOT NULL REFERENCES trial,
  cell INTEGER NOT NULL,
  parameters TEXT,
  PRIMARY KEY (revision_id, position)
) WITHOUT ROWID;
CREATE INDEX sweep_trial_trial ON sweep_trial (trial_id, revision_id);
)sql";

}  // namespace polysweep
