// The sweep that a command is asked about, with the statistics of its report.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/shared/command.h"
#include "cli/shared/json_output.h"
#include "reports/document/sections.h"
#include "results/schema/database.h"

namespace polysweep {

// --store, --json, --metric, --confidence and --out.
void declare_analysis(CommandOptions& options);

// --test, --alpha, --smallest-difference and --family: instead of what the sweep declares.
void declare_rule(CommandOptions& options);
void read_rule(const po::variables_map& given, AnalysisOptions& options);

// An analysis that owns its results. Not movable: the analysis refers to them.
class AnalysedSweep {
 public:
  // Of the argument `sweep`, or the only sweep of the store, as the options say.
  // Throws Error for a metric that no trial reported. The smallest difference that the
  // sweep declares is one of its primary metric only.
  // `cells`: as find_cells() reads them; where their levels say which cells they are, only
  // these are loaded. Empty: all cells. Two versions, code=A and code=B: the comparison of
  // these (code_words.h).
  explicit AnalysedSweep(const po::variables_map& given,
                         const std::vector<std::string>& cells = {});
  // At most `most` comparisons of the complete family, those that are decided first: of a
  // larger one the cells of these are loaded alone. Every comparison where a family is
  // chosen or declared.
  AnalysedSweep(const po::variables_map& given, std::size_t most);
  AnalysedSweep(const AnalysedSweep&) = delete;
  AnalysedSweep& operator=(const AnalysedSweep&) = delete;

  const SweepAnalysis& analysis() const { return *analysis_; }
  // True if versions of the code are compared, and not cells.
  bool compares_code() const { return compares_code_; }
  // Compares the cells of `a` with those of `b` instead (cell_choice.h).
  void rebase(const std::string& a, const std::string& b);

 private:
  AnalysedSweep(Database database, const po::variables_map& given);
  void analyse_all(const po::variables_map& given, const std::vector<std::string>& cells);
  // False where the options or the sweep need all cells.
  bool analyse_part(const po::variables_map& given, std::size_t most);

  Database database_;
  std::string sweep_;
  ReportOptions options_;
  SweepResults results_;
  bool compares_code_ = false;
  std::unique_ptr<SweepAnalysis> analysis_;
};

// Parts of the commands' JSON.
Json cell_json(const SweepAnalysis& analysis, std::size_t cell);  // {"label", "levels"}
Json interval_json(const std::optional<Interval>& interval);      // [low, high] or null
// {"sweep", "metric", "unit", "goal", "confidence"}, to which commands add.
Json head_json(const SweepAnalysis& analysis, const MetricInfo& metric);

}  // namespace polysweep
