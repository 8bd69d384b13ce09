#include "cli/shared/cluster_head.h"

#include <fmt/ranges.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <set>

#include "cli/shared/host_configuration.h"
#include "cli/shared/store.h"
#include "cli/shared/trial_counts.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "results/ingest/ingest_thread.h"
#include "results/read/ledger.h"
#include "runners/host/progress.h"
#include "runners/process/stop_flag.h"
#include "runners/store/plan_journal.h"
#include "runners/store/run_lock.h"

namespace polysweep {

namespace fs = std::filesystem;

namespace {

constexpr double kSupply_s = 30;  // between two questions to Slurm
constexpr double kShow_s = 1;
constexpr int kFirstLook_ms = 1500;  // until Slurm knows why a job waits

std::string option_words(const boost::any& value) {
  if (const auto* text = boost::any_cast<std::string>(&value)) return *text;
  if (const auto* real = boost::any_cast<double>(&value)) return fmt::format("{}", *real);
  if (const auto* number = boost::any_cast<int>(&value)) return fmt::format("{}", *number);
  return fmt::format("{}", boost::any_cast<std::int64_t>(value));
}

std::vector<std::string> pilot_arguments(const po::variables_map& given,
                                         const PlanFromFile& planned, const ClusterSpec& cluster) {
  std::vector<std::string> out;
  for (const char* name : {"time-limit", "progress-limit", "memory-limit", "checkpoint-seconds",
                           "checkpoint-steps", "breaker", "lease"}) {
    if (given.count(name) == 0 || given[name].defaulted()) continue;
    out.push_back(fmt::format("--{}", name));
    out.push_back(option_words(given[name].value()));
  }
  if (given.count("worker") > 0) {
    out.insert(out.end(), {"--worker", planned.worker.program.string()});
  }
  if (!planned.data_folder.empty()) {
    out.insert(out.end(), {"--data", planned.data_folder.string()});
  }
  const bool is_cuda =
      given["device"].defaulted() ? cluster.gpus > 0 : given["device"].as<std::string>() == "cuda";
  out.insert(out.end(), {"--device", is_cuda ? "cuda" : "cpu"});
  int slots = given["slots"].defaulted() ? cluster.slots : given["slots"].as<int>();
  if (slots == 0) slots = is_cuda ? 1 : cluster.cpus;
  out.insert(out.end(), {"--slots", std::to_string(slots)});
  return out;
}

StateCounts counts_now(const Store& store, const Plan& plan) {
  const Database database = store.open();
  return Ledger(database).standing(plan).counts;
}

std::uint64_t left_of(const StateCounts& counts) { return counts.pending + counts.running; }

void record_plan_once(const Store& store, const PlanFromFile& planned) {
  const RunLock lock(system_files(), store.folder(), kStoreLockWait_s);
  print_damage(Ingest(system_files(), store.folder()).catch_up().damage);
  {
    const Database database = store.open();
    const Plan& plan = planned.plan;
    if (Ledger(database).holds_plan(plan.sweep().name, plan.revision(), planned.description)) {
      return;
    }
  }
  record_plan(system_files(), store.folder(), planned.plan, planned.description);
  print_damage(Ingest(system_files(), store.folder()).catch_up().damage);
}

class Head {
 public:
  Head(const po::variables_map& given, const PlanFromFile& planned);

  int submit();
  int run();

 private:
  void prepare();
  void tell(const std::string& line);
  void print_supply(const PilotSupply& supply);
  std::string hopeless(const PilotSupply& supply) const;
  int print_problem(const std::string& problem) const;
  int watch();
  std::optional<int> supply();
  int print_end(const StateCounts& counts) const;

