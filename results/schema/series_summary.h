// The summaries of a trial's series, which lists and reports read instead of the points.
//
// A settled trial (done, diverged or failed) that has series has one row in table
// trial_summary, with the summaries of all of them packed into one column. Ingest
// writes the row in the transaction that changes the series. For results/*.cc alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "results/schema/connection.h"

namespace polysweep {

// One series of a trial. A value is NaN where the series has none, or NaN.
struct SeriesSummary {
  std::int64_t metric_id = 0;
  std::uint64_t points = 0;
  std::int64_t first_step = 0;
  std::int64_t last_step = 0;
  double last = 0;
  double minimum = 0;  // over the finite values
  double maximum = 0;
};

// Column trial_summary.series.
std::string encode_summaries(const std::vector<SeriesSummary>& summaries);
std::vector<SeriesSummary> decode_summaries(std::string_view bytes);
// SeriesSummary::last of one metric, without making the list; NaN where the metric has no
// series.
double last_value(std::string_view bytes, std::int64_t metric_id);

// The summaries of a trial, settled or not.
class SummaryReader {
 public:
  explicit SummaryReader(Connection& connection);
  // `packed`: column trial_summary.series of that trial, "" if it has no such
  // row. Ordered by metric_id.
  std::vector<SeriesSummary> read(std::int64_t trial_id, std::string_view packed);

 private:
  Statement rows_;
};

}  // namespace polysweep
