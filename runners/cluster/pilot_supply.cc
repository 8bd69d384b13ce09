#include "runners/cluster/pilot_supply.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "framework/core/clock.h"
#include "framework/core/error.h"

namespace polysweep {

namespace fs = std::filesystem;

namespace {

// How long a job that sbatch did not acknowledge may appear later.
constexpr std::int64_t kUnanswered_us = 60'000'000;
constexpr std::size_t kLinesQuoted = 5;

std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// In a file name, sbatch reads % as the start of a pattern.
std::string without_patterns(const std::string& path) {
  std::string out;
  for (const char c : path) out += c == '%' ? "%%" : std::string(1, c);
  return out;
}

std::string last_lines(FileSystem& files, const fs::path& log) {
  std::error_code none;
  if (!fs::exists(log, none)) return "";
  std::string text = files.read(log);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::size_t at = text.size();
  for (std::size_t i = 0; i < kLinesQuoted && at != std::string::npos; ++i) {
    at = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  }
  return at == std::string::npos ? text : text.substr(at + 1);
}

// What sbatch says if it does not know whether the controller took the job.
bool is_no_answer(const std::string& message) {
  for (const char* const part : {"timed out", "Unable to contact", "did not answer", "Zero Bytes",
                                 "onnection refused", "ommunication connection"}) {
    if (message.find(part) != std::string::npos) return true;
  }
  return false;
}

class Supplier {
 public:
  Supplier(FileSystem& files, const fs::path& store, const std::string& sweep,
           const PilotDemand& demand)
      : files_(files),
        store_(store),
        sweep_(sweep),
        demand_(demand),
        folder_(files, store, sweep) {}

  PilotSupply supply();

 private:
  void adopt();
  std::size_t wanted() const;
  bool submit();
  std::vector<std::string> bad_nodes() const;