  const po::variables_map& given_;
  const PlanFromFile& planned_;
  const std::string& sweep_;
  const Store store_;
  NamedCluster cluster_;
  std::uint64_t left_ = 0;
  std::set<std::string> told_;
  std::unique_ptr<ProgressSink> progress_;  // while we watch
  StopFlag stop_;
};

Head::Head(const po::variables_map& given, const PlanFromFile& planned)
    : given_(given),
      planned_(planned),
      sweep_(planned.plan.sweep().name),
      store_(given),
      cluster_(named_cluster(given["cluster"].as<std::string>(),
                             fs::path(planned.plan.sweep().file).parent_path())) {
  if (!planned.selection.words.empty()) {
    fail(
        "pilots run all trials of a sweep: leave out {}, or make a sweep of these values with "
        "--as NAME",
        fmt::join(planned.selection.words, " "));
  }
  if (!has_slurm_program("sbatch")) {
    fail("sbatch is not in $PATH: run this command on a login node of the cluster");
  }
}

void Head::prepare() {
  system_files().create_folders(store_.folder());
  // Others who read the store use it, too.
  const std::string& databases = cluster_.spec.database;
  if (!databases.empty()) {
    system_files().replace(store_.folder() / kDatabaseFolderFile, databases + "\n");
  }
  // Writes what trials run to the store.
  const HostConfiguration setup(given_, planned_.worker, planned_.data_folder, store_.folder());
  record_plan_once(store_, planned_);
  left_ = left_of(counts_now(store_, planned_.plan));
  if (left_ == 0) return;
  SubmissionRecord record;
  record.cluster_file = cluster_.spec.file;
  record.cluster = cluster_.text;
  record.arguments = pilot_arguments(given_, planned_, cluster_.spec);
  record.program = own_program().string();
  record.most = given_.count("pilots") > 0 ? given_["pilots"].as<int>() : 0;
  record.time_us = system_clock().wall_us();
  PilotFolder(system_files(), store_.folder(), sweep_).write(record);
}

std::string Head::hopeless(const PilotSupply& supply) const {
  if (supply.running > 0 || supply.waiting == 0) return "";
  std::string out;
  for (const PilotState& state : supply.states) {
    if (!state.may_live) continue;
    const std::string why = state.queued ? hopeless_reason(state.queued->reason) : "";
    if (why.empty()) return "";
    out = fmt::format("job {} will not start: Slurm says {}, {}", state.job.id,
                      state.queued->reason, why);
  }
  return out;
}

void Head::tell(const std::string& line) {
  if (progress_) {
    progress_->notice(line);
  } else {
    fmt::print("{}\n", line);
    std::fflush(stdout);
  }
}

void Head::print_supply(const PilotSupply& supply) {
  if (supply.submitted > 0) {
    tell(fmt::format("sweep {}: submitted {} to cluster {}", sweep_,
                     count_text(supply.submitted, "pilot"), cluster_.spec.name));
  }
  std::string line =
      fmt::format("sweep {}: {} left, {} running, {} waiting", sweep_, count_text(left_, "trial"),
                  count_text(supply.running, "pilot"), supply.waiting);
  for (const PilotState& state : supply.states) {
    if (state.queued && state.queued->state == "PENDING" && state.queued->reason != "None") {
      line += fmt::format(" ({})", terminal_escaped(state.queued->reason));
      break;
    }
  }
  if (told_.insert(line).second) tell(line);
}

int Head::print_problem(const std::string& problem) const {
  fmt::print(stderr, "polysweep: {}\n", problem);
  if (problem.find("sbatch refused") == std::string::npos) return kExitMissing;
  if (const std::string partitions = slurm_partitions(); !partitions.empty()) {
    fmt::print(stderr, "the cluster file is {}; Slurm has these partitions:\n{}",
               cluster_.spec.file, partitions);
  }
  return kExitMissing;
}

int Head::submit() {
  prepare();
  if (left_ == 0) return print_end(counts_now(store_, planned_.plan));
  PilotSupply supply = supply_pilots(system_files(), store_.folder(), sweep_, {left_, "", ""});
  print_supply(supply);
  if (!supply.answered) {
    return print_problem(
        "Slurm did not answer, so no pilot was submitted; the same command tries "
        "again");
  }
  if (!supply.problem.empty() && supply.alive() == 0) return print_problem(supply.problem);
  if (!supply.problem.empty()) tell(supply.problem);
  poll(nullptr, 0, kFirstLook_ms);
  const auto queue = slurm_queue();
  supply.states = pilot_states(PilotFolder(system_files(), store_.folder(), sweep_), queue,
                               system_clock().wall_us());
  const bool starts = std::any_of(supply.states.begin(), supply.states.end(), [](const auto& each) {
    return each.queued && each.queued->state != "PENDING";
  });
  if (const std::string why = hopeless(supply); queue && !starts && !why.empty()) {
    return print_problem(why);
  }
  const std::string place = shell_escaped(store_.folder().string());
  fmt::print(
      "`polysweep pilots {0} --store {1}` shows them, `polysweep status {0} --store {1}` the "
      "sweep, `polysweep stop {0} --store {1}` stops them\n",
      sweep_, place);
  return kExitComplete;
}

// The exit status if nothing will go on by itself; empty otherwise.
std::optional<int> Head::supply() {
  const PilotSupply supply =
      supply_pilots(system_files(), store_.folder(), sweep_, {left_, "", ""});
  if (!supply.answered) {
    const std::string line = "Slurm did not answer; pilots that run are not affected";
    if (told_.insert(line).second) tell(line);
    return std::nullopt;
  }
  told_.erase("Slurm did not answer; pilots that run are not affected");
  print_supply(supply);
  if (supply.alive() == 0 && !supply.problem.empty()) {
    const StateCounts counts = counts_now(store_, planned_.plan);
    if (left_of(counts) == 0) return std::nullopt;
    fmt::print("sweep {}: {}\n", sweep_, counts_text(counts));
    return print_problem(supply.problem);
  }
  if (!supply.problem.empty() && told_.insert(supply.problem).second) tell(supply.problem);
  const std::string why = hopeless(supply);
  return why.empty() ? std::nullopt : std::optional(print_problem(why));
}

int Head::watch() {
  IngestThread ingest(system_files(), store_.folder());
  progress_ = make_progress(stdout);
  const double start_s = system_clock().monotonic_s();
  const std::uint64_t left_at_start = left_;
  double supplied_s = -kSupply_s;
  while (true) {
    ingest.check_alive();
    const StateCounts counts = counts_now(store_, planned_.plan);
    left_ = left_of(counts);
    const double now_s = system_clock().monotonic_s();
    ProgressCounts shown;
    shown.planned = counts.planned;
    shown.done = counts.done;
    shown.diverged = counts.diverged;
    shown.failed = counts.failed;
    shown.running = counts.running;
    const auto settled = static_cast<double>(left_at_start - std::min(left_, left_at_start));
    if (settled > 0 && now_s > start_s) {
      shown.trials_per_s = settled / (now_s - start_s);
      shown.left_s = static_cast<double>(left_) / shown.trials_per_s;
    }
    progress_->update(shown);
    if (left_ == 0) {
      progress_->finished(shown);
      ingest.finish();
      return print_end(counts_now(store_, planned_.plan));
    }
    if (now_s - supplied_s >= kSupply_s) {
      supplied_s = now_s;
      if (const std::optional<int> end = supply()) return *end;
    }
    pollfd entry{stop_.fd(), POLLIN, 0};
    const double cost_s = system_clock().monotonic_s() - now_s;
    poll(&entry, 1, static_cast<int>(1000 * std::max(kShow_s, 10 * cost_s)));
    if (stop_.requests() == 0) continue;
    const std::string place = shell_escaped(store_.folder().string());
    fmt::print(
        "the pilots continue. The same command watches them again; `polysweep stop {} --store {}` "
        "stops them\n",
        sweep_, place);
    return kExitStopped;
  }
}

int Head::run() {
  const StopSignals signals(stop_);
  prepare();
  if (left_ == 0) return print_end(counts_now(store_, planned_.plan));
  return watch();
}

int Head::print_end(const StateCounts& counts) const {
  fmt::print("sweep {}: {}\n", sweep_, counts_text(counts));
  return is_complete(counts) ? kExitComplete : kExitMissing;
}

}  // namespace

void declare_cluster(CommandOptions& options) {
  options.shown.add_options()("pilots", po::value<int>()->value_name("N"),
                              "most pilots at once (default: as in the cluster file)")(

      "cluster", po::value<std::string>()->value_name("NAME"),
      "run the trials by pilots, jobs of the Slurm cluster that clusters/NAME.toml describes, "
      "beside the sweep file or in ~/.config/polysweep");
}

NamedCluster named_cluster(const std::string& name, const fs::path& sweep_folder) {
  const fs::path file = find_cluster_file(name, sweep_folder);
  const std::string text = system_files().read(file);
  return {parse_cluster(text, file.string()), text};
}

int submit_pilots(const po::variables_map& given, const PlanFromFile& planned) {
  return Head(given, planned).submit();
}

int run_on_cluster(const po::variables_map& given, const PlanFromFile& planned) {
  return Head(given, planned).run();
}

std::string hopeless_reason(const std::string& reason) {
  struct Reason {
    const char* part;
    const char* meaning;
  };
  static constexpr std::array kReasons = {
      Reason{"InvalidQOS", "there is no such qos, or not for this account: correct 'qos'"},
      Reason{"InvalidAccount", "there is no such account: correct 'account'"},
      Reason{"PartitionTimeLimit", "the partition does not allow this 'time'"},
      Reason{"PartitionNodeLimit", "the partition has no nodes of this size"},
      Reason{"BadConstraints", "no node fulfils the request: less 'cpus', 'gpus' or 'memory'"},
      Reason{"QOSMaxWallDurationPerJobLimit", "the qos does not allow this 'time'"},
      Reason{"QOSMaxCpuPerJobLimit", "the qos does not allow so many 'cpus'"},
      Reason{"QOSMaxGRESPerJob", "the qos does not allow so many 'gpus'"},
      Reason{"QOSMaxMemoryPerJob", "the qos does not allow so much 'memory'"},
      Reason{"AssocMaxWallDurationPerJobLimit", "the account does not allow this 'time'"},
      Reason{"AssocMaxCpuPerJobLimit", "the account does not allow so many 'cpus'"},
      Reason{"JobHeldAdmin", "an administrator holds it"},
      Reason{"DependencyNeverSatisfied", "it waits for a job that cannot end as expected"},
  };
  for (const Reason& each : kReasons) {
    if (reason == each.part) return each.meaning;
  }
  return "";
}

}  // namespace polysweep
