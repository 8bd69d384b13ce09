#include "runners/command/command_attempt.h"

#include <fmt/ranges.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/core/utf8.h"
#include "framework/sweep/parameter_text.h"
#include "runners/command/program_location.h"
#include "runners/process/process_tree.h"
#include "runners/process/worker_command.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

constexpr int kTick_ms = 100;
constexpr std::size_t kReportPiece = 1024 * 1024;  // read at most, per turn
constexpr const char* kProtocol = "1";             // of docs/protocol.md

std::string slot_name() {
  const char* slot = std::getenv(kSlotVariable);
  return slot == nullptr ? "0" : slot;
}

std::string device_name(std::int32_t device) {
  return device < 0 ? "cpu" : fmt::format("cuda:{}", device);
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) fail("cannot write {}", path.string());
}

std::string last_line_of(const std::string& tail) {
  constexpr std::size_t kMostBytes = 300;
  const std::size_t end = tail.find_last_not_of(" \t\n");
  if (end == std::string::npos) return "";
  const std::size_t begin = tail.rfind('\n', end);
  std::string line = tail.substr(begin == std::string::npos ? 0 : begin + 1);
  line.resize(std::min(line.size(), end - (begin == std::string::npos ? 0 : begin + 1) + 1));
  if (line.size() <= kMostBytes) return line;
  return line.substr(0, utf8_cut(line, kMostBytes)) + "...";
}

}  // namespace

CommandAttempt::CommandAttempt(const AttemptContext& context)
    : context_(context),
      command_(*context.spec.command),
      trial_folder_(context.assignment.trial_folder),
      checkpoint_folder_(checkpoint_folder(trial_folder_)),
      parameters_file_(parameters_path(trial_folder_)),
      work_folder_(context.working_folder == nullptr ? fs::path() : work_folder(trial_folder_)),
      sweep_folder_(context.working_folder == nullptr
                        ? fs::path(command_.sweep_folder)
                        : context.working_folder->sweep_folder(work_folder_)),
      filled_(fill()),
      program_folder_((sweep_folder_ / filled_.folder).lexically_normal()),
      log_(log_path(trial_folder_, context.assignment.attempt)),
      report_file_(report_path(trial_folder_, context.assignment.attempt)),
      history_(context.spec, trial_folder_, context.assignment.attempt),
      report_(context.spec, trial_folder_, context.recorder, history_),
      captured_file_(captured_path(trial_folder_, context.assignment.attempt)),
      capture_(command_.capture, capture_folders(),
               [this](const ReportedItem& item, const ReportedWhere& where) {
                 take_captured(item, where);
               }) {}

AttemptResult CommandAttempt::run() {
  context_.folders.prepare(trial_folder_, context_.assignment.parameters.canonical());
  const std::string changed = context_.code_difference();
  if (!changed.empty()) {
    AttemptResult result{Outcome::kError, "code changed: " + changed};
    context_.folders.remove_if_unused(trial_folder_);
    return result;
  }
  if (context_.working_folder == nullptr) return run_program();
  report_.set_program_folder(program_folder_);
  try {
    context_.working_folder->prepare(work_folder_);
    return run_program();
  } catch (...) {
    context_.working_folder->clear(work_folder_);
    throw;
  }
}

AttemptResult CommandAttempt::run_program() {
  write_nested_parameters();
  context_.oom_kills.grew();
  capture_.begin();
  const ProcessOptions options = process_options();
  // Before the start: the program may have run for a while before this thread does.
  started_s_ = progressed_s_ = system_clock().monotonic_s();
  ChildProcess process(options);
  watch(process);
  return end(process);
}

// Only where the command has a place for them.
void CommandAttempt::write_nested_parameters() const {
  const Parameters& parameters = context_.assignment.parameters;
  if (command_.has_place(kYamlPlace)) write_text(yaml_path(trial_folder_), nested_yaml(parameters));
  if (command_.has_place(kJsonPlace)) {
    write_text(nested_json_path(trial_folder_), nested_json(parameters));
  }
}

