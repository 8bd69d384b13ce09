// polysweep pilot: a host on a node of a cluster, which reads journals alone.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "cli/commands/command_table.h"
#include "cli/shared/absolute_path.h"
#include "cli/shared/declared_commands.h"
#include "cli/shared/host_configuration.h"
#include "cli/shared/plan_from_file.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/sweep/file/command_reader.h"
#include "framework/sweep/plan/plan_description.h"
#include "framework/worker/checkpoint_file.h"
#include "reports/text/number_text.h"
#include "runners/cluster/pilot_supply.h"
#include "runners/host/host.h"
#include "runners/sharing/recorded_sweep.h"
#include "runners/sharing/shared_work.h"
#include "runners/store/host_name.h"
#include "runners/store/reliable_locks.h"
#include "runners/store/run_lock.h"
#include "runners/store/store_layout.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr double kPatience_s = 5;
constexpr double kLockWait_s = 300;  // many pilots start at the same time
constexpr double kLeastGrace_s = 5;

void declare_pilot(CommandOptions& options) {
  declare_store(options);
  declare_slots(options);
  declare_host(options);
  declare_planning(options);
  options.shown.add_options()("sweep", po::value<std::string>()->value_name("NAME"),
                              "the sweep, which `polysweep submit` or `run` has planned")(
      "job", po::value<std::string>()->value_name("NAME"),
      "the name of the job that runs this pilot, if polysweep submitted it")(
      "time-left", po::value<double>()->value_name("SECONDS"),
      "until the job's time limit (default: until $SLURM_JOB_END_TIME, if set)")(
      "warning", po::value<double>()->default_value(60)->value_name("SECONDS"),
      "stop at checkpoints this long before the end of the time")(
      "lease", po::value<double>()->value_name("SECONDS"),
      "others take over the trials of this pilot if it is silent for this time (default: 30, on a "
      "network file system 120)")("patience", po::value<double>()->value_name("SECONDS"),
                                  "how long to wait for trials that others run, before ending")(
      "breaker", po::value<int>()->default_value(5)->value_name("K"),
      "end when the last K trials failed in the same way, as `polysweep run` does");
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::int64_t number_in(const char* name) {
  const std::string text = variable(name);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The worker of the sweep's trials: a command that the store has, or a program.
Worker worker_of(const po::variables_map& given, const fs::path& store,
                 const RecordedSweep& recorded) {
  const PlanDescription plan = parse_description(recorded.description);
  const std::string file = plan.file.empty() ? "sweep.toml" : plan.file;
  if (!declares_command(plan.text, file)) return find_worker(given, named_worker(plan.text, file));
  const Trial trial = recorded.trial(0);
  DataFolder data(data_folder(given));
  for (const ExperimentSpec& spec : declared_commands(store)) {
    const CommandSpec& command = *spec.command;
    if (spec.name != trial.experiment || spec.version != trial.experiment_version) continue;
    if (command.code_digest() != trial.code_digest) continue;
    const std::string digest = data.digest_for(spec.data, trial.parameters);
    if (command.identity_digest(digest) != trial.data_digest) continue;
    Worker worker = command_worker_of(spec);
    worker.code_store = store;
    return worker;
  }
  fail(
      "no command in {} runs the trials of sweep {}: plan it again with `polysweep submit`, or "
      "name "
      "the folder of its data with --data FOLDER",
      (store / "commands").string(), recorded.sweep);
}

// Seconds until the job ends; negative: unknown.
double time_left(const po::variables_map& given) {
  if (given.count("time-left") > 0) return given["time-left"].as<double>();
  const std::int64_t end_s = number_in("SLURM_JOB_END_TIME");
  if (end_s <= 0) return -1;
  return std::max(
      0.0, static_cast<double>(end_s) - 1e-6 * static_cast<double>(system_clock().wall_us()));
}

class Pilot {
 public:
  explicit Pilot(const po::variables_map& given);
  int run();
  // For `polysweep pilots`; it may be the store that failed.
  void record_failure(const std::string& why);

 private:
  void configure(HostConfiguration& setup, const Worker& worker);
  bool has_checkpoints(const Worker& worker) const;
  std::unique_ptr<Host> become_host(HostConfiguration& setup);
  HostResult run_trials(Host& host, const HostOptions& options);
  int end(const HostResult& result);
  void follow_up(std::uint64_t left);

  const po::variables_map& given_;
  double started_s_ = system_clock().monotonic_s();
  StopFlag stop_;
  StopSignals signals_{stop_, {SIGUSR1, SIGTERM, SIGINT, SIGHUP}};
  fs::path store_;
  std::string sweep_;
  double lease_s_ = 0;
  bool local_ = true;
  RecordedSweep recorded_;
  PilotRun record_;
  std::uint64_t elsewhere_ = 0;  // settled by others meanwhile
};

Pilot::Pilot(const po::variables_map& given)
    : given_(given),
      store_(absolute_path("store", given["store"].as<std::string>())),
      sweep_(text_or(given, "sweep", "")) {
  if (sweep_.empty()) fail("--sweep is missing: expected the name of a sweep of the store");
  if (!fs::exists(store_ / "journal")) {
    fail("there is no store in {} on {}: a pilot needs a folder that all nodes share",
         store_.string(), machine_name());
  }
  local_ = locks_are_reliable(store_);
  lease_s_ = lease_seconds(given, store_);
  if (lease_s_ == 0) fail("--lease 0: expected a number of seconds above 0");
  recorded_ = read_recorded_sweep(system_files(), store_, sweep_);
  record_.host = new_pilot_name();
  record_.job = text_or(given, "job", "");
  record_.job_id = variable("SLURM_JOB_ID");
  record_.restarts = number_in("SLURM_RESTART_COUNT");
  record_.node = variable("SLURMD_NODENAME");
  if (record_.node.empty()) record_.node = machine_name();
  record_.pid = getpid();
  record_.started_us = system_clock().wall_us();
}

void Pilot::configure(HostConfiguration& setup, const Worker& worker) {
  HostOptions& options = setup.options();
  options.worker.ignores_stop_signals = true;  // the scheduler's reach all processes of a job
  options.sweep = sweep_;
  options.name = record_.host;
  options.lease_s = lease_s_;
  options.levels_at = [this](std::size_t index) { return recorded_.levels(index); };
  options.limits.machine_failures = given_["breaker"].as<int>();
  if (options.limits.machine_failures == 0) options.limits.breaker_trials = 0;
  const double warning_s = given_["warning"].as<double>();
  options.limits.stop_grace_s =
      std::min(options.limits.stop_grace_s, std::max(kLeastGrace_s, warning_s - kLeastGrace_s));
  if (const double left_s = time_left(given_); left_s >= 0) {
    options.time.stop_at_s = started_s_ + std::max(0.001, left_s - warning_s);
  }
  options.time.longest_trial_s = recorded_.longest_s;
  options.time.trials_resume = recorded_.resumes || has_checkpoints(worker);
}

// Whether trials of the sweep are known to resume from where they stopped.
bool Pilot::has_checkpoints(const Worker& worker) const {
  if (worker.runs_command()) {
    return worker.catalogue.experiments[0].command->has_place("checkpoint_folder");
  }
  constexpr std::size_t kMostLooked = 100;
  std::size_t looked = 0;
  for (const TrialToRun& trial : recorded_.to_run) {
    if (trial.next_attempt == 1) continue;
    const fs::path folder = trial_folder(store_, trial.id);
    for (std::uint64_t i = 0; i < kKeptCheckpoints; ++i) {
      if (is_checkpoint_file(checkpoint_path(folder, i))) return true;
    }
    if (++looked == kMostLooked) break;
  }
  return false;
}

// Holds the store's lock meanwhile: whoever needs the store alone sees us or waits.
std::unique_ptr<Host> Pilot::become_host(HostConfiguration& setup) {
  const RunLock lock(system_files(), store_, kLockWait_s);
  setup.choose_free_slots();
  return std::make_unique<Host>(system_files(), setup.options());
}

HostResult Pilot::run_trials(Host& host, const HostOptions& options) {
  fmt::print("pilot {} on {}: sweep {}, {} of {} left, {}\n", record_.host, record_.node, sweep_,
             recorded_.to_run.size(), count_text(recorded_.planned, "trial"),
             count_text(options.slots.size(), "slot"));
  std::fflush(stdout);
  SharedWorkOptions sharing{store_, record_.host, host.epoch(), recorded_.positions};
  sharing.patience_s = given_.count("patience") > 0 ? given_["patience"].as<double>()
                       : local_                     ? kPatience_s
                                                    : lease_s_ + kPatience_s;
  SharedWork work(system_files(), sharing, recorded_.to_run);
  RunSize size{recorded_.planned, recorded_.done, recorded_.diverged, recorded_.failed};
  const std::unique_ptr<ProgressSink> progress = make_progress(stdout);
  const HostResult result = host.run(
      work, [this](std::size_t index) { return recorded_.trial(index); }, size, *progress, stop_);
  elsewhere_ = work.elsewhere().all();
  return result;
}

// While there is work, the next pilot continues.
void Pilot::follow_up(std::uint64_t left) {
  if (record_.job.empty() || left == 0 || !has_slurm_program("sbatch")) return;
  try {
    const PilotSupply supply =
        supply_pilots(system_files(), store_, sweep_, {left, record_.job, record_.job_id});
    if (supply.submitted > 0) {
      fmt::print("submitted {} to continue\n", count_text(supply.submitted, "pilot"));
    }
    if (!supply.problem.empty()) fmt::print("{}\n", supply.problem);
  } catch (const Error& error) {
    fmt::print(stderr, "polysweep: no pilot was submitted to continue: {}\n", error.what());
  }
}

int Pilot::end(const HostResult& result) {
  const std::uint64_t settled = result.settled() + elsewhere_;
  const std::uint64_t left =
      recorded_.to_run.size() > settled ? recorded_.to_run.size() - settled : 0;
  record_.ended_us = system_clock().wall_us();
  record_.settled = result.settled();
  record_.failed = result.failed;
  record_.bad_node = result.reopened > 0;
  const bool time_is_over = result.out_of_time || stop_.first_signal() == SIGUSR1;
  if (!result.breaker_sentence.empty()) {
    record_.end = result.breaker_sentence;
  } else if (time_is_over) {
    record_.end = "its time was over";
  } else if (result.stopped) {
    record_.end = "it was asked to stop";
    record_.idle = true;
  } else {
    record_.end = left == 0 ? "all trials are settled" : "others run all that is left";
    record_.idle = true;
  }
  PilotFolder(system_files(), store_, sweep_).write(record_);
  fmt::print("pilot {}: {}; {} settled, {} left\n", record_.host, record_.end,
             count_text(record_.settled, "trial"), left);
  std::fflush(stdout);
  if (time_is_over) follow_up(left);
  return result.breaker_sentence.empty() ? kExitComplete : kExitMissing;
}

void Pilot::record_failure(const std::string& why) {
  record_.end = why;
  record_.ended_us = system_clock().wall_us();
  try {
    PilotFolder(system_files(), store_, sweep_).write(record_);
  } catch (const Error&) {
    // Its log has the first failure.
  }
}

int Pilot::run() {
  PilotFolder folder(system_files(), store_, sweep_);
  folder.write(record_);
  const std::optional<SubmissionRecord> submission = folder.submission();
  const bool stopped = !record_.job.empty() && submission && submission->stopped;
  if (recorded_.to_run.empty() || stopped) {
    HostResult nothing;
    nothing.stopped = stopped;
    return end(nothing);
  }
  const Worker worker = worker_of(given_, store_, recorded_);
  HostConfiguration setup(given_, worker, data_folder(given_), store_);
  configure(setup, worker);
  HostResult result;
  {
    const std::unique_ptr<Host> host = become_host(setup);
    result = run_trials(*host, setup.options());
  }
  return end(result);
}

int run_pilot(const po::variables_map& given) {
  Pilot pilot(given);
  try {
    return pilot.run();
  } catch (const Error& error) {
    pilot.record_failure(error.what());
    throw;
  }
}

}  // namespace

const Command kPilotCommand = {
    "pilot",
    "Runs trials of a sweep in a job of a cluster, from a store on a shared folder, until nothing "
    "is left for it or its time ends",
    "--store FOLDER --sweep NAME [--time-left SECONDS] [--slots N] [--device cpu|cuda]",
    "  polysweep pilot --store /shared/runs --sweep my_sweep --time-left 3600",
    declare_pilot,
    run_pilot,
};

}  // namespace polysweep
