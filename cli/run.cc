#include <map>

#include "cli/command.h"
#include "cli/planning.h"
#include "cli/store.h"
#include "cli/terminal.h"
#include "framework/error.h"
#include "framework/file_system.h"
#include "results/ledger.h"
#include "runners/host.h"
#include "runners/plan_journal.h"
#include "runners/run_lock.h"

namespace polysweep {
namespace {

void declare(CommandOptions& options) {
  declare_store(options);
  declare_planning(options);
  options.shown.add_options()("slots", po::value<int>()->default_value(0)->value_name("N"),
                              "workers: on the CPU in all (0: one a core), else per device")(
      "device", po::value<std::string>()->default_value("cpu"), "cpu or cuda")(
      "time-limit", po::value<double>()->default_value(0)->value_name("SECONDS"),
      "of one attempt; 0: none")("progress-limit",
                                 po::value<double>()->default_value(600)->value_name("SECONDS"),
                                 "a trial that shows no progress for so long is taken as hung")(
      "quiet", po::bool_switch(), "print the end alone");
  options.word("file");
  options.word("overrides", true);
}

std::vector<Slot> slots_of(const po::variables_map& given) {
  const int count = given["slots"].as<int>();
  if (count < 0 || count > 1024) fail("--slots {}: a number from 0 to 1024 is right", count);
  const std::string device = given["device"].as<std::string>();
  if (device == "cpu") return cpu_slots(count);
  if (device == "cuda") return cuda_slots(visible_cuda_devices(), std::max(count, 1));
  fail("--device '{}': cpu or cuda is right", device.substr(0, 40));
}

HostOptions host_options(const po::variables_map& given, const Store& store,
                         const Planned& planned) {
  HostOptions options;
  options.store = store.folder();
  options.name = store.own_journal().filename().string();
  options.worker.program = planned.worker.program;
  options.worker.build = planned.worker.catalogue.build;
  options.worker.catalogue_digest = planned.worker.catalogue_digest;
  options.slots = slots_of(given);
  options.data_folder = planned.data_folder;
  options.limits.worker.wall_s = given["time-limit"].as<double>();
  options.limits.worker.progress_s = given["progress-limit"].as<double>();
  return options;
}

// True where the journal of another host has a living writer.
class LivingHosts {
 public:
  LivingHosts(const Store& store, std::string own) : store_(store), own_(std::move(own)) {}

  bool lives(const std::string& host) {
    if (host == own_) return false;  // we hold its journal: its trials were a dead process's
    const auto known = known_.find(host);
    if (known != known_.end()) return known->second;
    const std::filesystem::path lock = journals_path(store_.folder()) / host / "LOCK";
    return known_[host] =
               system_files().try_lock(lock, "looking whether its host lives") == nullptr;
  }

 private:
  const Store& store_;
  std::string own_;
  std::map<std::string, bool> known_;
};

FailureCounts failure_counts(const Standing& standing) {
  FailureCounts counts;
  for (const auto& [outcome, times] : standing.unsettled) {
    for (std::uint32_t i = 0; i < times; ++i) counts.add(outcome);
  }
  return counts;
}

// What is still to be run, and how the rest stands.
struct Work {
  std::vector<TrialToRun> trials;
  RunSize size;
};

Work work_of(const Ledger& ledger, const Plan& plan, LivingHosts& hosts) {
  std::vector<TrialId> ids;
  for (std::size_t i = 0; i < plan.size(); ++i) ids.push_back(plan.id(i));
  const std::vector<Standing> standings = ledger.standings(ids);
  Work work;
  work.size.planned = plan.size();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Standing& standing = standings[i];
    switch (standing.state) {
      case TrialState::kDone:
        ++work.size.done;
        break;
      case TrialState::kDiverged:
        ++work.size.diverged;
        break;
      case TrialState::kFailed:
        ++work.size.failed;
        break;
      case TrialState::kRunning:
        if (hosts.lives(standing.host)) break;
        [[fallthrough]];
      case TrialState::kMissing:
        work.trials.push_back({i, standing.next_attempt(), failure_counts(standing)});
    }
  }
  return work;
}

int print_end(const Plan& plan, const HostResult& result, const StateCounts& counts) {
  const std::string& name = plan.sweep().name;
  if (!result.breaker_sentence.empty()) fmt::print("{}\n", result.breaker_sentence);
  fmt::print("sweep {}: {} planned, {} done, {} diverged, {} failed, {} missing\n", name,
             counts.planned, counts.done, counts.diverged, counts.failed,
             counts.missing + counts.running);
  if (result.stopped) {
    fmt::print("stopped; the same command goes on\n");
    return kExitStopped;
  }
  return counts.done + counts.diverged == counts.planned ? kExitComplete : kExitMissing;
}

int run_plan(const po::variables_map& given, const Planned& planned) {
  const Store store(given);
  const RunLock lock(system_files(), store.folder());
  Host host(system_files(), host_options(given, store, planned));
  IngestReport first = Ingest(system_files(), store.folder()).catch_up();
  print_damage(first.damage);
  Work work;
  {
    const Database database = store.open();
    const Ledger ledger(database);
    const std::string description = describe(planned.plan, planned.data_digests);
    const Plan& plan = planned.plan;
    if (!ledger.holds_plan(plan.sweep().name, plan.revision(), description)) {
      write_plan(host.journal(), plan, planned.data_digests);
    }
    LivingHosts hosts(store, store.own_journal().filename().string());
    work = work_of(ledger, plan, hosts);
  }
  const bool quiet = given["quiet"].as<bool>();
  if (!quiet) {
    fmt::print("sweep {}: {} trials to run of {}, on {} slots\n", planned.plan.sweep().name,
               work.trials.size(), work.size.planned, slots_of(given).size());
    std::fflush(stdout);
  }
  IngestThread ingest(system_files(), store.folder());
  StopFlag stop;
  const StopSignals signals(stop);
  const std::unique_ptr<ProgressSink> progress =
      quiet ? std::make_unique<SilentProgress>() : make_progress(stdout);
  const HostResult result = host.run(
      std::move(work.trials), [&](std::size_t index) { return planned.plan.trial(index); },
      work.size, *progress, stop);
  const bool damaged = print_damage(ingest.finish().damage);
  const Database database = store.open();
  const int status = print_end(planned.plan, result, Ledger(database).counts(planned.plan));
  return damaged && status == kExitComplete ? kExitMissing : status;
}

int run(const po::variables_map& given) { return run_plan(given, make_plan(given)); }

}  // namespace

const Command kRunCommand = {
    "run",
    "Runs what is missing of a sweep; after any interruption the same command goes on",
    "FILE [name=value ...] [--data FOLDER] [--slots N] [--device cpu|cuda]",
    "  polysweep run experiments/sweeps/demo.toml --store runs/demo\n"
    "  polysweep run my_sweep.toml updates=50 seed=0..2",
    declare,
    run,
};

}  // namespace polysweep