  FileSystem& files_;
  const fs::path& store_;
  const std::string& sweep_;
  const PilotDemand& demand_;
  PilotFolder folder_;
  SubmissionRecord submission_;
  ClusterSpec cluster_;
  PilotSupply out_;
};

// Jobs whose submission was not acknowledged, and which the queue has.
void Supplier::adopt() {
  for (PilotState& state : out_.states) {
    if (!state.queued || !state.job.id.empty()) continue;
    state.job.id = state.queued->id;
    state.job.answered = true;
    state.job.refusal.clear();
    folder_.write(state.job);
  }
}

std::size_t Supplier::wanted() const {
  const auto each = static_cast<std::uint64_t>(cluster_.trials_at_once());
  const std::uint64_t enough = (demand_.trials_left + each - 1) / each;
  const int most = submission_.most > 0 ? submission_.most : cluster_.pilots;
  return static_cast<std::size_t>(std::min(enough, static_cast<std::uint64_t>(most)));
}

std::vector<std::string> Supplier::bad_nodes() const {
  std::set<std::string> nodes;
  for (const PilotState& state : out_.states) {
    for (const PilotRun& run : state.runs) {
      if (run.bad_node && run.started_us >= submission_.time_us) nodes.insert(run.node);
    }
  }
  return {nodes.begin(), nodes.end()};
}

// False if it is not certain that there is one pilot more.
bool Supplier::submit() {
  PilotJob job;
  job.name = new_job_name(sweep_);
  job.submitted_us = system_clock().wall_us();
  const fs::path script = folder_.script_path(job.name);
  files_.create_folders(folder_.path());
  files_.replace(script, pilot_script(cluster_, submission_, store_, sweep_, job.name));
  folder_.write(job);  // the intent
  std::vector<std::string> words =
      pilot_options(cluster_, store_, folder_.log_path(job.name), job.name, bad_nodes());
  if (!demand_.ending_id.empty()) words.push_back("--dependency=afterany:" + demand_.ending_id);
  words.push_back(script.string());
  const SbatchAnswer answer = slurm_submit(words);
  job.id = answer.id;
  job.answered = !answer.id.empty() || !is_no_answer(answer.message);
  if (answer.id.empty()) job.refusal = answer.message;
  folder_.write(job);
  if (!answer.id.empty()) {
    ++out_.submitted;
    ++out_.waiting;
    return true;
  }
  out_.problem = job.answered ? fmt::format("sbatch refused a pilot: {}", answer.message)
                              : fmt::format("sbatch did not answer ({}); the job may appear later",
                                            answer.message);
  return false;
}

PilotSupply Supplier::supply() {
  const std::unique_ptr<FileLock> lock = folder_.try_lock();
  if (!lock) return out_;
  const std::optional<SubmissionRecord> submission = folder_.submission();
  if (!submission) fail("no pilots were submitted for sweep {} of {}", sweep_, store_.string());
  submission_ = *submission;
  cluster_ = parse_cluster(submission_.cluster, submission_.cluster_file);
  const std::optional<std::vector<SlurmJob>> queue = slurm_queue();
  out_.states = pilot_states(folder_, queue, system_clock().wall_us());
  for (const PilotState& state : out_.states) {
    if (!state.may_live || state.job.name == demand_.ending_job) continue;
    const bool runs = state.queued && state.queued->state != "PENDING";
    ++(runs ? out_.running : out_.waiting);
  }
  if (!queue) return out_;
  out_.answered = true;
  adopt();
  if (submission_.stopped) {
    out_.problem = "sweep " + sweep_ + " was stopped";
    return out_;
  }
  out_.problem = fruitless_sentence(files_, folder_, out_.states, submission_.time_us);
  if (!out_.problem.empty()) return out_;
  for (std::size_t want = wanted(); out_.alive() < want;) {
    if (!submit()) break;
  }
  return out_;
}

}  // namespace

bool PilotState::fruitless(const PilotFolder& folder) const {
  if (may_live) return false;
  if (runs.empty()) return !job.id.empty();  // vanished, cancelled, or failed to start
  return std::none_of(runs.begin(), runs.end(),
                      [&](const PilotRun& run) { return run.idle || folder.settled_by(run) > 0; });
}

std::vector<PilotState> pilot_states(const PilotFolder& folder,
                                     const std::optional<std::vector<SlurmJob>>& queue,
                                     std::int64_t now_us) {
  std::map<std::string, const SlurmJob*> queued;
  if (queue) {
    for (const SlurmJob& job : *queue) queued.emplace(job.name, &job);
  }
  std::map<std::string, std::vector<PilotRun>> runs;
  for (PilotRun& run : folder.runs()) runs[run.job].push_back(std::move(run));
  std::vector<PilotState> out;
  for (PilotJob& job : folder.jobs()) {
    PilotState state;
    const auto found = queued.find(job.name);
    if (found != queued.end()) state.queued = *found->second;
    state.runs = std::move(runs[job.name]);
    const bool is_fresh = std::abs(now_us - job.submitted_us) < kUnanswered_us;
    const bool has_ended = !state.runs.empty() && state.runs.back().ended_us > 0;
    const bool was_refused = job.answered && job.id.empty();
    if (queue) {
      state.may_live = state.queued.has_value() || (!job.answered && is_fresh);
    } else {
      state.may_live = !was_refused && !has_ended;
    }
    state.job = std::move(job);
    out.push_back(std::move(state));
  }
  return out;
}

std::string fruitless_sentence(FileSystem& files, const PilotFolder& folder,
                               const std::vector<PilotState>& states, std::int64_t since_us) {
  int count = 0;
  const PilotState* last = nullptr;
  for (std::size_t i = states.size(); i-- > 0 && count < kFruitlessJobs;) {
    const PilotState& state = states[i];
    if (state.job.submitted_us < since_us) break;
    if (state.may_live || state.job.id.empty()) continue;  // not over, or refused
    if (!state.fruitless(folder)) break;
    if (count++ == 0) last = &state;
  }
  if (count < kFruitlessJobs) return "";
  const std::string why = last->runs.empty() ? "it never started its pilot" : last->runs.back().end;
  const std::string lines = last_lines(files, folder.log_path(last->job.name));
  return fmt::format(
      "the last {} pilots finished no trial, so no more are submitted; the last one, job {}: {}{}",
      count, last->job.id, why.empty() ? "it was killed" : why,
      lines.empty() ? "" : "; its last lines:\n" + lines);
}

PilotSupply supply_pilots(FileSystem& files, const fs::path& store, const std::string& sweep,
                          const PilotDemand& demand) {
  return Supplier(files, store, sweep, demand).supply();
}

std::string pilot_script(const ClusterSpec& cluster, const SubmissionRecord& submission,
                         const fs::path& store, const std::string& sweep, const std::string& job) {
  std::string out = "#!/bin/bash\n# A pilot of sweep " + sweep + ", written by polysweep.\n";
  for (const std::string& line : cluster.before) out += line + "\n";
  out += "exec";
  for (const std::string& word : cluster.container) out += " " + quoted(word);
  for (const std::string& word :
       {submission.program, std::string("pilot"), std::string("--store"), store.string(),
        std::string("--sweep"), sweep, std::string("--job"), job, std::string("--warning"),
        std::to_string(cluster.warning_s)}) {
    out += " " + quoted(word);
  }
  if (cluster.time_s > 0) out += fmt::format(" --time-left $(({} - SECONDS))", cluster.time_s);
  for (const std::string& word : submission.arguments) out += " " + quoted(word);
  return out + "\n";
}

std::vector<std::string> pilot_options(const ClusterSpec& cluster, const fs::path& store,
                                       const fs::path& log, const std::string& job,
                                       const std::vector<std::string>& excluded) {
  std::vector<std::string> out = {
      "--job-name=" + job,
      "--output=" + without_patterns(log.string()),
      "--open-mode=append",
      "--chdir=" + store.string(),
      "--requeue",
      fmt::format("--signal=B:USR1@{}", std::min(cluster.warning_s, 65535)),
      "--nodes=1",
      "--ntasks=1",
      fmt::format("--cpus-per-task={}", cluster.cpus)};
  if (cluster.gpus > 0) {
    out.push_back(fmt::format("--gres=gpu:{}{}{}", cluster.gpu_type,
                              cluster.gpu_type.empty() ? "" : ":", cluster.gpus));
  }
  if (!cluster.memory.empty()) out.push_back("--mem=" + cluster.memory);
  if (cluster.time_s > 0) out.push_back("--time=" + slurm_time(cluster.time_s));
  if (!cluster.partitions.empty()) {
    out.push_back(fmt::format("--partition={}", fmt::join(cluster.partitions, ",")));
  }
  if (!cluster.account.empty()) out.push_back("--account=" + cluster.account);
  if (!cluster.qos.empty()) out.push_back("--qos=" + cluster.qos);
  if (!excluded.empty()) out.push_back(fmt::format("--exclude={}", fmt::join(excluded, ",")));
  out.insert(out.end(), cluster.options.begin(), cluster.options.end());
  return out;
}

}  // namespace polysweep
