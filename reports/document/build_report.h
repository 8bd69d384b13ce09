// Builds the report of a sweep.
#pragma once

#include "reports/document/report.h"
#include "reports/document/report_options.h"
#include "results/read/sweep_results.h"

namespace polysweep {

// Throws Error for options that check_options() refuses, and for a reference that is
// not a cell.
Report build_report(const SweepResults& results, const ReportOptions& options = {});

}  // namespace polysweep
