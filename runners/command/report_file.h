// The files that hold what attempts reported, read again when a later attempt resumes
// from a checkpoint: of each attempt the metrics file, which its program writes, and the
// file of what was captured, which its worker writes.
//
// What was written into one survives the death of any process. They stay in the
// trial's folder until the trial is settled.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "runners/command/trial_report.h"
#include "runners/process/descriptor.h"

namespace polysweep {

// The reports in a trial's folder of the attempts before `attempt`.
class ReportHistory : public History {
 public:
  // `spec` must outlive it.
  ReportHistory(const ExperimentSpec& spec, std::filesystem::path trial_folder,
                std::uint32_t attempt)
      : spec_(spec), trial_folder_(std::move(trial_folder)), attempt_(attempt) {}

  // In order: the lines of the last attempt that came as far as `step`, and before
  // them those of the one that it resumed from, and so on.
  bool up_to(std::int64_t step, const HistoryVisitor& visit) override;
  void all(const HistoryVisitor& visit) override;
  std::set<std::string> stepped() override;
  std::optional<std::int64_t> first_step() override;

 private:
  using Names = std::set<std::string>;
  using Visitor = std::function<void(const ReportedItem& item, bool captured)>;

  // `stepped`: the result of stepped().
  bool read_before(std::uint32_t attempt, std::int64_t step, const Names& stepped,
                   const HistoryVisitor& visit) const;
  // How far the report of an attempt came on the experiment's clock: the step it
  // resumed after, or its largest. Empty if it reported nothing.
  std::optional<std::int64_t> reach_of(std::uint32_t attempt, const Names& stepped) const;
  // Visits the valid lines of both files of an attempt.
  void read(std::uint32_t attempt, const Visitor& visit) const;
  // The step after which the attempt resumed: as a file says before all content. Empty if
  // it started from nothing, or reported nothing.
  std::optional<std::int64_t> resumption_of(std::uint32_t attempt) const;
  // The attempt resumed, or reported nothing.
  bool continues_earlier(std::uint32_t attempt) const;
  bool is_recorded(const std::string& metric) const;

  const ExperimentSpec& spec_;
  std::filesystem::path trial_folder_;
  std::uint32_t attempt_;
};

// The file of what was captured of an attempt, as it is written.
class CapturedFile {
 public:
  explicit CapturedFile(std::filesystem::path path) : path_(std::move(path)) {}

  // Of metrics, results and resumptions.
  void append(const ReportedItem& item) { text_ += report_line(item) + "\n"; }
  // Writes what was appended. Throws Error.
  void write();

 private:
  std::filesystem::path path_;
  std::string text_;
  Descriptor file_;
};

// Removes the reports of all attempts up to `attempt`, except those named in `kept`
// (file names).
void remove_reports(const std::filesystem::path& trial_folder, std::uint32_t attempt,
                    const std::set<std::string>& kept);

}  // namespace polysweep
