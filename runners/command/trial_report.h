// What a program says of one attempt, held against what its experiment declares
// and passed on to a Recorder. What is wrong with a line is counted and costs
// nothing but that line.
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

// The steps of the series of one attempt: a point without a step stands one
// after the series' last, the first at 0.
class SeriesSteps {
 public:
  // The step of the next point of `name`. Throws Error where `step` goes back
  // behind the series' last, or is not beyond the floor.
  std::int64_t next(const std::string& name, std::optional<std::int64_t> step) const;
  void took(const std::string& name, std::int64_t step);
  // Steps up to `step` are not this attempt's to report.
  void raise_floor(std::int64_t step) { floor_ = step; }
  // The largest step of all series; that of the floor where there is none, else 0.
  std::int64_t largest() const;

 private:
  std::map<std::string, std::int64_t> last_;
  std::optional<std::int64_t> floor_;
};

// Takes a line that an earlier attempt said, and the step beyond which that
// attempt's lines do not count.
using HistoryVisitor = std::function<void(std::int64_t limit, const Said& said)>;
// Gives what earlier attempts said on their way to the checkpoint after `step`;
// false where that is not there any more.
using History = std::function<bool(std::int64_t step, const HistoryVisitor& visit)>;

class TrialReport {
 public:
  // `spec` (with a command) and `recorder` must outlive the report.
  TrialReport(const ExperimentSpec& spec, std::filesystem::path trial_folder, Recorder& recorder,
              History history);

  void take(const ReportLines::Line& line);
  // Something that is wrong with the report but no line of it.
  void reject(const std::string& what);

  // A value that polysweep measured, at the largest step: where it is declared
  // and the program did not report it itself.
  void measured(const std::string& metric, double value);
  // Records the artifacts, now that they will not change.
  void finish();

  bool has(std::string_view metric) const { return reported_.contains(metric); }
  bool has_result() const { return has_result_; }
  // "metric 'loss' was nan at step 12", once a diverging metric was not finite.
  const std::optional<std::string>& divergence() const { return divergence_; }
  // Grows with every line that was understood.
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t rejected() const { return rejected_; }
  // "2 lines of its metrics file were rejected, the first: line 3: ..."; "" for none.
  std::string rejection() const;
  // The step that the attempt went on after.
  const std::optional<std::int64_t>& resumed() const { return resumed_; }

 private:
  void apply(const Said& said);
  void apply_up_to(std::int64_t limit, const Said& said);
  void metric(const std::string& name, std::optional<std::int64_t> step, double value,
              std::int64_t limit);
  void resume(const SaidResumed& said);
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
  bool has_spoken_ = false;  // of a metric or a text
  bool is_beyond_ = false;   // a line beyond the limit was passed over
  std::uint64_t lines_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t rejected_ = 0;
  std::string first_rejection_;
};

}  // namespace polysweep
