#include "results/ingest/rebuild.h"

#include "cli/commands/command_table.h"
#include "cli/shared/store.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "runners/store/run_lock.h"

namespace polysweep {
namespace {

void declare_rebuild(CommandOptions& options) { declare_store(options); }

int run_rebuild(const po::variables_map& given) {
  const Store store(given);
  if (!std::filesystem::exists(journals_path(store.folder()))) {
    fail("there are no journals in {}: nothing to rebuild from", store.folder().string());
  }
  const RunLock lock = RunLock::alone(system_files(), store.folder());
  const IngestReport report = rebuild(system_files(), store.folder());
  const bool lost = print_damage(report.damage);
  fmt::print("rebuilt {} from {} journal records ({} metric points)\n",
             database_path(store.folder()).string(), report.records, report.points);
  return lost ? kExitMissing : kExitComplete;
}

}  // namespace

const Command kRebuildCommand = {
    "rebuild",
    "Rebuilds the database from the journals; exit status 1 if a journal is damaged",
    "[--store FOLDER]",
    "  polysweep rebuild --store runs",
    declare_rebuild,
    run_rebuild,
};

}  // namespace polysweep
