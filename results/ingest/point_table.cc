#include "results/ingest/point_table.h"

#include <algorithm>
#include <cmath>

#include "results/schema/stored_text.h"

namespace polysweep {

namespace {

// So many points go into one statement: starting one costs as much as a row.
constexpr std::size_t kPointsAtOnce = 40;

std::string insert_points(std::size_t count) {
  std::string sql = "INSERT INTO point (series_id, step, value) VALUES (?1, ?, ?)";
  for (std::size_t i = 1; i < count; ++i) sql += ", (?1, ?, ?)";
  return sql;
}

}  // namespace

void SeriesRow::append(std::int64_t step, double value) {
  if (points == 0) {
    first_step = step;
    first = value;
  }
  ++points;
  last_step = step;
  last = value;
  if (!std::isfinite(value)) {
    ++not_finite;
    return;
  }
  if (!minimum_step || value < minimum) {
    minimum_step = step;
    minimum = value;
  }
  if (!maximum_step || value > maximum) {
    maximum_step = step;
    maximum = value;
  }
}

PointTable::PointTable(Connection& connection, AttemptTable& attempts)
    : attempts_(attempts),
      connection_(connection),
      add_point_(connection.prepare(insert_points(1))),
      add_points_(connection.prepare(insert_points(kPointsAtOnce))),
      put_point_(connection.prepare(
          "INSERT OR REPLACE INTO point (series_id, step, value) VALUES (?, ?, ?)")),
      has_point_(connection.prepare("SELECT 1 FROM point WHERE series_id = ? AND step = ?")),
      remove_points_(connection.prepare("DELETE FROM point WHERE series_id = ? AND step > ? "
                                        "AND step <= ?")),
      points_of_(
          connection.prepare("SELECT step, value FROM point WHERE series_id = ? ORDER BY step")),
      read_series_(connection.prepare(
          "SELECT series_id, points, not_finite, first_step, first, last_step, last, minimum_step, "
          "minimum, maximum_step, maximum FROM series WHERE trial_id = ? AND metric_id = ?")),
      add_series_(connection.prepare(
          "INSERT INTO series (trial_id, metric_id, points, not_finite, first_step, last_step) "
          "VALUES (?, ?, 0, 0, 0, 0)")),
      write_series_(connection.prepare(
          "UPDATE series SET points = ?, not_finite = ?, first_step = ?, first = ?, last_step = ?, "
          "last = ?, minimum_step = ?, minimum = ?, maximum_step = ?, maximum = ? "
          "WHERE series_id = ?")),
      remove_series_(connection.prepare("DELETE FROM series WHERE series_id = ?")),
      series_of_(connection.prepare("SELECT series_id FROM series WHERE trial_id = ?")),
      has_text_(
          connection.prepare("SELECT 1 FROM text WHERE trial_id = ? AND name = ? AND step = ?")),
      put_text_(connection.prepare(
          "INSERT INTO text (trial_id, name, step, value) VALUES (?, ?, ?, ?) "
          "ON CONFLICT (trial_id, name, step) DO UPDATE SET value = excluded.value")),
      remove_texts_(
          connection.prepare("DELETE FROM text WHERE trial_id = ? AND step > ? AND step <= ?")) {}

void PointTable::add_text(std::int64_t trial_id, AttemptRow& attempt, const TextRecorded& event) {
  const std::string name = stored_text(event.name);
  const bool replaces = has_text_.with(trial_id, name, event.step).step();
  has_text_.reset();
  if (!replaces) ++attempt.texts_counted;
  put_text_.with(trial_id, name, event.step, stored_text(event.value)).run();
}

void PointTable::take_share(std::int64_t trial_id, std::size_t index, std::int64_t begins_after) {
  TrialAttempts& attempts = attempts_.of(trial_id);
  const auto had_something = [](const AttemptRow& row) {
    return row.points_counted > 0 || row.texts_counted > 0;
  };
  if (std::any_of(attempts.rows.begin(), attempts.rows.begin() + static_cast<long>(index),
                  had_something)) {
    flush();
    for (std::size_t earlier = 0; earlier < index; ++earlier) {
      AttemptRow& row = attempts.rows[earlier];
      if (!row.begins_after) continue;
      const std::int64_t after = std::max(*row.begins_after, begins_after);
      const std::int64_t through = attempts.end_of(earlier);
      if (after >= through) continue;
      row.points_counted -= remove_points(trial_id, after, through);
      row.texts_counted -= remove_texts(trial_id, after, through);
      row.changed = true;
    }
  }
  attempts.rows[index].begins_after = begins_after;
  attempts.rows[index].changed = true;
}

std::int64_t PointTable::remove_points(std::int64_t trial_id, std::int64_t after,
                                       std::int64_t through) {
  std::vector<std::int64_t> all;
  series_of_.with(trial_id);
  while (series_of_.step()) all.push_back(series_of_.integer(0));
  std::int64_t removed = 0;
  for (const std::int64_t series_id : all) {
    const std::int64_t gone = remove_points_.with(series_id, after, through).run();
    if (gone > 0) summarise_again(series_id);
    removed += gone;
  }
  changed_.push_back(trial_id);
  return removed;
}

std::int64_t PointTable::remove_texts(std::int64_t trial_id, std::int64_t after,
                                      std::int64_t through) {
  return remove_texts_.with(trial_id, after, through).run();
}

void PointTable::flush() {
  for (auto& [key, points] : pending_) {
    if (points.empty()) continue;
    write_series({key.first, key.second}, points);
    if (changed_.empty() || changed_.back() != key.first) changed_.push_back(key.first);
  }
  pending_.clear();
}

void PointTable::forget() {
  pending_.clear();
  changed_.clear();
}

void PointTable::write_series(const Series& series, PendingSeries& points) {
  const auto earlier = [](const PendingPoint& a, const PendingPoint& b) { return a.step < b.step; };
  // Stable: of equal steps, the one that was read last stays last.
  if (!std::is_sorted(points.begin(), points.end(), earlier)) {
    std::stable_sort(points.begin(), points.end(), earlier);
  }
  auto kept = points.begin();
  for (auto each = points.begin() + 1; each < points.end(); ++each) {
    if (each->step == kept->step) {
      uncount(series, *kept);
      *kept = *each;
    } else {
      *++kept = *each;
    }
  }
  points.erase(kept + 1, points.end());
  SeriesRow row = read_series(series);
  if (row.points == 0 || points.front().step > row.last_step) {
    append_points(row, points);
  } else {
    merge_points(series, row, points);
  }
}

void PointTable::append_points(SeriesRow& row, const PendingSeries& points) {
  for (const PendingPoint& each : points) row.append(each.step, each.value);
  std::size_t done = 0;
  for (; done + kPointsAtOnce <= points.size(); done += kPointsAtOnce) {
    add_points_.with(row.series_id);
    for (std::size_t i = 0; i < kPointsAtOnce; ++i) {
      const auto index = static_cast<int>(2 + 2 * i);
      add_points_.set(index, points[done + i].step);
      add_points_.set(index + 1, points[done + i].value);
    }
    add_points_.run();
  }
  for (; done < points.size(); ++done) {
    add_point_.with(row.series_id, points[done].step, points[done].value).run();
  }
  write_row(row);
}

void PointTable::merge_points(const Series& series, SeriesRow& row, const PendingSeries& points) {
  for (const PendingPoint& each : points) {
    const bool replaces = has_point_.with(row.series_id, each.step).step();
    has_point_.reset();
    if (replaces) uncount(series, each);
    put_point_.with(row.series_id, each.step, each.value).run();
  }
  summarise_again(row.series_id);
}

void PointTable::uncount(const Series& series, const PendingPoint& replaced) {
  const auto index = attempts_.find(series.trial_id, replaced.attempt, replaced.journal_id);
  check(index.has_value(), "a point's attempt has a row");
  AttemptRow& row = attempts_.of(series.trial_id).rows[*index];
  --row.points_counted;
  row.changed = true;
}

SeriesRow PointTable::read_series(const Series& series) {
  SeriesRow row;
  if (read_series_.with(series.trial_id, series.metric_id).step()) {
    row.series_id = read_series_.integer(0);
    row.points = read_series_.integer(1);
    row.not_finite = read_series_.integer(2);
    row.first_step = read_series_.integer(3);
    row.first = read_series_.real(4);
    row.last_step = read_series_.integer(5);
    row.last = read_series_.real(6);
    if (!read_series_.is_null(7)) row.minimum_step = read_series_.integer(7);
    row.minimum = read_series_.real(8);
    if (!read_series_.is_null(9)) row.maximum_step = read_series_.integer(9);
    row.maximum = read_series_.real(10);
  } else {
    add_series_.with(series.trial_id, series.metric_id).run();
    row.series_id = sqlite3_last_insert_rowid(connection_.handle());
  }
  read_series_.reset();
  return row;
}

void PointTable::write_row(const SeriesRow& row) {
  const auto extreme = [](const std::optional<std::int64_t>& step, double value) {
    return step ? std::optional(value) : std::nullopt;
  };
  write_series_
      .with(row.points, row.not_finite, row.first_step, row.first, row.last_step, row.last,
            row.minimum_step, extreme(row.minimum_step, row.minimum), row.maximum_step,
            extreme(row.maximum_step, row.maximum), row.series_id)
      .run();
}

void PointTable::summarise_again(std::int64_t series_id) {
  SeriesRow row;
  row.series_id = series_id;
  points_of_.with(series_id);
  while (points_of_.step()) row.append(points_of_.integer(0), points_of_.real(1));
  if (row.points == 0) {
    remove_series_.with(series_id).run();
  } else {
    write_row(row);
  }
}

}  // namespace polysweep
