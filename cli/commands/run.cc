#include <map>

#include "cli/commands/command_table.h"
#include "cli/shared/host_configuration.h"
#include "cli/shared/planned_sweep.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "results/ingest/ingest_thread.h"
#include "results/read/ledger.h"
#include "runners/host/host.h"
#include "runners/sharing/shared_work.h"
#include "runners/store/active_hosts.h"
#include "runners/store/host_name.h"
#include "runners/store/plan_journal.h"
#include "runners/store/reliable_locks.h"
#include "runners/store/run_lock.h"

namespace polysweep {
namespace {

constexpr double kLease_s = 30;
constexpr double kNetworkLease_s = 120;

void declare(CommandOptions& options) {
  declare_store(options);
  declare_planning(options);
  declare_host(options);
  options.shown.add_options()(
      "lease", po::value<double>()->default_value(0)->value_name("SECONDS"),
      "others take over what this run has not done when it is silent for so long (0: 30, over a "
      "network 120)")("quiet", po::bool_switch(), "print the end alone");
  options.argument("file");
  options.argument("overrides", true);
}

// A lease is renewed through the file system, which may show old content for a
// minute where it is a network's.
double lease_seconds(const po::variables_map& given, const Store& store) {
  const double given_s = given["lease"].as<double>();
  if (given_s < 0) fail("--lease {}: a number of seconds is right", given_s);
  if (given_s > 0) return given_s;
  return locks_are_reliable(store.folder()) ? kLease_s : kNetworkLease_s;
}

// The door is open while we have no name yet, so that two runs that start at
// once are two hosts.
std::unique_ptr<Host> become_host(HostConfiguration& setup) {
  HostOptions& options = setup.options();
  const RunLock door(system_files(), options.store, kStoreLockWait_s);
  std::vector<int> taken_cpus;
  for (const LeaseFacts& other : ActiveHosts(system_files(), options.store, "").active()) {
    if (other.machine != machine_name()) continue;
    taken_cpus.insert(taken_cpus.end(), other.cpus.begin(), other.cpus.end());
  }
  setup.choose_slots(taken_cpus);
  options.name = free_host_name(system_files(), options.store, machine_name());
  return std::make_unique<Host>(system_files(), options);
}

FailureCounts failure_counts(const Standing& standing) {
  FailureCounts counts;
  for (const auto& [outcome, times] : standing.unsettled) {
    for (std::uint32_t i = 0; i < times; ++i) counts.add(outcome);
  }
  return counts;
}

// What is not settled, whoever runs it, and how the rest stands.
struct Work {
  std::vector<TrialToRun> trials;
  RunSize size;
  std::map<std::string, JournalPosition> positions;  // as of which it is known
};

Work work_of(const Ledger& ledger, const Plan& plan, const std::string& own_host) {
  Work work;
  work.positions = ledger.positions();
  const PlanStanding plan_standing = ledger.standing(plan);
  const StateCounts& counts = plan_standing.counts;
  work.size = {counts.planned, counts.done, counts.diverged, counts.failed};
  for (const auto& [index, standing] : plan_standing.open) {
    TrialToRun trial{index, standing.next_attempt(), failure_counts(standing), plan.id(index)};
    const bool was_running = standing.lost || standing.state == TrialState::kRunning;
    if (was_running && standing.host != own_host) trial.lost_attempt = standing.attempts;
    work.trials.push_back(trial);
  }
  return work;
}

int print_end(const Plan& plan, const HostResult& result, const StateCounts& counts) {
  const std::string& name = plan.sweep().name;
  if (!result.breaker_sentence.empty()) fmt::print("{}\n", result.breaker_sentence);
  fmt::print("sweep {}: {} planned, {} done, {} diverged, {} failed, {} pending\n", name,
             counts.planned, counts.done, counts.diverged, counts.failed,
             counts.pending + counts.running);
  if (result.stopped) {
    fmt::print("stopped; the same command goes on\n");
    return kExitStopped;
  }
  return counts.done + counts.diverged == counts.planned ? kExitComplete : kExitMissing;
}

// Brings the database up to the journals, makes sure that they hold the plan,
// and finds what is left to do.
Work find_work(const Store& store, const PlannedSweep& planned, Host& host,
               const std::string& name) {
  print_damage(Ingest(system_files(), store.folder()).catch_up().damage);
  const Database database = store.open();
  const Ledger ledger(database);
  const Plan& plan = planned.plan;
  const std::string description = describe(plan, planned.data_digests);
  if (!ledger.holds_plan(plan.sweep().name, plan.revision(), description)) {
    write_plan(host.journal(), plan, planned.data_digests);
  }
  return work_of(ledger, plan, name);
}

int run_plan(const po::variables_map& given, const PlannedSweep& planned) {
  const Store store(given);
  HostConfiguration setup(given, planned.worker, planned.data_folder, store.folder());
  HostOptions& options = setup.options();
  options.sweep = planned.plan.sweep().name;
  options.lease_s = lease_seconds(given, store);
  const std::unique_ptr<Host> host = become_host(setup);
  Work work = find_work(store, planned, *host, options.name);
  const bool quiet = given["quiet"].as<bool>();
  if (!quiet) {
    fmt::print("sweep {}: {} trials to run of {}, on {} slots\n", planned.plan.sweep().name,
               work.trials.size(), work.size.planned, options.slots.size());
    std::fflush(stdout);
  }
  IngestThread ingest(system_files(), store.folder());
  StopFlag stop;
  const StopSignals signals(stop);
  const std::unique_ptr<ProgressSink> progress =
      quiet ? std::make_unique<SilentProgress>() : make_progress(stdout);
  HostResult result;
  {
    SharedWork source(system_files(), {store.folder(), options.name, host->epoch(), work.positions},
                      std::move(work.trials));
    result = host->run(
        source, [&](std::size_t index) { return planned.plan.trial(index); }, work.size, *progress,
        stop);
  }
  const bool damaged = print_damage(ingest.finish().damage);
  const Database database = store.open();
  const int status =
      print_end(planned.plan, result, Ledger(database).standing(planned.plan).counts);
  return damaged && status == kExitComplete ? kExitMissing : status;
}

int run(const po::variables_map& given) { return run_plan(given, make_plan(given)); }

}  // namespace

const Command kRunCommand = {
    "run",
    "Runs what is missing of a sweep; after any interruption the same command goes on, and a "
    "second one beside it shares the work",
    "FILE [name=value ...] [--data FOLDER] [--slots N] [--device cpu|cuda] [--memory-limit SIZE]",
    "  polysweep run experiments/sweeps/demo.toml --store runs/demo\n"
    "  polysweep run my_sweep.toml updates=50 seed=0..2",
    declare,
    run,
};

}  // namespace polysweep
