#include "results/ingest/point_table.h"

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "results/schema/stored_text.h"

namespace polysweep {

namespace {

// So many points go into one statement: starting one costs as much as a row.
constexpr std::size_t kPointsAtOnce = 40;
constexpr std::size_t kMostOwnersRemembered = 100'000;

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
          "minimum, maximum_step, maximum, owner_attempt, owner_journal_id FROM series "
          "WHERE trial_id = ? AND metric_id = ?")),
      add_series_(connection.prepare(
          "INSERT INTO series (trial_id, metric_id, owner_attempt, owner_journal_id, points, "
          "not_finite, first_step, last_step) VALUES (?, ?, ?, ?, 0, 0, 0, 0)")),
      write_series_(connection.prepare(
          "UPDATE series SET points = ?, not_finite = ?, first_step = ?, first = ?, last_step = ?, "
          "last = ?, minimum_step = ?, minimum = ?, maximum_step = ?, maximum = ? "
          "WHERE series_id = ?")),
      remove_series_(connection.prepare("DELETE FROM series WHERE series_id = ?")),
      series_of_(connection.prepare("SELECT series_id FROM series WHERE trial_id = ? AND "
                                    "owner_attempt IS NULL")),
      has_text_(
          connection.prepare("SELECT 1 FROM text WHERE trial_id = ? AND name = ? AND step = ?")),
      put_text_(connection.prepare(
          "INSERT INTO text (trial_id, name, step, value, owner_attempt, owner_journal_id) "
          "VALUES (?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (trial_id, name, step) DO UPDATE SET value = excluded.value")),
      remove_texts_(connection.prepare("DELETE FROM text WHERE trial_id = ? AND step > ? AND "
                                       "step <= ? AND owner_attempt IS NULL")),
      remove_all_points_(connection.prepare("DELETE FROM point WHERE series_id = ?")),
      read_owned_metrics_(connection.prepare(
          "SELECT DISTINCT metric_id FROM series WHERE owner_attempt IS NOT NULL")),
      count_between_(connection.prepare("SELECT count(*) FROM point WHERE series_id = ? AND "
                                        "step > ? AND step <= ?")),
      owned_series_(connection.prepare(
          "SELECT metric_id, owner_attempt, owner_journal_id FROM series WHERE trial_id = ? AND "
          "owner_attempt IS NOT NULL")),
      owned_texts_(connection.prepare(
          "SELECT DISTINCT name, owner_attempt, owner_journal_id FROM text WHERE trial_id = ? AND "
          "owner_attempt IS NOT NULL")),
      text_owner_(connection.prepare(
          "SELECT owner_attempt, owner_journal_id FROM text WHERE trial_id = ? AND name = ? AND "
          "owner_attempt IS NOT NULL LIMIT 1")),
      remove_named_texts_(connection.prepare(
          "DELETE FROM text WHERE trial_id = ? AND name = ? AND owner_attempt IS NOT NULL")) {}

bool PointTable::is_earlier(std::int64_t trial_id, const SeriesOwner& owner, std::size_t index) {
  const auto found = attempts_.find(trial_id, owner.attempt, owner.journal_id);
  check(found.has_value(), "the attempt that owns a series has a row");
  return *found < index;
}

bool PointTable::owns(std::int64_t trial_id, std::size_t index,
                      const std::optional<SeriesOwner>& owner) {
  const AttemptRow& row = attempts_.of(trial_id).rows[index];
  return owner && owner->attempt == row.attempt && owner->journal_id == row.journal_id;
}

bool PointTable::may_take(std::int64_t trial_id, std::size_t index,
                          const std::optional<SeriesOwner>& owner) {
  if (attempts_.of(trial_id).superseded(index)) return false;
  return !owner || owns(trial_id, index, owner) || is_earlier(trial_id, *owner, index);
}

std::optional<SeriesOwner> PointTable::owner_of(const Series& series) {
  if (!owned_metrics_) {
    owned_metrics_.emplace();
    read_owned_metrics_.reset();
    while (read_owned_metrics_.step()) owned_metrics_->insert(read_owned_metrics_.integer(0));
  }
  if (!owned_metrics_->contains(series.metric_id)) return std::nullopt;
  const auto [place, is_new] = owners_.try_emplace(series);
  if (is_new) {
    if (const std::optional<SeriesRow> row = find_series(series)) place->second = row->owner;
  }
  return place->second;
}

void PointTable::take_series(std::int64_t trial_id, std::size_t index, std::int64_t metric_id) {
  const Series series{trial_id, metric_id};
  const std::optional<SeriesOwner> owner = owner_of(series);
  if (owns(trial_id, index, owner) || !may_take(trial_id, index, owner)) return;
  remove_series(series);
  const AttemptRow& row = attempts_.of(trial_id).rows[index];
  owned_metrics_->insert(metric_id);
  owners_[series] = SeriesOwner{row.attempt, row.journal_id};
}

PendingSeries* PointTable::series(std::int64_t trial_id, std::size_t index, std::int64_t metric_id,
                                  bool own_clock) {
  const Series series{trial_id, metric_id};
  const std::optional<SeriesOwner> owner = owner_of(series);
  const bool counts = own_clock ? owns(trial_id, index, owner) : !owner;
  return counts ? &pending_[series] : nullptr;
}

