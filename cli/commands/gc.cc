// polysweep gc: removes files that are no longer needed.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/commands/command_table.h"
#include "cli/shared/json_output.h"
#include "cli/shared/store.h"
#include "framework/core/file_system.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "results/read/sweeps_of_trial.h"
#include "results/read/trial_artifacts.h"
#include "results/read/trial_table.h"
#include "results/schema/store_damage.h"
#include "runners/code/code_snapshot.h"
#include "runners/store/removable_files.h"
#include "runners/store/run_lock.h"

namespace polysweep {
namespace {

void declare_gc(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("dry-run", po::bool_switch(),
                              "list what would be removed, and remove nothing");
}

std::vector<RemovableFile> removable_files_of(const Store& store) {
  const Database database = store.open();
  const std::vector<StoreDamage> damage = load_damage(database);
  // A damaged journal may have contained a trial's sweep or its artifacts.
  const bool is_intact = std::all_of(damage.begin(), damage.end(),
                                     [](const StoreDamage& place) { return place.torn_tail; });
  std::vector<RemovableFile> all =
      find_removable_files(store.folder(), [&](const TrialId& id) -> RecordedTrial {
        if (!is_intact) return {};
        const TrialMembership use = trial_membership(database, id);
        return {has_result(use.state) || !use.in_sweep, recorded_artifacts(database, id)};
      });
  if (!is_intact) return all;
  for (const std::filesystem::path& path : unused_code(store.folder(), recorded_codes(database))) {
    std::uint64_t bytes = 0;
    std::error_code gone;
    if (std::filesystem::is_regular_file(path, gone)) bytes = std::filesystem::file_size(path);
    all.push_back({path, RemovableKind::kCode, bytes});
  }
  return all;
}

std::uint64_t bytes_of(const std::vector<RemovableFile>& all) {
  std::uint64_t bytes = 0;
  for (const RemovableFile& each : all) bytes += each.bytes;
  return bytes;
}

void print_list(const std::vector<RemovableFile>& all, bool dry_run) {
  for (const RemovableFile& each : all) {
    fmt::print("{:<14}  {:>12} bytes  {}\n", removable_kind_name(each.kind), each.bytes,
               terminal_escaped(each.path.string()));
  }
  fmt::print("{} {} ({}); logs, outputs and journals stay\n", all.size(),
             dry_run ? "would be removed" : "removed", count_text(bytes_of(all), "byte"));
}

void print_as_json(const std::vector<RemovableFile>& all, bool dry_run) {
  nlohmann::ordered_json items = nlohmann::ordered_json::array();
  for (const RemovableFile& each : all) {
    items.push_back({{"kind", removable_kind_name(each.kind)},
                     {"path", each.path.string()},
                     {"bytes", each.bytes}});
  }
  const nlohmann::ordered_json out = {
      {"removed", !dry_run}, {"bytes", bytes_of(all)}, {"items", items}};
  print_json(out);
}

int run_gc(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const RunLock lock = RunLock::alone(system_files(), store.folder());
  // Again: the last run may have written until it released the lock.
  store.catch_up();
  const std::vector<RemovableFile> all = removable_files_of(store);
  const bool dry_run = given["dry-run"].as<bool>();
  if (!dry_run) {
    for (const RemovableFile& each : all) remove_from_store(each);
  }
  if (given["json"].as<bool>()) {
    print_as_json(all, dry_run);
  } else {
    print_list(all, dry_run);
  }
  return kExitComplete;
}

}  // namespace

const Command kGcCommand = {
    "gc",
    "Removes checkpoints of trials that have a result or belong to no sweep, snapshots of code "
    "that no planned trial has, and leftovers of killed runs; never logs, outputs, artifacts or "
    "journals",
    "[--store FOLDER] [--dry-run] [--json]",
    "  polysweep gc --dry-run",
    declare_gc,
    run_gc,
};

}  // namespace polysweep
