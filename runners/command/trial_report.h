// What a program reports of one attempt, checked against what its experiment declares
// and passed on to a Recorder.
//
// Points may come in any order. A point or line that is wrong is rejected and counted,
// and costs itself. A point that gives another value at a step that has one is a conflict:
// the later value counts, and the conflict is counted. Metrics that are not declared are
// treated as CommandSpec::undeclared says; their steps count the clock. What is captured
// (capture.h) takes the same way as what is reported.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "framework/journal/event.h"
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
  explicit SeriesSteps(const ExperimentSpec& spec);

  // nullptr if it is not declared.
  const MetricSpec* find(const std::string& metric) const;
  bool has_own_clock(const std::string& metric) const;
  // Names the metrics of the experiment's clock whose points say steps.
  void set_stepped(std::set<std::string> metrics) { stepped_ = std::move(metrics); }
  // Its steps are those of the experiment's clock.
  bool counts_clock(const std::string& metric) const;
  // The step of the next point of `name`, which says `step` or none. A real step is an
  // integer number of MetricSpec::step_resolution. Throws Error if it is real and the
  // metric's steps are not, or if it is not beyond the floor.
  std::int64_t next(const std::string& name, std::optional<double> step) const;
  void took(const std::string& name, std::int64_t step);
  // Steps of the experiment's clock up to `step` are not this attempt's to report.
  void raise_floor(std::int64_t step) { floor_ = step; }
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

  std::int64_t integer_step(const std::string& name, double step) const;

  const ExperimentSpec& spec_;
  std::unordered_map<std::string_view, const MetricSpec*> declared_;
  std::map<std::string, std::int64_t> last_;  // the largest step of each series
  std::set<std::string> stepped_;
  std::optional<std::int64_t> floor_;
};

// The points that an attempt reported itself, to recognise conflicts. It remembers a
// limited number of points; of a series beyond that, the last one.
class ReportedPoints {
 public:
  enum class Kind : std::uint8_t { kNew, kSame, kOther };

  // How the value compares with the latest at that step. It is the latest from now on;
  // `before` is set to the one before for kOther.
  Kind put(const std::string& name, std::int64_t step, double value, double& before);

 private:
  struct Point {
    std::int64_t step = 0;
    double value = 0;
  };
  struct Series {
    std::vector<Point> in_order;             // by step
    std::map<std::int64_t, double> between;  // those that came late
  };
  std::map<std::string, Series> series_;
  std::size_t count_ = 0;
};

// A line of an earlier attempt's report.
struct HistoryLine {
  std::uint32_t attempt = 0;
  bool captured = false;  // not of its metrics file
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
  // The first step of the experiment's clock that those of all() say; empty for none.
  virtual std::optional<std::int64_t> first_step() = 0;
};

class TrialReport {
 public:
  // `spec` (with a command), `recorder` and `history` must outlive the report.
  TrialReport(const ExperimentSpec& spec, std::filesystem::path trial_folder, Recorder& recorder,
              History& history);

  void take(const ReportLines::Line& line);
  // What was captured. An attempt that has
  // recorded nothing and whose first captured point is beyond the first step of the earlier
  // ones resumes before that point: its program continued from a checkpoint.
  void take_captured(const ReportedItem& item, const ReportedWhere& where);
  // A problem of the report other than an invalid line. One that costs a point is counted
  // among points_refused().
  void reject(const std::string& what);
  void reject_point(const std::string& what);
  // A problem of the metrics file itself; the first is kept.
  void file_problem(const std::string& what);

  // Records a value that polysweep measured, at the largest step, if it is declared and
  // the program did not report it.
  void measured(const std::string& metric, double value);
  // Where the program runs: artifacts may lie there too.
  void set_program_folder(std::filesystem::path folder) { program_folder_ = std::move(folder); }
  // Records the artifacts, which do not change any more. Once only.
  void finish();

  // The artifacts reported so far, relative to the trial's folder.
  const std::set<std::string>& artifacts() const { return artifacts_; }
  bool has(std::string_view metric) const { return reported_.contains(metric); }
  // The metrics that have points, by name.
  const std::set<std::string, std::less<>>& reported() const { return reported_; }
  bool has_result() const { return has_result_; }
  // A metric or a text was recorded.
  bool has_points() const { return has_points_; }
  // "metric 'loss' was nan at step 12", once a diverging metric was not finite.
  const std::optional<std::string>& divergence() const { return divergence_; }
  // The number of valid lines.
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t rejected() const { return rejected_; }
  // The points of rejected lines, of this attempt and of what it took over from
  // earlier ones; a line that cannot be read counts as one.
  std::uint64_t points_refused() const { return points_refused_; }
  // Whether a metric that is not declared ends the attempt, and how: "it reported ...".
  const std::optional<std::string>& violation() const { return violation_; }
  // Without `unmatched`.
  ReportFindings findings() const;
  // "2 lines of its report were rejected, the first: line 3: ...", after the problem of the
  // metrics file itself and before conflicts; "" for none.
  std::string rejection() const;
  // The step that the attempt resumed after.
  const std::optional<std::int64_t>& resumed() const { return resumed_; }

 private:
  enum class Repeat : std::uint8_t { kConflicts, kReplaces };

  // Takes the item and counts what of it was refused, as "`where`: reason".
  void take_item(const ReportedItem& item, const ReportedWhere& where);
  void apply(const ReportedItem& item);
  void apply_up_to(std::int64_t limit, const ReportedItem& item);
  void point(const std::string& name, std::optional<double> step, double value, std::int64_t limit,
             Repeat repeat);
  void refuse(const std::string& why);
  // False if the metric is to be left out. Throws Error if it may not be reported.
  bool expect_acceptable(const std::string& metric);
  bool is_replaying() const { return written_.has_value() || replays_own_clocks_; }
  void check_divergence(const std::string& name, std::int64_t step, double value);
  void resume(const ReportedResumption& item);
  void resume_if_continued(const ReportedMetrics& metrics);
  void replay_own_clocks();
  void add_artifact(const std::string& path);

  const ExperimentSpec& spec_;
  std::filesystem::path trial_folder_;
  std::filesystem::path program_folder_;
  Recorder& recorder_;
  History& history_;
  SeriesSteps steps_;
  // While an attempt's lines are taken over: its steps, with those that are skipped.
  std::optional<SeriesSteps> written_;
  ReportedPoints points_;
  std::set<std::string, std::less<>> reported_;
  std::set<std::string> undeclared_;
  std::set<std::string> artifacts_;  // relative to the trial's folder
  std::optional<std::int64_t> resumed_;
  std::optional<std::string> divergence_;
  std::optional<std::string> violation_;
  bool replays_own_clocks_ = false;
  bool has_result_ = false;
  bool is_finished_ = false;
  bool has_points_ = false;  // of a metric or a text
  bool is_beyond_ = false;   // an item beyond the limit was skipped
  std::uint64_t lines_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t rejected_ = 0;
  std::uint64_t points_refused_ = 0;
  std::vector<std::string> refusals_;  // of the item that is taken
  std::string first_rejection_;
  std::uint64_t conflicts_ = 0;
  std::string first_conflict_;
  std::string file_problem_;
};

}  // namespace polysweep
