#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "cli/commands/command_table.h"
#include "cli/shared/cell_names.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "cli/shared/trial_counts.h"
#include "framework/core/clock.h"
#include "framework/core/file_system.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "results/read/last_planning.h"
#include "results/read/live_sweep.h"
#include "results/read/sweep_results.h"
#include "results/read/trial_record.h"
#include "runners/cluster/pilot_supply.h"
#include "runners/host/progress.h"
#include "runners/process/stop_flag.h"
#include "runners/store/active_hosts.h"
#include "runners/store/run_lock.h"
#include "runners/store/stop_file.h"

namespace polysweep {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(200);
constexpr std::size_t kTrialsShown = 20;

void declare_stop(CommandOptions& options) {
  declare_store(options);
  options.shown.add_options()("no-wait", po::bool_switch(),
                              "send the request, and do not wait until the runs have stopped")(
      "all", po::bool_switch(), "print all running trials, not only the first");
  options.argument("sweep");
}

std::vector<LeaseFacts> hosts_of(const ActiveHosts& hosts, const std::string& sweep) {
  std::vector<LeaseFacts> found;
  for (const LeaseFacts& host : hosts.active()) {
    if (host.sweep == sweep) found.push_back(host);
  }
  return found;
}

void print_counts(const LiveSweep& sweep) {
  const StateCounts& counts = sweep.counts;
  const std::uint64_t left = counts.pending + counts.running;
  fmt::print("sweep {}: {}\n", sweep.sweep, counts_text(counts));
  if (left > 0) fmt::print("`polysweep run` of its file resumes it\n");
}

int print_nothing_runs(const ActiveHosts& hosts, const LiveSweep& sweep) {
  fmt::print("no run of sweep {} is active\n", sweep.sweep);
  for (const LeaseFacts& host : hosts.active()) {
    fmt::print("{} is running sweep {}\n", terminal_escaped(host.who()),
               terminal_escaped(host.sweep));
  }
  print_counts(sweep);
  return kExitComplete;
}

// Pilots that wait in Slurm's queue are cancelled, and no others follow.
void stop_pilots(const std::filesystem::path& store, const std::string& sweep) {
  PilotFolder folder(system_files(), store, sweep);
  std::optional<SubmissionRecord> record = folder.submission();
  if (!record) return;
  record->stopped = true;
  folder.write(*record);
  if (!has_slurm_program("squeue")) {
    fmt::print(
        "squeue is not in $PATH: pilots that wait are not cancelled, and end when they start\n");
    return;
  }
  const std::optional<std::vector<SlurmJob>> queue = slurm_queue();
  if (!queue) {
    fmt::print(
        "Slurm did not answer: pilots that wait are not cancelled, and end when they start\n");
    return;
  }
  std::vector<std::string> waiting;
  for (const PilotState& state : pilot_states(folder, queue, system_clock().wall_us())) {
    if (state.queued && state.queued->state == "PENDING") waiting.push_back(state.queued->id);
  }
  const std::string problem = slurm_cancel(waiting);
  if (!problem.empty()) {
    fmt::print(stderr, "polysweep: scancel failed: {}\n", problem);
  } else if (!waiting.empty()) {
    fmt::print("cancelled {} that waited\n", count_text(waiting.size(), "pilot"));
  }
}

// A second request to the same host kills its running trials.
void ask(const std::filesystem::path& store, const LeaseFacts& host) {
  const std::filesystem::path journal = journals_path(store) / host.host;
  const int before = stop_requests(system_files(), journal, host.epoch);
  request_stop(system_files(), journal, host.epoch, before + 1);
  fmt::print("asked {} {}\n", terminal_escaped(host.who()),
             before == 0 ? "to stop: its trials stop at their next checkpoint; a second request "
                           "kills them"
                         : "again: it kills its running trials");
}

// Empty where the database does not have it (yet).
std::optional<LiveSweep> standing_of(const Store& store, const std::string& sweep) {
  store.catch_up();
  const Database database = store.open();
  const std::vector<std::string> known = sweep_names(database);
  if (std::find(known.begin(), known.end(), sweep) == known.end()) return std::nullopt;
  return load_live_sweep(database, sweep, system_clock().wall_us());
}

std::string named(const LiveSweep& sweep, const std::vector<std::string>& cells,
                  const RunningTrial& trial) {
  std::string text = fmt::format("{} {}", trial.id.brief(), terminal_escaped(cells.at(trial.cell)));
  if (!trial.replicate.empty()) {
    text +=
        fmt::format(" {}={}", terminal_escaped(sweep.replicate), terminal_escaped(trial.replicate));
  }
  return text;
}

std::vector<RunningTrial> running_on(const LiveSweep& sweep, const std::vector<LeaseFacts>& hosts) {
  std::vector<RunningTrial> running;
  for (const RunningTrial& trial : sweep.running) {
    const bool asked = std::any_of(hosts.begin(), hosts.end(),
                                   [&](const LeaseFacts& host) { return host.host == trial.host; });
    if (asked) running.push_back(trial);
  }
  return running;
}

// One line each; of many the first, unless `all`.
template <typename Print>
void print_each(const std::vector<RunningTrial>& running, bool all, Print print) {
  const std::size_t shown = all ? running.size() : std::min(running.size(), kTrialsShown);
  for (std::size_t i = 0; i < shown; ++i) print(running[i]);
  if (running.size() > shown) {
    fmt::print("  {} of {} trials not shown; --all shows them\n", running.size() - shown,
               running.size());
  }
}

std::string end_of(const Database& database, const RunningTrial& trial) {
  for (const AttemptRecord& attempt : load_trial(database, trial.id).attempts) {
    if (attempt.number != trial.attempt || attempt.host != trial.host) continue;
    if (attempt.running || attempt.outcome.empty()) return "still running";
    return attempt.message.empty()
               ? attempt.outcome
               : fmt::format("{} ({})", attempt.outcome, terminal_escaped(attempt.message));
  }
  return "not started";
}

// Waits until none of them is alive, or until a signal arrives. Returns those that
// have not ended: silent for longer than their lease, or still stopping.
std::vector<LeaseFacts> wait_for(ActiveHosts& hosts, const std::vector<LeaseFacts>& asked,
                                 const StopFlag& interrupt) {
  for (;;) {
    std::vector<LeaseFacts> left;
    bool any_alive = false;
    for (const LeaseFacts& host : asked) {
      const HostStatus status = hosts.status(host.host, host.epoch);
      if (status != HostStatus::kGone) left.push_back(host);
      any_alive = any_alive || status == HostStatus::kActive;
    }
    if (!any_alive || interrupt.requests() > 0) return left;
    std::this_thread::sleep_for(kPollInterval);
    hosts.look();
  }
}

int print_left(const std::vector<LeaseFacts>& left, bool interrupted) {
  for (const LeaseFacts& host : left) {
    const std::string who = terminal_escaped(host.who());
    if (interrupted) {
      fmt::print("{} is still stopping; the request remains\n", who);
    } else {
      fmt::print(
          "{} was silent for longer than its lease of {:g} s: it is suspended, or its machine "
          "cannot be reached; if it returns, it finds the request\n",
          who, host.lease_s);
    }
  }
  return interrupted ? kExitStopped : kExitMissing;
}

int stop(const Store& store, const std::string& name, ActiveHosts& hosts,
         const std::vector<LeaseFacts>& asked, bool wait, bool all) {
  const std::optional<LiveSweep> before = standing_of(store, name);
  for (const LeaseFacts& host : asked) ask(store.folder(), host);
  const std::vector<RunningTrial> running =
      before ? running_on(*before, asked) : std::vector<RunningTrial>();
  const std::vector<std::string> cells =
      before ? cell_names(store.open(), name) : std::vector<std::string>();
  print_each(running, all, [&](const RunningTrial& trial) {
    fmt::print("  running: {} (attempt {}, on {} slot {}, for {})\n", named(*before, cells, trial),
               trial.attempt, terminal_escaped(trial.host), trial.slot, duration_text(trial.age_s));
  });
  std::fflush(stdout);
  if (!wait) return kExitComplete;
  StopFlag interrupt;
  const StopSignals signals(interrupt);
  const double start_s = system_clock().monotonic_s();
  const std::vector<LeaseFacts> left = wait_for(hosts, asked, interrupt);
  if (!left.empty()) return print_left(left, interrupt.requests() > 0);
  fmt::print("stopped after {}\n", duration_text(system_clock().monotonic_s() - start_s));
  const std::optional<LiveSweep> after = standing_of(store, name);
  const Database database = store.open();
  print_each(running, all, [&](const RunningTrial& trial) {
    fmt::print("  {}: {}\n", named(*before, cells, trial), end_of(database, trial));
  });
  if (after) print_counts(*after);
  return kExitComplete;
}

int run_stop(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const std::string name = sweep_argument(store.open(), given);
  // Waits for a run that is just becoming a host.
  { const RunLock lock(system_files(), store.folder(), kStoreLockWait_s); }
  stop_pilots(store.folder(), name);
  ActiveHosts hosts(system_files(), store.folder(), "");
  const std::vector<LeaseFacts> asked = hosts_of(hosts, name);
  if (!asked.empty())
    return stop(store, name, hosts, asked, !given["no-wait"].as<bool>(), given["all"].as<bool>());
  return print_nothing_runs(hosts, load_live_sweep(store.open(), name, system_clock().wall_us()));
}

}  // namespace

const Command kStopCommand = {
    "stop",
    "Stops all active runs of a sweep, on any machine, as Ctrl-C does; a second request kills them",
    "[SWEEP] [--no-wait] [--all]",
    "  polysweep stop my_sweep",
    declare_stop,
    run_stop,
};

}  // namespace polysweep
