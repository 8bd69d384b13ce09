#include <algorithm>
#include <map>

#include "cli/commands/command_table.h"
#include "cli/shared/capture_change.h"
#include "cli/shared/cluster_head.h"
#include "cli/shared/code_rerun.h"
#include "cli/shared/command_workers.h"
#include "cli/shared/host_configuration.h"
#include "cli/shared/plan_from_file.h"
#include "cli/shared/report_problems.h"
#include "cli/shared/store.h"
#include "cli/shared/trial_counts.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "results/ingest/ingest_thread.h"
#include "results/read/ledger.h"
#include "results/read/sweep_results_reader.h"
#include "runners/host/host.h"
#include "runners/sharing/shared_work.h"
#include "runners/store/host_name.h"
#include "runners/store/plan_journal.h"
#include "runners/store/run_lock.h"

namespace polysweep {
namespace {

void declare_run(CommandOptions& options) {
  declare_store(options);
  declare_cluster(options);
  declare_planning(options);
  declare_selection(options);
  declare_slots(options);
  declare_host(options);
  options.shown.add_options()(
      "lease", po::value<double>()->value_name("SECONDS"),
      "other runs take over the trials of this run if it is silent for this time (default: 30, on "
      "a network file system 120)")("quiet", po::bool_switch(), "print only the final summary")(
      "breaker", po::value<int>()->default_value(5)->value_name("K"),
      "stop this run when its last K trials failed in the same way, none was done in between, and "
      "no level explains it; they are pending again. 0: never stop because of failures")(
      "strict", po::bool_switch(),
      "exit status 1 if a trial reported points that were rejected or in conflict, [capture] "
      "found nothing, or a file of the sweep's folder changed")(
      "replace", po::bool_switch(),
      "with --as NAME: plan it again where the store has another sweep of this name");
  options.argument("file");
  options.argument("overrides", true);
}

void expect_limits(const po::variables_map& given) {
  if (given.count("lease") > 0 && given["lease"].as<double>() == 0) {
    fail("--lease 0: expected a number of seconds above 0");
  }
  if (const int k = given["breaker"].as<int>(); k < 0) {
    fail("--breaker {}: expected a number of trials, or 0", k);
  }
}

// Holds the lock until the host has a name: two runs that start at the same time
// become two hosts.
std::unique_ptr<Host> become_host(HostConfiguration& setup) {
  HostOptions& options = setup.options();
  const RunLock lock(system_files(), options.store, kStoreLockWait_s);
  setup.choose_free_slots();
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

// The selected trials without a final state, whichever run works on them, and the counts.
struct Work {
  std::vector<TrialToRun> trials;
  RunSize size;
  PlanStanding standing;
  std::map<std::string, JournalPosition> positions;  // up to where journals were read
};

Work work_of(const Ledger& ledger, const PlanFromFile& planned, const std::string& own_host) {
  const Plan& plan = planned.plan;
  const std::vector<std::uint32_t>& selected = planned.selection.trials;
  Work work;
  work.positions = ledger.positions();
  work.standing = ledger.standing(plan);
  const StateCounts counts = work.standing.counts_of(selected);
  work.size = {counts.planned, counts.done, counts.diverged, counts.failed};
  for (const auto& [index, standing] : work.standing.open) {
    if (!std::binary_search(selected.begin(), selected.end(), index)) continue;
    TrialToRun trial{index, standing.next_attempt(), failure_counts(standing), plan.id(index)};
    const bool was_running = standing.lost || standing.state == TrialState::kRunning;
    if (was_running && standing.host != own_host) trial.lost_attempt = standing.attempts;
    work.trials.push_back(trial);
  }
  check(work.trials.size() == counts.running + counts.pending,
        "the trials to run are those without a final state");
  return work;
}

// What the overrides select: " lr=0.1 seed=0"; "" without any.
std::string selection_text(const PlanSelection& selection) {
  std::string out;
  for (const std::string& word : selection.words) out += " " + terminal_escaped(word);
  return out;
}

// How many trials that the overrides leave out have no result.
std::uint64_t left_over(const StateCounts& all, const StateCounts& selected) {
  return all.planned - all.done - all.diverged -
         (selected.planned - selected.done - selected.diverged);
}

// The exit status is that of the selected trials.
int print_end(const PlanFromFile& planned, const HostResult& result, const PlanStanding& standing,
              bool quiet) {
  const std::string& name = planned.plan.sweep().name;
  const PlanSelection& selection = planned.selection;
  const StateCounts counts = standing.counts_of(selection.trials);
  if (quiet && !result.breaker_sentence.empty()) fmt::print("{}\n", result.breaker_sentence);
  fmt::print("sweep {}{}: {}\n", name, selection_text(selection), counts_text(counts));
  if (!selection.words.empty()) {
    fmt::print("sweep {}: {} of {} not selected and without a result\n", name,
               left_over(standing.counts, counts), count_text(standing.counts.planned, "trial"));
  }
  if (result.stopped) {
    fmt::print("stopped; the same command resumes\n");
    return kExitStopped;
  }
  if (result.reopened > 0) {
    fmt::print(
        "{} pending again; once the machine works, the same command resumes. If the trials are at "
        "fault, `--breaker 0` runs them all\n",
        result.reopened == 1 ? "1 failed trial is"
                             : fmt::format("{} failed trials are", result.reopened));
  }
  if (counts.failed > 0) {
    fmt::print(
        "`polysweep list {0} --where state=failed` lists the failed trials, `polysweep show` "
        "says why; they stay failed until `polysweep retry {0}`, then run again, repeats them\n",
        terminal_escaped(name));
  }
  return counts.done + counts.diverged == counts.planned ? kExitComplete : kExitMissing;
}

// What has changed since trials of the sweep were done.
void print_changes(const Database& database, const std::filesystem::path& store,
                   const PlanFromFile& planned, const PlanStanding& standing) {
  const Sweep& sweep = planned.plan.sweep();
  if (const auto change = code_rerun(database, store, planned.plan, standing)) {
    fmt::print("{}\n", code_rerun_text(*change, sweep));
  }
  const std::string declared = declared_code_text(database, planned.plan, standing);
  if (!declared.empty()) fmt::print("{}\n", declared);
  const std::string capture = capture_change_text(database, planned.plan, standing);
  if (!capture.empty()) fmt::print("sweep {}: {}\n", sweep.name, capture);
}

// Brings the database up to date, writes the plan to the journal unless the store
// has it, and finds the trials to run.
Work find_work(const Store& store, const PlanFromFile& planned, Host& host, const std::string& name,
               bool quiet) {
  print_damage(Ingest(system_files(), store.folder()).catch_up().damage);
  const Database database = store.open();
  const Ledger ledger(database);
  const Plan& plan = planned.plan;
  Work work = work_of(ledger, planned, name);
  if (!quiet) print_changes(database, store.folder(), planned, work.standing);
  if (!ledger.holds_plan(plan.sweep().name, plan.revision(), planned.description)) {
    write_plan(host.journal(), plan, planned.description);
  }
  return work;
}

// Throws Error where the database is another program's or a newer polysweep's:
// before a journal is written beside it.
void expect_own_database(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) Database(file, Access::kReplace);
}

std::string words_text(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out.empty() ? "no overrides" : out;
}

// Throws Error where the name of --as is that of another sweep of the store, which would
// be planned over.
void expect_free_name(const Store& store, const Sweep& sweep) {
  if (!std::filesystem::exists(journals_path(store.folder()))) return;
  store.catch_up();
  const Database database = store.open();
  const std::vector<std::string> known = sweep_names(database);
  if (std::find(known.begin(), known.end(), sweep.name) == known.end()) return;
  const SweepResults there = load_description(database, sweep.name);
  std::string difference;
  if (!there.renamed) {
    difference = fmt::format("is the sweep of {}", there.file);
  } else if (there.file != sweep.file) {
    difference = fmt::format("was planned from {}, not from {}", there.file, sweep.file);
  } else if (there.overrides != sweep.overrides) {
    difference = fmt::format("was planned with {}, not with {}", words_text(there.overrides),
                             words_text(sweep.overrides));
  } else {
    return;
  }
  fail(
      "--as {}: the store has a sweep of this name, which {}; use another name, or --replace to "
      "plan it again as this one",
      sweep.name, difference);
}

int run_plan(const po::variables_map& given, const PlanFromFile& planned) {
  const Store store(given);
  if (planned.plan.sweep().renamed && !given["replace"].as<bool>()) {
    expect_free_name(store, planned.plan.sweep());
  }
  expect_limits(given);
  expect_own_database(database_path(store.folder()));
  HostConfiguration setup(given, planned.worker, planned.data_folder, store.folder());
  HostOptions& options = setup.options();
  options.sweep = planned.plan.sweep().name;
  options.lease_s = lease_seconds(given, store.folder());
  options.levels_at = [&plan = planned.plan](std::size_t index) {
    return plan.cell(plan.cell_of(index)).levels;
  };
  options.limits.machine_failures = given["breaker"].as<int>();
  if (options.limits.machine_failures == 0) options.limits.breaker_trials = 0;
  const std::unique_ptr<Host> host = become_host(setup);
  // Before the lease was taken, gc of another process may have removed it as unused.
  provide_snapshot(planned.worker, store.folder());
  const bool quiet = given["quiet"].as<bool>();
  Work work = find_work(store, planned, *host, options.name, quiet);
  if (!quiet) {
    fmt::print("sweep {}{}: running {} of {} on {}\n", planned.plan.sweep().name,
               selection_text(planned.selection), work.trials.size(),
               count_text(work.size.planned, "trial"), count_text(options.slots.size(), "slot"));
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
  const Ledger ledger(database);
  const int status = print_end(planned, result, ledger.standing(planned.plan), quiet);
  const std::vector<ReportProblem> problems = ledger.report_problems(options.sweep);
  print_problems(options.sweep, problems);
  const bool refused = given["strict"].as<bool>() && has_errors(problems);
  if (refused) fmt::print(stderr, "sweep {}: not accepted (--strict)\n", options.sweep);
  return (damaged || refused) && status == kExitComplete ? kExitMissing : status;
}

int run_sweep(const po::variables_map& given) {
  const PlanFromFile planned = plan_from_file(given, "run");
  if (given.count("cluster") == 0) return run_plan(given, planned);
  expect_limits(given);
  return run_on_cluster(given, planned);
}

}  // namespace

const Command kRunCommand = {
    "run",
    "Runs the pending trials of a sweep; after an interruption the same command resumes, and "
    "several at the same time share the work",
    "FILE [name=value ...] [--as NAME] [--code DIGEST] [--data FOLDER] [--slots N] [--device "
    "cpu|cuda] "
    "[--memory-limit SIZE] [--cluster NAME]",
    "  polysweep run my_sweep.toml\n"
    "  polysweep run my_sweep.toml lr=0.1,0.01 seed=0..2\n"
    "  polysweep run my_sweep.toml lr=0.3 --as my_sweep_0.3\n"
    "  polysweep run my_sweep.toml --cluster gpu --store /shared/runs",
    declare_run,
    run_sweep,
};

}  // namespace polysweep
