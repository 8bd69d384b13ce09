// One attempt of a trial that runs a program. Used by command_runner.cc only.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "framework/sweep/experiment.h"
#include "framework/worker/worker_loop.h"
#include "runners/code/working_folder.h"
#include "runners/command/command_end.h"
#include "runners/command/metric_capture.h"
#include "runners/command/report_file.h"
#include "runners/command/trial_folder_pool.h"
#include "runners/command/trial_report.h"
#include "runners/process/child_process.h"
#include "runners/process/followed_file.h"
#include "runners/process/oom_kill_counter.h"
#include "runners/process/output_log.h"

namespace polysweep {

// What an attempt uses of its runner. `program_at` returns the path of a program,
// `code_difference` what of the code that is used live has changed. `working_folder` is
// nullptr where trials run in the work tree.
struct AttemptContext {
  const ExperimentSpec& spec;
  const AssignTrial& assignment;
  Recorder& recorder;
  OomKillCounter& oom_kills;
  TrialFolderPool& folders;
  WorkingFolder* working_folder;
  const std::string& host_mark;
  std::function<std::filesystem::path(const std::string&)> program_at;
  std::function<std::string()> code_difference;
};

class CommandAttempt {
 public:
  explicit CommandAttempt(const AttemptContext& context);

  // Once only. Throws Error if the program cannot be started.
  AttemptResult run();

 private:
  using Variables = std::vector<std::pair<std::string, std::string>>;

  AttemptResult run_program();
  FilledCommand fill() const;
  std::vector<std::filesystem::path> capture_folders() const;
  std::filesystem::path program(const std::string& name) const;
  std::string in_mirror(const std::string& word);
  ProcessOptions process_options();
  void write_nested_parameters() const;
  Variables variables() const;
  void watch(ChildProcess& process);
  void wait_for_events(const ChildProcess& process) const;
  // True if there may be more to read.
  bool follow_report();
  void take_captured(const ReportedItem& item, const ReportedWhere& where);
  void enforce_limits(ChildProcess& process);
  void interrupt(ChildProcess& process, Interruption why, std::string text);
  AttemptResult end(ChildProcess& process);
  bool leave_working_folder(AttemptResult& result);
  void clean_up(bool has_mirror);

  const AttemptContext& context_;
  const CommandSpec& command_;
  const std::filesystem::path trial_folder_;
  const std::filesystem::path checkpoint_folder_;
  const std::filesystem::path parameters_file_;
  const std::filesystem::path work_folder_;   // "" where trials run in the work tree
  const std::filesystem::path sweep_folder_;  // as the program sees it
  const FilledCommand filled_;
  const std::filesystem::path program_folder_;
  OutputLog log_;
  FollowedFile report_file_;
  ReportLines lines_;
  ReportHistory history_;
  TrialReport report_;
  CapturedFile captured_file_;
  MetricCapture capture_;
  std::string report_problem_;
  bool more_to_read_ = false;

  Interruption interruption_ = Interruption::kNone;
  std::string interruption_text_;
  double started_s_ = 0;
  double progressed_s_ = 0;  // when the report last had a valid line
  std::uint64_t accepted_ = 0;
  double kill_s_ = 0;  // when an interrupted program is killed
};

}  // namespace polysweep