CommandAttempt::Variables CommandAttempt::variables() const {
  const AssignTrial& assignment = context_.assignment;
  return {{"POLYSWEEP_PROTOCOL", kProtocol},
          {"POLYSWEEP_TRIAL", assignment.trial.hex()},
          {"POLYSWEEP_ATTEMPT", std::to_string(assignment.attempt)},
          {kTrialFolderVariable, trial_folder_.string()},
          {"POLYSWEEP_CHECKPOINT_FOLDER", checkpoint_folder_.string()},
          {"POLYSWEEP_PARAMETERS_FILE", parameters_file_.string()},
          {"POLYSWEEP_METRICS_FILE", report_path(trial_folder_, assignment.attempt).string()},
          {"POLYSWEEP_DATA_FOLDER", assignment.data_folder},
          {"POLYSWEEP_SWEEP_FOLDER", sweep_folder_.string()},
          {"POLYSWEEP_SOURCE_FOLDER", command_.sweep_folder},
          {"POLYSWEEP_DEVICE", device_name(assignment.device)},
          {kHostMarkVariable, context_.host_mark}};
}

FilledCommand CommandAttempt::fill() const {
  const AssignTrial& assignment = context_.assignment;
  return fill_command(command_, assignment.parameters,
                      {{"trial", assignment.trial.hex()},
                       {"attempt", std::to_string(assignment.attempt)},
                       {"trial_folder", trial_folder_.string()},
                       {"checkpoint_folder", checkpoint_folder_.string()},
                       {"parameters_file", parameters_file_.string()},
                       {"metrics_file", report_path(trial_folder_, assignment.attempt).string()},
                       {"data_folder", assignment.data_folder},
                       {"sweep_folder", sweep_folder_.string()},
                       {"source_folder", command_.sweep_folder},
                       {"device", device_name(assignment.device)},
                       {"slot", slot_name()},
                       {kYamlPlace, yaml_path(trial_folder_).string()},
                       {kJsonPlace, nested_json_path(trial_folder_).string()}});
}

// A program in the sweep's folder is that of the mirror.
fs::path CommandAttempt::program(const std::string& name) const {
  const bool is_relative = name.find('/') != std::string::npos && !fs::path(name).is_absolute();
  if (work_folder_.empty() || !is_relative) return context_.program_at(name);
  return locate_program(name, sweep_folder_, "");
}

// A program that runs in a folder of its own writes there by relative paths.
std::vector<fs::path> CommandAttempt::capture_folders() const {
  if (work_folder_.empty() || program_folder_ == trial_folder_) return {trial_folder_};
  return {program_folder_, trial_folder_};
}

// A file of the code that is named by its absolute path is the mirror's.
std::string CommandAttempt::in_mirror(const std::string& word) {
  if (context_.working_folder == nullptr || !word.starts_with('/')) return word;
  const std::string path =
      fs::path(word).lexically_normal().lexically_relative(command_.code.root).generic_string();
  const bool is_code = std::any_of(command_.files.begin(), command_.files.end(),
                                   [&](const InputFile& file) { return file.path == path; });
  return is_code ? context_.working_folder->file(work_folder_, path).string() : word;
}

ProcessOptions CommandAttempt::process_options() {
  ProcessOptions options;
  options.argv = filled_.argv;
  for (std::string& word : options.argv) word = in_mirror(word);
  options.argv[0] = program(options.argv[0]).string();
  options.environment = variables();
  for (const auto& variable : filled_.environment) options.environment.push_back(variable);
  options.folder = program_folder_;
  options.channel = false;
  options.session = true;
  options.on_output = [this](std::string_view bytes) {
    log_.write(bytes);
    if (!command_.capture.any()) return;
    // A program says that it resumes before it prints a point.
    if (!report_.has_points()) follow_report();
    capture_.output(bytes);
  };
  return options;
}

void CommandAttempt::watch(ChildProcess& process) {
  while (true) {
    wait_for_events(process);
    process.read_output();
    more_to_read_ = follow_report();
    capture_.follow(system_clock().monotonic_s());
    captured_file_.write();
    if (process.poll()) return;
    enforce_limits(process);
  }
}

