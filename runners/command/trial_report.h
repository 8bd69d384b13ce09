// What a program reports of one attempt, checked against what its experiment declares
// and passed on to a Recorder. A line that is wrong is rejected and counted; the
// others are not affected.
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

// The steps of the series of one attempt: a point without a step is one after the
// series' last, the first is at 0.
//
// Metrics count what their MetricSpec::step says. Only those that count the
// experiment's clock are compared with the step of a checkpoint; the others have
// their own clocks. A metric of the clock whose points never say a step counts its own
// points and not the clock, if those of another metric of the clock do say steps.
class SeriesSteps {
 public:
  // `spec` must outlive it.
  explicit SeriesSteps(const ExperimentSpec& spec) : spec_(spec) {}

  bool is_declared(const std::string& metric) const;
  bool has_own_clock(const std::string& metric) const;
  // Names the metrics of the experiment's clock whose points say steps.
  void set_stepped(std::set<std::string> metrics) { stepped_ = std::move(metrics); }
  // Its steps are those of the experiment's clock.
  bool counts_clock(const std::string& metric) const;
  // The step of the next point of `name`. Throws Error if `step` is before the
  // series' last, or not beyond the floor.
  std::int64_t next(const std::string& name, std::optional<std::int64_t> step) const;
  void took(const std::string& name, std::int64_t step);
  // Steps of the experiment's clock up to `step` are not this attempt's to report.
  void raise_floor(std::int64_t step) { floor_ = step; }
  // The next point of a series with its own clock may repeat an earlier step: how far
  // the checkpoint had come on that clock is not known.
  void allow_repetitions();
  // The largest step of the series that count what `name` counts; 0 if none has.
  std::int64_t largest(const std::string& name) const;
  // The largest step of the experiment's clock; the floor if there is none, else 0.
  std::int64_t largest() const;
  // The same, of the series that count the clock.
  std::int64_t reach() const;
  // The step beyond which the attempt's own points begin; empty: all are its own.
  const std::optional<std::int64_t>& floor() const { return floor_; }

 private:
  const std::string& unit_of(const std::string& metric) const;
  std::int64_t largest_of_unit(const std::string& unit) const;

  const ExperimentSpec& spec_;
  std::map<std::string, std::int64_t> last_;
  std::set<std::string> repeatable_;  // of last_
  std::set<std::string> stepped_;
  std::optional<std::int64_t> floor_;
};

// A line of an earlier attempt's report.
struct HistoryLine {
  std::uint32_t attempt = 0;
  // The step of the experiment's clock beyond which the attempt's lines do not count.
  std::int64_t limit = 0;
  const ReportedItem& item;
};
using HistoryVisitor = std::function<void(const HistoryLine& line)>;
// The reports of earlier attempts.
class History {
 public:
  virtual ~History() = default;
  // Gives what they reported on their way to the checkpoint after `step`; false, with
  // nothing given, if that is not available any more.
  virtual bool up_to(std::int64_t step, const HistoryVisitor& visit) = 0;
  // Gives all that the attempts since the last one that started from nothing
  // reported, as far as it is available.
  virtual void all(const HistoryVisitor& visit) = 0;
  // The metrics of the experiment's clock whose points say steps.
  virtual std::set<std::string> stepped() = 0;
};

class TrialReport {
 public:
  // `spec` (with a command), `recorder` and `history` must outlive the report.
  TrialReport(const ExperimentSpec& spec, std::filesystem::path trial_folder, Recorder& recorder,
              History& history);

  void take(const ReportLines::Line& line);
  // A problem of the report other than an invalid line.
  void reject(const std::string& what);
  // A problem of the metrics file itself; the first is kept.
  void file_problem(const std::string& what);

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
  // The points of rejected lines, of this attempt and of what it took over from
  // earlier ones; a line that cannot be read counts as one.
  std::uint64_t points_refused() const { return points_refused_; }
  // "2 lines of its metrics file were rejected, the first: line 3: ...", after the
  // problem of the file itself; "" for none.
  std::string rejection() const;
  // The step that the attempt resumed after.
  const std::optional<std::int64_t>& resumed() const { return resumed_; }

 private:
  void apply(const ReportedItem& item);
  void apply_up_to(std::int64_t limit, const ReportedItem& item);
  // Throws Error if the metric is not declared or may not have a point at that step.
  void expect_acceptable(const std::string& metric, std::optional<std::int64_t> step) const;
  void metric(const std::string& name, std::optional<std::int64_t> step, double value,
              std::int64_t limit);
  void resume(const ReportedResumption& item);
  void replay_own_clocks();
  void refuse(const ReportedItem& item);
  void add_artifact(const std::string& path);

  const ExperimentSpec& spec_;
  std::filesystem::path trial_folder_;
  Recorder& recorder_;
  History& history_;
  SeriesSteps steps_;
  // While an attempt's lines are taken over: its steps, with those that are skipped.
  std::optional<SeriesSteps> written_;
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
  std::uint64_t points_refused_ = 0;
  std::string first_rejection_;
  std::string file_problem_;
};

}  // namespace polysweep
