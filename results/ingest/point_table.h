// Metric points, their summaries per series, and texts, while ingest writes them.
// Part of ingest.
//
// A series whose steps count the clock of checkpoints is shared out among attempts
// by step (attempt_table.h). One with its own clock belongs, complete, to one
// attempt: the latest that wrote it, unless a later one started from nothing. The
// same holds for texts, by name. While a series belongs to an attempt, points of its
// metric on the checkpoints' clock do not count: they come from a declaration that
// was changed between two attempts of the trial, the only case in which the rows can
// depend on the order of reading.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "results/ingest/attempt_table.h"
#include "results/schema/connection.h"

namespace polysweep {

// A point that counts, and the attempt that reported it.
struct PendingPoint {
  std::int64_t step = 0;
  double value = 0;
  std::uint32_t attempt = 0;
  std::int64_t journal_id = 0;
};

// The counted points of a series that wait for flush(), in the order of reading.
using PendingSeries = std::vector<PendingPoint>;

// The attempt that a series or text with its own clock belongs to.
struct SeriesOwner {
  std::uint32_t attempt = 0;
  std::int64_t journal_id = 0;
};

// One row of table `series`.
struct SeriesRow {
  std::int64_t series_id = 0;
  std::optional<SeriesOwner> owner;  // empty: it counts the clock of checkpoints
  std::int64_t points = 0;
  std::int64_t not_finite = 0;
  std::int64_t first_step = 0;
  double first = 0;
  std::int64_t last_step = 0;
  double last = 0;
  std::optional<std::int64_t> minimum_step;  // the earliest of equal ones
  double minimum = 0;
  std::optional<std::int64_t> maximum_step;
  double maximum = 0;

  // A point beyond the last one.
  void append(std::int64_t step, double value);
};

class PointTable {
 public:
  PointTable(Connection& connection, AttemptTable& attempts);

  // Attempt rows[index] of the trial writes a series with its own clock: what an
  // earlier attempt wrote of it is removed.
  void take_series(std::int64_t trial_id, std::size_t index, std::int64_t metric_id);
  // The waiting points of a series, to which attempt rows[index] of the trial adds
  // some; null if none of them count because the series belongs to another attempt.
  // To be called after take_series() if it has its own clock. What is added is
  // written at flush(). A later point of the same step replaces an earlier one,
  // which then no longer counts. The pointer is good until flush(), take_series(),
  // take_share() or forget().
  PendingSeries* series(std::int64_t trial_id, std::size_t index, std::int64_t metric_id,
                        bool own_clock);
  // The text counts unless it belongs to another attempt. Its step is one that the
  // attempt owns.
  void add_text(std::int64_t trial_id, std::size_t index, const TextRecorded& event);

  // Attempt rows[index] of the trial takes its share of the steps, those beyond
  // `begins_after`: what earlier attempts had there is removed.
  void take_share(std::int64_t trial_id, std::size_t index, std::int64_t begins_after);

  void flush();
  void forget();
  void trim();  // between transactions
  // The trials whose points were written or removed since the last call.
  std::vector<std::int64_t> take_changed() { return std::exchange(changed_, {}); }

 private:
  struct Series {
    std::int64_t trial_id;
    std::int64_t metric_id;
    friend auto operator<=>(const Series&, const Series&) = default;
  };
  void write_series(const Series& series, PendingSeries& points);
  void append_points(SeriesRow& row, const PendingSeries& points);
  void merge_points(const Series& series, SeriesRow& row, const PendingSeries& points);
  // The row of the series; added if there is none.
  SeriesRow read_series(const Series& series);
  // The row of the series, if there is one.
  std::optional<SeriesRow> find_series(const Series& series);
  // The owner of the series, if it has its own clock and any points.
  std::optional<SeriesOwner> owner_of(const Series& series);
  bool owns(std::int64_t trial_id, std::size_t index, const std::optional<SeriesOwner>& owner);
  // True if rows[index] may write what `owner` has: it is that attempt or a later
  // one, and none after it started from nothing.
  bool may_take(std::int64_t trial_id, std::size_t index, const std::optional<SeriesOwner>& owner);
  bool is_earlier(std::int64_t trial_id, const SeriesOwner& owner, std::size_t index);
  // Removes all points of the series; they no longer count.
  void remove_series(const Series& series);
  void remove_earlier_owned(std::int64_t trial_id, std::size_t index);
  void remove_owned_texts(std::int64_t trial_id, std::string_view name, const SeriesOwner& owner);
  void write_row(const SeriesRow& row);
  void summarise_again(std::int64_t series_id);
  // Of steps in (after, through], without those that have their own clock; returns
  // how many.
  std::int64_t remove_points(std::int64_t trial_id, std::int64_t after, std::int64_t through);
  std::int64_t remove_texts(std::int64_t trial_id, std::int64_t after, std::int64_t through);
  void uncount(const Series& series, const PendingPoint& replaced);

  AttemptTable& attempts_;
  Connection& connection_;
  Statement add_point_, add_points_, put_point_, has_point_, remove_points_, points_of_;
  Statement read_series_, add_series_, write_series_, remove_series_, series_of_;
  Statement has_text_, put_text_, remove_texts_;
  Statement remove_all_points_, read_owned_metrics_, count_between_, owned_series_, owned_texts_,
      text_owner_;
  Statement remove_named_texts_;
  std::map<Series, PendingSeries> pending_;
  std::map<Series, std::optional<SeriesOwner>> owners_;  // of metrics in owned_metrics_
  // The metrics of which any series has an owner; empty: to be read.
  std::optional<std::set<std::int64_t>> owned_metrics_;
  std::vector<std::int64_t> changed_;
};

}  // namespace polysweep
