// What a program reports of one attempt: checked against what its experiment declares
// and passed on to a Recorder. An invalid line is counted and otherwise ignored.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/experiment.h"
#include "runners/command/report_line.h"

namespace polysweep {

// The steps of the series of one attempt. A point without a step comes one step after
// the last of its series; the first at step 0.
class SeriesSteps {
 public:
  // The step of the next point of `name`. Throws Error if `step` is smaller than the
  // last step of the series, or not greater than the floor.
  std::int64_t next(const std::string& name, std::optional<std::int64_t> step) const;
  void took(const std::string& name, std::int64_t step);
  // Steps up to `step` belong to earlier attempts.
  void raise_floor(std::int64_t step) { floor_ = step; }
  // The largest step of all series; without series the floor, or 0.
  std::int64_t largest() const;
  // The step beyond which the attempt's own points begin; empty: all are its own.
  const std::optional<std::int64_t>& floor() const { return floor_; }

 private:
  std::map<std::string, std::int64_t> last_;
  std::optional<std::int64_t> floor_;
};

// Called with an item that an earlier attempt reported, and the step beyond which the
// items of that attempt do not count.
using HistoryVisitor = std::function<void(std::int64_t limit, const ReportedItem& item)>;
// Visits what earlier attempts reported up to the checkpoint after `step`; false if
// that no longer exists.
using History = std::function<bool(std::int64_t step, const HistoryVisitor& visit)>;

class TrialReport {
 public:
  // `spec` (with a command) and `recorder` must outlive the report.
  TrialReport(const ExperimentSpec& spec, std::filesystem::path trial_folder, Recorder& recorder,
              History history);

  void take(const ReportLines::Line& line);
  // A problem of the report other than an invalid line.
  void reject(const std::string& what);

  // Records a value that polysweep measured, at the largest step, if it is declared and
  // the program did not report it.
  void measured(const std::string& metric, double value);
  // Records the artifacts, which do not change any more. Once only.
  void finish();

  // The artifacts reported so far, relative to the trial's folder.
  const std::set<std::string>& artifacts() const { return artifacts_; }
  bool has(std::string_view metric) const { return reported_.contains(metric); }
  bool has_result() const { return has_result_; }
  // "metric 'loss' was nan at step 12", once a diverging metric was not finite.
  const std::optional<std::string>& divergence() const { return divergence_; }
  // The number of valid lines.
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t rejected() const { return rejected_; }
  // "2 lines of its metrics file were rejected, the first: line 3: ..."; "" for none.
  std::string rejection() const;
  // The step that the attempt resumed after.
  const std::optional<std::int64_t>& resumed() const { return resumed_; }

 private:
  void apply(const ReportedItem& item);
  void apply_up_to(std::int64_t limit, const ReportedItem& item);
  void metric(const std::string& name, std::optional<std::int64_t> step, double value,
              std::int64_t limit);
  void resume(const ReportedResumption& item);
  void add_artifact(const std::string& path);

  const ExperimentSpec& spec_;
  std::filesystem::path trial_folder_;
  Recorder& recorder_;
  History history_;
  SeriesSteps steps_;
  std::set<std::string, std::less<>> known_;
  std::set<std::string, std::less<>> reported_;
  std::set<std::string> artifacts_;  // relative to the trial's folder
  std::optional<std::int64_t> resumed_;
  std::optional<std::string> divergence_;
  bool has_result_ = false;
  bool is_finished_ = false;
  bool has_points_ = false;  // of a metric or a text
  bool is_beyond_ = false;   // an item beyond the limit was skipped
  std::uint64_t lines_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t rejected_ = 0;
  std::string first_rejection_;
};

}  // namespace polysweep
