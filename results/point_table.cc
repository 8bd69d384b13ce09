#include "results/point_table.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "results/stored_text.h"

namespace polysweep {

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
      add_point_(connection.prepare(
          "INSERT INTO point (trial_id, metric_id, step, value) VALUES (?, ?, ?, ?)")),
      put_point_(connection.prepare(
          "INSERT OR REPLACE INTO point (trial_id, metric_id, step, value) VALUES (?, ?, ?, ?)")),
      has_point_(connection.prepare(
          "SELECT 1 FROM point WHERE trial_id = ? AND metric_id = ? AND step = ?")),
      remove_points_(connection.prepare("DELETE FROM point WHERE trial_id = ? AND metric_id = ? "
                                        "AND step > ? AND step <= ?")),
      points_of_(connection.prepare(
          "SELECT step, value FROM point WHERE trial_id = ? AND metric_id = ? ORDER BY step")),
      read_series_(connection.prepare(
          "SELECT points, not_finite, first_step, first, last_step, last, minimum_step, minimum, "
          "maximum_step, maximum FROM series WHERE trial_id = ? AND metric_id = ?")),
      write_series_(connection.prepare(
          "INSERT OR REPLACE INTO series (trial_id, metric_id, points, not_finite, first_step, "
          "first, last_step, last, minimum_step, minimum, maximum_step, maximum) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      remove_series_(connection.prepare("DELETE FROM series WHERE trial_id = ? AND metric_id = ?")),
      series_of_(connection.prepare("SELECT metric_id FROM series WHERE trial_id = ?")),
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
  std::vector<std::int64_t> metrics;
  series_of_.with(trial_id);
  while (series_of_.step()) metrics.push_back(series_of_.integer(0));
  std::int64_t removed = 0;
  for (const std::int64_t metric_id : metrics) {
    const std::int64_t gone = remove_points_.with(trial_id, metric_id, after, through).run();
    if (gone > 0) summarise_again(trial_id, metric_id);
    removed += gone;
  }
  return removed;
}

std::int64_t PointTable::remove_texts(std::int64_t trial_id, std::int64_t after,
                                      std::int64_t through) {
  return remove_texts_.with(trial_id, after, through).run();
}

void PointTable::flush() {
  const auto key = [](const PendingPoint& point) {
    return std::tie(point.trial_id, point.metric_id, point.step);
  };
  const auto before = [&](const auto& a, const auto& b) { return key(a) < key(b); };
  // Stable: of equal steps, the one that was read last stays last.
  std::stable_sort(pending_.begin(), pending_.end(), before);
  for (auto begin = pending_.begin(); begin != pending_.end();) {
    auto end = begin;
    while (end != pending_.end() && end->trial_id == begin->trial_id &&
           end->metric_id == begin->metric_id) {
      ++end;
    }
    write_series(begin, end);
    begin = end;
  }
  pending_.clear();
}

void PointTable::write_series(Place begin, Place end) {
  Place kept = begin;
  for (Place each = begin + 1; each < end; ++each) {
    if (each->step == kept->step) {
      uncount(*kept);
      *kept = *each;
    } else {
      *++kept = *each;
    }
  }
  end = kept + 1;
  SeriesRow row;
  if (!read_series(begin->trial_id, begin->metric_id, row) || begin->step > row.last_step) {
    append_series(begin, end, row);
  } else {
    merge_series(begin, end);
  }
}

void PointTable::append_series(Place begin, Place end, SeriesRow row) {
  for (Place each = begin; each < end; ++each) {
    add_point_.with(each->trial_id, each->metric_id, each->step, each->value).run();
    row.append(each->step, each->value);
  }
  write_series_row(begin->trial_id, begin->metric_id, row);
}

void PointTable::merge_series(Place begin, Place end) {
  for (Place each = begin; each < end; ++each) {
    const bool replaces = has_point_.with(each->trial_id, each->metric_id, each->step).step();
    has_point_.reset();
    if (replaces) uncount(*each);
    put_point_.with(each->trial_id, each->metric_id, each->step, each->value).run();
  }
  summarise_again(begin->trial_id, begin->metric_id);
}

void PointTable::uncount(const PendingPoint& replaced) {
  const auto index = attempts_.find(replaced.trial_id, replaced.attempt, replaced.journal_id);
  check(index.has_value(), "a point's attempt has a row");
  AttemptRow& row = attempts_.of(replaced.trial_id).rows[*index];
  --row.points_counted;
  row.changed = true;
}

bool PointTable::read_series(std::int64_t trial_id, std::int64_t metric_id, SeriesRow& row) {
  const bool found = read_series_.with(trial_id, metric_id).step();
  if (found) {
    row.points = read_series_.integer(0);
    row.not_finite = read_series_.integer(1);
    row.first_step = read_series_.integer(2);
    row.first = read_series_.real(3);
    row.last_step = read_series_.integer(4);
    row.last = read_series_.real(5);
    if (!read_series_.is_null(6)) row.minimum_step = read_series_.integer(6);
    row.minimum = read_series_.real(7);
    if (!read_series_.is_null(8)) row.maximum_step = read_series_.integer(8);
    row.maximum = read_series_.real(9);
  }
  read_series_.reset();
  return found;
}

void PointTable::write_series_row(std::int64_t trial_id, std::int64_t metric_id,
                                  const SeriesRow& row) {
  const auto extreme = [](const std::optional<std::int64_t>& step, double value) {
    return step ? std::optional(value) : std::nullopt;
  };
  write_series_
      .with(trial_id, metric_id, row.points, row.not_finite, row.first_step, row.first,
            row.last_step, row.last, row.minimum_step, extreme(row.minimum_step, row.minimum),
            row.maximum_step, extreme(row.maximum_step, row.maximum))
      .run();
}

void PointTable::summarise_again(std::int64_t trial_id, std::int64_t metric_id) {
  SeriesRow row;
  points_of_.with(trial_id, metric_id);
  while (points_of_.step()) row.append(points_of_.integer(0), points_of_.real(1));
  if (row.points == 0) {
    remove_series_.with(trial_id, metric_id).run();
  } else {
    write_series_row(trial_id, metric_id, row);
  }
}

}  // namespace polysweep