void PointTable::remove_series(const Series& series) {
  const auto pending = pending_.find(series);
  if (pending != pending_.end() && !pending->second.empty()) flush();
  const std::optional<SeriesRow> row = find_series(series);
  owners_.erase(series);
  if (!row) return;
  TrialAttempts& attempts = attempts_.of(series.trial_id);
  const auto uncount_points = [&](std::size_t index, std::int64_t count) {
    attempts.rows[index].points_counted -= count;
    attempts.rows[index].changed = true;
    check(attempts.rows[index].points_counted >= 0, "only points that counted are uncounted");
  };
  if (row->owner) {
    const auto index = attempts_.find(series.trial_id, row->owner->attempt, row->owner->journal_id);
    check(index.has_value(), "the attempt that owns a series has a row");
    uncount_points(*index, row->points);
  } else {
    for (std::size_t i = 0; i < attempts.rows.size(); ++i) {
      const std::optional<std::int64_t> after = attempts.rows[i].begins_after;
      if (!after) continue;
      check(count_between_.with(row->series_id, *after, attempts.end_of(i)).step(),
            "a count has a row");
      uncount_points(i, count_between_.integer(0));
      count_between_.reset();
    }
  }
  // Every one: a key of `series` is used again.
  remove_all_points_.with(row->series_id).run();
  remove_series_.with(row->series_id).run();
  changed_.push_back(series.trial_id);
}

void PointTable::add_text(std::int64_t trial_id, std::size_t index, const TextRecorded& event) {
  const std::string name = stored_text(event.name);
  std::optional<SeriesOwner> owner;
  if (text_owner_.with(trial_id, name).step()) {
    owner = SeriesOwner{static_cast<std::uint32_t>(text_owner_.integer(0)), text_owner_.integer(1)};
  }
  text_owner_.reset();
  AttemptRow& row = attempts_.of(trial_id).rows[index];
  if (event.own_clock) {
    if (!may_take(trial_id, index, owner)) return;
    if (owner && is_earlier(trial_id, *owner, index)) remove_owned_texts(trial_id, name, *owner);
    owner = SeriesOwner{row.attempt, row.journal_id};
  } else if (owner) {
    return;
  }
  const bool replaces = has_text_.with(trial_id, name, event.step).step();
  has_text_.reset();
  if (!replaces) ++row.texts_counted;
  std::optional<std::uint32_t> owner_attempt;
  std::optional<std::int64_t> owner_journal;
  if (owner) {
    owner_attempt = owner->attempt;
    owner_journal = owner->journal_id;
  }
  put_text_.with(trial_id, name, event.step, stored_text(event.value), owner_attempt, owner_journal)
      .run();
}

void PointTable::remove_owned_texts(std::int64_t trial_id, std::string_view name,
                                    const SeriesOwner& owner) {
  const auto index = attempts_.find(trial_id, owner.attempt, owner.journal_id);
  check(index.has_value(), "the attempt that owns a text has a row");
  AttemptRow& row = attempts_.of(trial_id).rows[*index];
  row.texts_counted -= remove_named_texts_.with(trial_id, name).run();
  row.changed = true;
}

// What a trial that starts from nothing leaves of the series and texts with their
// own clock: those of later attempts.
void PointTable::remove_earlier_owned(std::int64_t trial_id, std::size_t index) {
  std::vector<Series> earlier;
  owned_series_.with(trial_id);
  while (owned_series_.step()) {
    const SeriesOwner owner{static_cast<std::uint32_t>(owned_series_.integer(1)),
                            owned_series_.integer(2)};
    if (is_earlier(trial_id, owner, index)) earlier.push_back({trial_id, owned_series_.integer(0)});
  }
  for (const Series& series : earlier) remove_series(series);
  std::vector<std::pair<std::string, SeriesOwner>> texts;
  owned_texts_.with(trial_id);
  while (owned_texts_.step()) {
    const SeriesOwner owner{static_cast<std::uint32_t>(owned_texts_.integer(1)),
                            owned_texts_.integer(2)};
    if (is_earlier(trial_id, owner, index)) texts.emplace_back(owned_texts_.string(0), owner);
  }
  for (const auto& [name, owner] : texts) remove_owned_texts(trial_id, name, owner);
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
    if (begins_after == kFromNothing) remove_earlier_owned(trial_id, index);
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
  for (auto& [series, points] : pending_) {
    if (points.empty()) continue;
    write_series(series, points);
    if (changed_.empty() || changed_.back() != series.trial_id) changed_.push_back(series.trial_id);
  }
  pending_.clear();
}

void PointTable::trim() {
  check(pending_.empty(), "owners are dropped only after the series that have them were written");
  if (owners_.size() > kMostOwnersRemembered) owners_.clear();
}

void PointTable::forget() {
  pending_.clear();
  owners_.clear();
  owned_metrics_.reset();
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
    add_points_.reset();
    add_points_.set(1, row.series_id);
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
  if (const std::optional<SeriesRow> known = find_series(series)) return *known;
  SeriesRow row;
  const auto owner = owners_.find(series);
  if (owner != owners_.end()) row.owner = owner->second;
  std::optional<std::uint32_t> owner_attempt;
  std::optional<std::int64_t> owner_journal;
  if (row.owner) {
    owner_attempt = row.owner->attempt;
    owner_journal = row.owner->journal_id;
  }
  add_series_.with(series.trial_id, series.metric_id, owner_attempt, owner_journal).run();
  row.series_id = sqlite3_last_insert_rowid(connection_.handle());
  return row;
}

std::optional<SeriesRow> PointTable::find_series(const Series& series) {
  std::optional<SeriesRow> out;
  if (read_series_.with(series.trial_id, series.metric_id).step()) {
    SeriesRow& row = out.emplace();
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
    if (!read_series_.is_null(11)) {
      row.owner = SeriesOwner{static_cast<std::uint32_t>(read_series_.integer(11)),
                              read_series_.integer(12)};
    }
  }
  read_series_.reset();
  return out;
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
