// The sweep that a command is asked about, with the statistics of its report.
#pragma once

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

#include "cli/shared/command.h"
#include "reports/document/study.h"

namespace polysweep {

// The sweep called `name`; "": the store's only one. Throws Error that lists the
// sweeps where that is not clear.
std::string chosen_sweep(const Database& database, const std::string& name);

// --family, which may be given again and again.
void declare_family(CommandOptions& options);

// --store, --json, --metric, --confidence, --alpha, and --figure where the
// command draws.
void declare_study(CommandOptions& options);

// A study that owns its results. Not movable: the study refers to them.
class SweepStudy {
 public:
  // Of the sweep `name`, as the options say. Throws Error for a metric that no
  // trial reported.
  SweepStudy(const po::variables_map& given, const std::string& name);
  SweepStudy(const SweepStudy&) = delete;
  SweepStudy& operator=(const SweepStudy&) = delete;

  Study& study() { return *study_; }
  // The same results with other baselines (cell_choice.h).
  void rebase(const std::string& a, const std::string& b);
  // The cell from which one factor is changed.
  void set_reference(const std::string& cell);

 private:
  ReportOptions options_;
  SweepResults results_;
  std::unique_ptr<Study> study_;
};

// Draws into the file of --figure, if it is given: SVG or PDF by its ending.
// Several figures are numbered: F-1.svg, F-2.svg. Prints their names to standard
// error. Throws Error for another ending, and where there is nothing to draw.
void write_figures(const po::variables_map& given, const std::vector<Figure>& figures);

// Parts of the commands' JSON. A number that is not finite is null.
using Json = nlohmann::ordered_json;
Json json_cell(const Study& study, std::size_t cell);  // {"label", "levels"}
Json json_number(const std::optional<double>& value);
Json json_interval(const std::optional<Interval>& interval);  // [low, high] or null
// {"sweep", "metric", "unit", "goal", "confidence"}, to which commands add.
Json json_head(const Study& study, const MetricInfo& metric);
void print_json(const Json& json);

}  // namespace polysweep
