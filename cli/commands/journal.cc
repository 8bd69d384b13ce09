#include <nlohmann/json.hpp>

#include <iostream>

#include "cli/commands/command_table.h"
#include "cli/shared/store.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/suggestion.h"
#include "framework/journal/event_json.h"
#include "framework/journal/journal_reader.h"

namespace polysweep {
namespace {

void declare_journal(CommandOptions& options) {
  declare_store(options);
  options.argument("action");
}

// Reads every journal of the store; `visit(host, record)` sees each record.
template <typename Visit>
std::vector<StoreDamage> read_all(const std::filesystem::path& journals, Visit visit) {
  std::vector<StoreDamage> damage;
  for (const std::string& host : system_files().list(journals)) {
    JournalReader reader(system_files(), journals / host);
    while (const std::optional<JournalRecord> record = reader.next()) visit(host, *record);
    for (const JournalDamage& place : reader.damage()) {
      damage.push_back({host, place.segment, place.offset, place.torn_tail, place.what});
    }
  }
  return damage;
}

int run_journal(const po::variables_map& given) {
  const Store store(given);
  const std::filesystem::path journals = journals_path(store.folder());
  const std::string action = required_argument(given, "action", "dump or check");
  if (action != "dump" && action != "check") {
    fail("unknown action {}; expected dump (print the records) or check (look for damage)",
         in_quotes(action));
  }
  if (!std::filesystem::exists(journals)) fail("there are no journals in {}", journals.string());
  const bool dump = action == "dump";
  std::uint64_t records = 0;
  const std::vector<StoreDamage> damage =
      read_all(journals, [&](const std::string& host, const JournalRecord& record) {
        ++records;
        if (!dump) return;
        std::cout << fmt::format("{{\"journal\":{},\"epoch\":{},\"sequence\":{},\"event\":{}}}\n",
                                 nlohmann::json(host).dump(), record.epoch, record.sequence,
                                 event_to_json(record.event));
      });
  std::cout.flush();
  const bool lost = print_damage(damage);
  if (!dump) {
    fmt::print("{} intact; {}\n",
               records == 1 ? "1 record is" : fmt::format("{} records are", records),
               lost ? "some were lost to damage" : "no acknowledged record is lost");
  }
  return lost ? kExitMissing : kExitComplete;
}

}  // namespace

const Command kJournalCommand = {
    "journal",
    "Prints the journals of a store as JSON lines, or checks them for damage",
    "dump | check [--store FOLDER]",
    "  polysweep journal dump --store runs | head\n"
    "  polysweep journal check --store runs",
    declare_journal,
    run_journal,
};

}  // namespace polysweep
