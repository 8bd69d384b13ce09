#include "results/schema/schema.h"

namespace polysweep {

const char* const kTrialViews = R"sql(
CREATE VIEW trials AS
SELECT t.trial AS trial, e.name AS experiment, e.version AS version,
  nullif(substr(t.code, 1, 12), '') AS code,
  t.data_digest AS data_digest, t.parameters AS parameters, s.name AS state,
  t.attempt AS attempts, j.host AS host
FROM trial t JOIN state s ON s.state = t.state
LEFT JOIN experiment e ON e.experiment_id = t.experiment_id
LEFT JOIN journal j ON j.journal_id = t.journal_id;

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

CREATE VIEW texts AS
SELECT t.trial AS trial, x.name AS name, x.step AS step, x.value AS value
FROM text x JOIN trial t ON t.trial_id = x.trial_id;

CREATE VIEW attempts AS
SELECT t.trial AS trial, a.attempt AS attempt, j.host AS host, a.epoch AS epoch,
  a.slot AS slot, a.device AS device,
  CASE WHEN a.outcome IS NOT NULL THEN 'finished'
    WHEN j.live AND j.epoch = a.epoch AND NOT EXISTS (
      SELECT 1 FROM attempt_lost l
        WHERE l.trial_id = a.trial_id AND l.attempt = a.attempt) THEN 'running'
    ELSE 'lost' END AS state,
  CASE WHEN a.outcome IS NOT NULL THEN o.name
    WHEN j.live AND j.epoch = a.epoch AND NOT EXISTS (
      SELECT 1 FROM attempt_lost l
        WHERE l.trial_id = a.trial_id AND l.attempt = a.attempt) THEN NULL
    ELSE 'host lost' END AS outcome,
  coalesce(a.final, (SELECT max(l.final) FROM attempt_lost l
    WHERE l.trial_id = a.trial_id AND l.attempt = a.attempt), 0) AS final,
  coalesce(a.message, (SELECT max(l.message) FROM attempt_lost l
    WHERE l.trial_id = a.trial_id AND l.attempt = a.attempt), '') AS message,
  coalesce(a.output_tail, '') AS output_tail, a.started_us AS started_us,
  a.finished_us AS finished_us, a.elapsed_s AS elapsed_s,
  a.peak_memory_bytes AS peak_memory_bytes,
  a.resumed_step AS resumed_step,
  a.points AS points, a.points - a.points_counted AS points_ignored,
  a.points_dropped AS points_dropped,
  a.findings AS findings,
  a.texts AS texts, a.texts - a.texts_counted AS texts_ignored, p.digest AS provenance,
  a.attempt = t.attempt AND a.journal_id = t.journal_id AS counted
FROM attempt a JOIN trial t ON t.trial_id = a.trial_id
JOIN journal j ON j.journal_id = a.journal_id
LEFT JOIN outcome o ON o.outcome = a.outcome
LEFT JOIN provenance_document p ON p.provenance_id = a.provenance_id;
)sql";

const char* const kOtherViews = R"sql(
CREATE VIEW provenance AS SELECT digest, document FROM provenance_document;

CREATE VIEW provenance_facts AS
SELECT p.digest AS provenance, f.key AS fact, f.value AS value
FROM provenance_document p, json_each(p.document) f;

CREATE VIEW sweeps AS
SELECT s.name AS sweep, e.name AS experiment, e.version AS version, r.revision AS revision,
  n.trial_count AS trials, n.planned_us AS planned_us, n.description AS description
FROM sweep s JOIN planning n ON n.planning_id = s.planning_id
JOIN revision r ON r.revision_id = n.revision_id
JOIN experiment e ON e.experiment_id = n.experiment_id;

CREATE VIEW sweep_trials AS
SELECT s.name AS sweep, x.position AS position, x.cell AS cell, t.trial AS trial,
  st.name AS state, coalesce(x.parameters, t.parameters) AS parameters
FROM sweep s JOIN planning n ON n.planning_id = s.planning_id
JOIN sweep_trial x ON x.revision_id = n.revision_id
JOIN trial t ON t.trial_id = x.trial_id JOIN state st ON st.state = t.state;

CREATE VIEW cells AS
SELECT s.name AS sweep, c.cell AS cell, c.levels AS levels, c.is_baseline AS is_baseline,
  c.baseline AS baseline, count(t.trial_id) AS planned,
  count(CASE WHEN t.state = 2 THEN 1 END) AS done,
  count(CASE WHEN t.state = 1 THEN 1 END) AS running,
  count(CASE WHEN t.state = 3 THEN 1 END) AS diverged,
  count(CASE WHEN t.state = 4 THEN 1 END) AS failed,
  count(CASE WHEN t.state = 0 THEN 1 END) AS pending
FROM sweep s JOIN planning n ON n.planning_id = s.planning_id
JOIN cell c ON c.revision_id = n.revision_id
LEFT JOIN sweep_trial x ON x.revision_id = n.revision_id AND x.cell = c.cell
LEFT JOIN trial t ON t.trial_id = x.trial_id
GROUP BY s.sweep_id, c.cell;

CREATE VIEW journals AS
SELECT host, epoch, live, pid, started_us, stopped_us, stop_reason, segment,
  offset AS offset_bytes, last_sequence
FROM journal;

CREATE VIEW damage AS
SELECT j.host AS host, d.segment AS segment, d.offset AS offset_bytes,
  d.torn_tail AS torn_tail, d.what AS what
FROM journal_damage d JOIN journal j ON j.journal_id = d.journal_id;
)sql";

}  // namespace polysweep