void CommandAttempt::wait_for_events(const ChildProcess& process) const {
  pollfd entries[] = {{process.pidfd(), POLLIN, 0}, {process.output(), POLLIN, 0}};
  poll(entries, 2, more_to_read_ ? 0 : kTick_ms);
}

bool CommandAttempt::follow_report() {
  std::string piece;
  bool more = false;
  try {
    more = report_file_.read_more(piece, kReportPiece);
    report_problem_.clear();
  } catch (const Error& error) {
    // A problem that persists is reported once; of a file that was rewritten there may
    // be more to read.
    more = report_problem_ != error.what();
    if (more) report_.file_problem(error.what());
    report_problem_ = error.what();
  }
  lines_.append(piece);
  while (const std::optional<ReportLines::Line> line = lines_.next()) report_.take(*line);
  if (report_.accepted() > accepted_) progressed_s_ = system_clock().monotonic_s();
  accepted_ = report_.accepted();
  return more;
}

// A later attempt finds in the file what this one took, in the same order.
void CommandAttempt::take_captured(const ReportedItem& item, const ReportedWhere& where) {
  const bool had_resumed = report_.resumed().has_value();
  report_.take_captured(item, where);
  const std::optional<std::int64_t>& resumed = report_.resumed();
  if (!had_resumed && resumed) captured_file_.append(ReportedResumption{*resumed});
  if (const auto* metrics = std::get_if<ReportedMetrics>(&item)) {
    if (!metrics->values.empty()) captured_file_.append(item);
  } else if (std::holds_alternative<ReportedResult>(item)) {
    captured_file_.append(item);
  }
}

void CommandAttempt::enforce_limits(ChildProcess& process) {
  const double now_s = system_clock().monotonic_s();
  if (interruption_ != Interruption::kNone) {
    if (now_s > kill_s_) process.kill(SIGKILL);
    return;
  }
  if (report_.violation()) {
    interrupt(process, Interruption::kViolation, *report_.violation());
  } else if (report_.divergence()) {
    interrupt(process, Interruption::kDivergence, *report_.divergence());
  } else if (context_.recorder.stop_requested()) {
    interrupt(process, Interruption::kStop, "");
  } else if (command_.time_limit_s > 0 && now_s - started_s_ > command_.time_limit_s) {
    interrupt(process, Interruption::kTimeLimit,
              fmt::format("it exceeded its time limit of {} s", command_.time_limit_s));
  } else if (command_.progress_limit_s > 0 && now_s - progressed_s_ > command_.progress_limit_s) {
    interrupt(process, Interruption::kNoProgress,
              fmt::format("it reported nothing for {} s", command_.progress_limit_s));
  }
}

void CommandAttempt::interrupt(ChildProcess& process, Interruption why, std::string text) {
  check(interruption_ == Interruption::kNone, "a program is interrupted once");
  interruption_ = why;
  interruption_text_ = std::move(text);
  kill_s_ = system_clock().monotonic_s() + command_.stop_grace_s;
  process.kill(SIGTERM);
  process.kill(SIGCONT);  // so that a suspended program receives it
}

