// Builds the report of a sweep.
#pragma once

#include <string>

#include "reports/analysis/sweep_analysis.h"
#include "reports/document/report.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct ReportOptions : AnalysisOptions {
  // The command that makes this report again; "" leaves it out.
  std::string command;
};

// Throws Error for options that check_options() refuses, and for a reference that is
// not a cell.
Report build_report(const SweepResults& results, const ReportOptions& options = {});

}  // namespace polysweep
