// The files that a program writes its reports into, one for each attempt, read again
// when a later attempt resumes from a checkpoint.
//
// What was written into one survives the death of any process. It stays in the
// trial's folder until the trial is settled.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "runners/command/trial_report.h"

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

 private:
  using Names = std::set<std::string>;

  // `stepped`: the result of stepped().
  bool read_before(std::uint32_t attempt, std::int64_t step, const Names& stepped,
                   const HistoryVisitor& visit) const;
  // How far the report of an attempt came on the experiment's clock: the step it
  // resumed after, or its largest. Empty if it reported nothing.
  std::optional<std::int64_t> reach_of(std::uint32_t attempt, const Names& stepped) const;
  // The attempt resumed, or reported nothing.
  bool continues_earlier(std::uint32_t attempt) const;

  const ExperimentSpec& spec_;
  std::filesystem::path trial_folder_;
  std::uint32_t attempt_;
};

// Removes the reports of all attempts up to `attempt`, except those named in `kept`
// (file names).
void remove_reports(const std::filesystem::path& trial_folder, std::uint32_t attempt,
                    const std::set<std::string>& kept);

}  // namespace polysweep