AttemptResult CommandAttempt::end(ChildProcess& process) {
  const double elapsed_s = system_clock().monotonic_s() - started_s_;
  const Killed killed = kill_descendants({}, Reap::kYes);
  process.read_output();  // also of processes that it left behind
  while (follow_report()) {
  }
  if (const std::optional<ReportLines::Line> line = lines_.rest()) report_.take(*line);
  capture_.finish();
  captured_file_.write();
  report_.measured("elapsed_s", elapsed_s);
  report_.measured("peak_memory_bytes", process.peak_memory_bytes());
  report_.finish();
  if (report_.violation() && interruption_ == Interruption::kNone) {
    interruption_ = Interruption::kViolation;
    interruption_text_ = *report_.violation();
  }
  if (report_.divergence() && interruption_ == Interruption::kNone) {
    interruption_ = Interruption::kDivergence;
    interruption_text_ = *report_.divergence();
  }
  if (killed.count > 0 && interruption_ == Interruption::kNone) {
    log_.write(
        fmt::format("[polysweep: it left {} processes behind, which were killed]\n", killed.count));
  }
  log_.close();

  CommandEnd ended;
  const std::optional<ExitStatus> status = process.poll();
  check(status.has_value(), "an attempt ends after its program");
  ended.status = *status;
  ended.interruption = interruption_;
  ended.interruption_text = interruption_text_;
  ended.out_of_memory = context_.oom_kills.grew();
  ended.primary = command_.primary;
  ended.has_primary = report_.has(command_.primary);
  ended.has_result = report_.has_result();
  ended.last_line = last_line_of(process.output_tail());
  ended.rejection = report_.rejection();
  ended.reported = report_.reported();
  AttemptResult result = judge(ended);
  result.peak_memory_bytes = process.peak_memory_bytes();
  result.points_refused = report_.points_refused();
  result.findings = report_.findings();
  const auto* exited = std::get_if<Exited>(&ended.status);
  if (exited != nullptr && exited->code == 0) result.findings.unmatched = capture_.unmatched();
  const std::string unmatched = result.findings.unmatched.empty()
                                    ? std::string()
                                    : fmt::format("[capture] found nothing for {}",
                                                  fmt::join(result.findings.unmatched, " and "));
  for (const std::string& problem :
       {unmatched, log_.problem(),
        killed.left > 0 ? fmt::format("{} of its processes could not be killed", killed.left)
                        : std::string()}) {
    if (problem.empty()) continue;
    result.message += result.message.empty() ? problem : "; " + problem;
  }
  const bool is_mirror_kept = leave_working_folder(result);
  const bool is_settled = result.outcome == Outcome::kDone || result.outcome == Outcome::kDiverged;
  if (is_settled) clean_up(is_mirror_kept);
  if (!is_settled && is_mirror_kept) context_.working_folder->clear(work_folder_);
  if (result.outcome != Outcome::kDone && result.outcome != Outcome::kStopped) {
    // The host records the last lines that we print with the failure.
    const std::string tail = process.output_tail() + "\n";
    std::fwrite(tail.data(), 1, tail.size(), stdout);
  }
  return result;
}

// A result of code that is not what was planned is none. True if the mirror is as it was
// made, and still there.
bool CommandAttempt::leave_working_folder(AttemptResult& result) {
  WorkingFolder* mirror = context_.working_folder;
  WorkingFolder::Findings findings;
  const bool is_unchanged = mirror != nullptr && mirror->is_unchanged(work_folder_);
  if (is_unchanged) findings.written_to = mirror->written_to();
  if (mirror != nullptr && !is_unchanged) findings = mirror->clear(work_folder_);
  std::string changed = context_.code_difference();
  if (!findings.altered.empty()) changed = "the program wrote to " + findings.altered;
  const bool was_asked = result.outcome == Outcome::kStopped;
  if (!changed.empty() && !was_asked) {
    result.outcome = Outcome::kError;
    result.message = "code changed: " + changed;
  }
  result.findings.written_to = std::move(findings.written_to);
  return is_unchanged;
}

// Removes what the program did not write itself. Without a checkpoint, no later
// attempt can resume from what was reported.
void CommandAttempt::clean_up(bool has_mirror) {
  std::error_code gone;
  if (fs::is_empty(checkpoint_folder_, gone) && !gone) {
    remove_reports(trial_folder_, context_.assignment.attempt, report_.artifacts());
  }
  const bool is_needed = !report_.artifacts().empty();
  if (!is_needed) {
    for (const auto& [place, path] : {std::pair{kYamlPlace, yaml_path(trial_folder_)},
                                      {kJsonPlace, nested_json_path(trial_folder_)}}) {
      if (command_.has_place(place)) fs::remove(path, gone);
    }
  }
  if (has_mirror && !is_needed &&
      context_.folders.remove_if_unused(trial_folder_, work_folder("").native())) {
    return context_.working_folder->keep();
  }
  if (has_mirror) context_.working_folder->clear(work_folder_);
  if (!is_needed) context_.folders.remove_if_unused(trial_folder_);
}

}  // namespace polysweep
