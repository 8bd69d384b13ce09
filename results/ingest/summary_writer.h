// Writes the rows of tables trial_summary and thinned_curve. Part of ingest.
#pragma once

#include <cstdint>
#include <vector>

#include "results/schema/connection.h"
#include "results/schema/series_summary.h"
#include "results/schema/thinned_curve.h"

namespace polysweep {

class SummaryWriter {
 public:
  explicit SummaryWriter(Connection& connection);
  // Writes the rows of a trial again, or removes them if it is not settled. To be
  // called after its points, series and state were written.
  void refresh(std::int64_t trial_id);

 private:
  void remove(std::int64_t trial_id);
  std::vector<ThinnedPoint> thin(const SeriesSummary& series, std::int64_t trial_id);

  SummaryReader reader_;
  Statement state_, packed_, points_;
  Statement put_trial_, put_curve_, remove_trial_, remove_curve_;
};

}  // namespace polysweep
