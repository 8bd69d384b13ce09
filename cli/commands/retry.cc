// polysweep retry: trials that failed, or are done, get new attempts.
#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "cli/commands/command_table.h"
#include "cli/shared/code_rerun.h"
#include "cli/shared/json_output.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "results/read/trial_artifacts.h"
#include "results/read/trial_filter.h"
#include "results/read/trial_record.h"
#include "results/read/trial_table.h"
#include "runners/store/removable_files.h"
#include "runners/store/run_lock.h"
#include "runners/store/store_layout.h"
#include "runners/store/trial_reopening.h"

namespace polysweep {
namespace {

void declare_retry(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("where", po::value<std::string>()->value_name("CONDITION"),
                              "only trials that match, for example 'lr=0.1 and attempts<3'")(
      "done", po::bool_switch(),
      "also trials that are done or diverged: they run again from the beginning, for example "
      "after a correction of [capture]; their working folder is kept as work-N beside the new one")(
      "dry-run", po::bool_switch(), "list the trials, and change nothing");
  options.argument("sweep");
}

// In plan order: those that failed, and with `done` those that have a result.
std::vector<FailedTrial> chosen_trials(const Database& database, const std::string& sweep,
                                       const std::string& condition, bool done) {
  const std::vector<TrialRow> rows = load_trial_table(database, {sweep, {}});
  TrialFilter holds = [](const TrialRow&) { return true; };
  if (!condition.empty()) holds = parse_trial_filter(condition, trial_columns(rows), rows);
  std::vector<FailedTrial> out;
  for (const TrialRow& row : rows) {
    const bool is_meant = row.state == TrialState::kFailed || (done && has_result(row.state));
    if (is_meant && holds(row)) out.push_back({row.id, row.attempts});
  }
  return out;
}

// Their next attempts start from the beginning: they leave no checkpoint.
void remove_checkpoints(const Store& store, const Database& database,
                        const std::vector<FailedTrial>& trials) {
  std::set<TrialId> chosen;
  for (const FailedTrial& each : trials) {
    if (has_result(load_trial(database, each.id).state)) chosen.insert(each.id);
  }
  if (chosen.empty()) return;
  for (const RemovableFile& file :
       find_removable_files(store.folder(), [&](const TrialId& id) -> RecordedTrial {
         return {chosen.contains(id), recorded_artifacts(database, id)};
       })) {
    if (file.kind == RemovableKind::kCheckpoint) remove_from_store(file);
  }
}

// What the program keeps by relative paths, such as a checkpoint, would be found again.
void move_work_aside(const Store& store, const Database& database,
                     const std::vector<FailedTrial>& trials) {
  for (const FailedTrial& each : trials) {
    if (!has_result(load_trial(database, each.id).state)) continue;
    const std::filesystem::path folder = trial_folder(store.folder(), each.id);
    const std::filesystem::path work = work_folder(folder);
    std::error_code none;
    if (!std::filesystem::exists(std::filesystem::symlink_status(work, none))) continue;
    std::uint32_t number = each.attempts;
    while (std::filesystem::exists(folder / fmt::format("work-{}", number))) ++number;
    std::error_code wrong;
    std::filesystem::rename(work, folder / fmt::format("work-{}", number), wrong);
    if (wrong) fail("cannot rename {}: {}", work.string(), wrong.message());
  }
}

// Trials of code that has changed since are not those that the next run plans.
void print_changed(const ChangedCode& change, const std::string& sweep, std::size_t trials) {
  fmt::print(
      "sweep {}: its code has changed since ({}): `polysweep run {}{}` runs all trials under code "
      "{}, these among them, without a retry\n",
      sweep, terminal_escaped(change.files), terminal_escaped(shell_escaped(change.file)),
      terminal_escaped(change.words), change.now);
  if (trials == 0) return;
  if (change.has_snapshot) {
    fmt::print("`polysweep run {}{} --code {}` runs them with the code they had\n",
               terminal_escaped(shell_escaped(change.file)), terminal_escaped(change.words),
               change.planned);
  } else {
    fmt::print("the store has no snapshot of the code they had ({})\n", change.planned);
  }
}

void print_list(const Database& database, const std::vector<FailedTrial>& trials,
                const std::string& sweep, const std::optional<ChangedCode>& change, bool dry_run,
                bool done) {
  Table table;
  table.columns = {{"trial"}, {"attempts", Align::kRight, ""}, {"outcome"}, {"message"}};
  for (const FailedTrial& each : trials) {
    const TrialRecord trial = load_trial(database, each.id);
    const AttemptRecord* end = trial.counted_attempt();
    table.rows.push_back({each.id.brief(), fmt::format("{}", each.attempts),
                          end == nullptr ? "" : end->outcome, end == nullptr ? "" : end->message});
  }
  if (!trials.empty()) print_table(table);
  const char* verb = trials.size() == 1 ? "is" : "are";
  if (change) {
    fmt::print("sweep {}: {} of code {} {} pending again\n", sweep,
               count_text(trials.size(), done ? "trial" : "failed trial"), change->planned,
               dry_run ? "would be" : verb);
    return print_changed(*change, sweep, trials.size());
  }
  fmt::print("sweep {}: {} {}\n", sweep, count_text(trials.size(), done ? "trial" : "failed trial"),
             dry_run ? std::string("would be retried")
                     : fmt::format("{} retried by the next `polysweep run`", verb));
}

void print_as_json(const std::vector<FailedTrial>& trials, const std::string& sweep, bool dry_run) {
  nlohmann::ordered_json items = nlohmann::ordered_json::array();
  for (const FailedTrial& each : trials) {
    items.push_back({{"trial", each.id.hex()}, {"attempts", each.attempts}});
  }
  const nlohmann::ordered_json out = {{"sweep", sweep}, {"reopened", !dry_run}, {"trials", items}};
  print_json(out);
}

int run_retry(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const bool done = given["done"].as<bool>();
  // No run and no other retry starts between our reading and writing.
  const RunLock lock = done ? RunLock::alone(system_files(), store.folder())
                            : RunLock(system_files(), store.folder(), kStoreLockWait_s);
  store.catch_up();
  const Database database = store.open();
  const std::string sweep = sweep_argument(database, given);
  const std::vector<FailedTrial> trials =
      chosen_trials(database, sweep, text_or(given, "where", ""), done);
  const bool dry_run = given["dry-run"].as<bool>();
  if (given["json"].as<bool>()) {
    print_as_json(trials, sweep, dry_run);
  } else {
    print_list(database, trials, sweep, changed_code(database, store.folder(), sweep), dry_run,
               done);
  }
  if (dry_run || trials.empty()) return kExitComplete;
  if (done) {
    remove_checkpoints(store, database, trials);
    move_work_aside(store, database, trials);
  }
  reopen_trials(system_files(), store.folder(), trials);
  store.catch_up();
  return kExitComplete;
}

}  // namespace

const Command kRetryCommand = {
    "retry",
    "Lets the next `polysweep run` retry failed trials; the records of earlier attempts stay",
    "[SWEEP] [--where CONDITION] [--done] [--dry-run] [--json]",
    "  polysweep retry my_sweep --where 'lr=0.1'\n"
    "  polysweep retry my_sweep --done",
    declare_retry,
    run_retry,
};

}  // namespace polysweep
