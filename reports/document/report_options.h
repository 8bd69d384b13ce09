// What a report is asked for.
#pragma once

#include <string>

#include "reports/analysis/sweep_analysis.h"

namespace polysweep {

struct ReportOptions : AnalysisOptions {
  // The store's folder and the folder of the sweep's data files, as they are given to
  // `polysweep run`; "": the default.
  std::string store;
  std::string data;
  // The command that makes this report again; "" leaves it out.
  std::string command;
};

}  // namespace polysweep
