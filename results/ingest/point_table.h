// Metric points, their summaries per series, and texts, while ingest writes
// them. Part of ingest.
#pragma once

#include <cstdint>
#include <map>
#include <string>
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

// One row of table `series`.
struct SeriesRow {
  std::int64_t series_id = 0;
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

  // What is added to it is written at flush(). A later point of the same step
  // takes the place of an earlier one, which then no longer counts. The
  // reference is good until flush(), take_share() or forget().
  PendingSeries& pending(std::int64_t trial_id, std::int64_t metric_id) {
    return pending_[{trial_id, metric_id}];
  }
  void add_text(std::int64_t trial_id, AttemptRow& attempt, const TextRecorded& event);

  // Attempt rows[index] of the trial takes its share of the steps, those beyond
  // `begins_after`: what earlier attempts had there is removed.
  void take_share(std::int64_t trial_id, std::size_t index, std::int64_t begins_after);

  void flush();
  void forget();
  // The trials whose points were written or removed since it was called last.
  std::vector<std::int64_t> take_changed() { return std::exchange(changed_, {}); }

 private:
  struct Series {
    std::int64_t trial_id;
    std::int64_t metric_id;
  };
  void write_series(const Series& series, PendingSeries& points);
  void append_points(SeriesRow& row, const PendingSeries& points);
  void merge_points(const Series& series, SeriesRow& row, const PendingSeries& points);
  SeriesRow read_series(const Series& series);
  void write_row(const SeriesRow& row);
  void summarise_again(std::int64_t series_id);
  // Of steps in (after, through]; returns how many.
  std::int64_t remove_points(std::int64_t trial_id, std::int64_t after, std::int64_t through);
  std::int64_t remove_texts(std::int64_t trial_id, std::int64_t after, std::int64_t through);
  void uncount(const Series& series, const PendingPoint& replaced);

  AttemptTable& attempts_;
  Connection& connection_;
  Statement add_point_, add_points_, put_point_, has_point_, remove_points_, points_of_;
  Statement read_series_, add_series_, write_series_, remove_series_, series_of_;
  Statement has_text_, put_text_, remove_texts_;
  std::map<std::pair<std::int64_t, std::int64_t>, PendingSeries> pending_;
  std::vector<std::int64_t> changed_;
};

}  // namespace polysweep
