// Journals of this version and of earlier ones, kept as they were written: every
// later version reads them and finds the same. A new format adds a folder with
//   framework_tests "[.freeze]"
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "framework/journal/event_json.h"
#include "framework/journal/journal_format.h"
#include "tests/framework/event_sample.h"
#include "tests/framework/journal_sample.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

const fs::path kFrozen = fs::path(POLYSWEEP_SOURCE_FOLDER) / "tests" / "golden" / "journals";

// Every event with odd values, a record of three blocks, two writers, a torn
// tail behind the first.
void write_everything(const fs::path& folder) {
  {
    JournalWriter writer(system_files(), folder);
    for (const Event& event : one_of_each()) writer.append(event);
    writer.append(event_of_size(2 * kJournalBlock, 11));
    writer.append(event_of_size(100, 12));
    writer.sync();
  }
  fs::resize_file(folder / segment_name(1), fs::file_size(folder / segment_name(1)) - 1);
  JournalWriter writer(system_files(), folder);
  writer.append(HostStarted{"beta", writer.epoch(), 7, 8});
  writer.append(HostStopped{"interrupted", 9});
  writer.sync();
}

// A line for each record and each damage.
std::string dump(const fs::path& folder) {
  std::string out;
  const JournalContent whole = read_journal(system_files(), folder);
  for (const PlacedRecord& placed : whole.records) {
    const JournalRecord& record = placed.record;
    out += fmt::format("{} epoch {} byte {}: {}\n", record.sequence, record.epoch, placed.begin,
                       event_to_json(record.event));
  }
  for (const JournalDamage& damage : whole.damage) {
    out += fmt::format("segment {} byte {}{}: {}\n", damage.segment, damage.offset,
                       damage.torn_tail ? " (torn tail)" : "", damage.what);
  }
  return out;
}

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in.good());
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("journals of every version are read as they were written", "[journal]") {
  int count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFrozen)) {
    INFO(entry.path().string());
    CHECK(dump(entry.path()) == content(entry.path() / "dump.txt"));
    ++count;
  }
  CHECK(count >= 1);
}

TEST_CASE("this version has its frozen journal, and writes one that says the same", "[journal]") {
  const TemporaryFolder folder;
  write_everything(folder.path());
  const std::string version = fmt::format("format_{}_payload_{}", kJournalVersion, kPayloadVersion);
  CHECK(dump(folder.path()) == content(kFrozen / version / "dump.txt"));
}

TEST_CASE("freeze a journal of this version", "[.freeze]") {
  const fs::path folder =
      kFrozen / fmt::format("format_{}_payload_{}", kJournalVersion, kPayloadVersion);
  REQUIRE_FALSE(fs::exists(folder));
  write_everything(folder);
  fs::remove(folder / kJournalLock);
  std::ofstream(folder / "dump.txt", std::ios::binary) << dump(folder);
}

}  // namespace polysweep
