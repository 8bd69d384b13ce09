#include "framework/core/error.h"
#include "tests/framework/event_sample.h"
#include "tests/framework/journal_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

TEST_CASE("a writer is dead for good after a failed sync", "[journal]") {
  MemoryFiles files;
  files.failing_sync = 2;  // the first is that of the new segment
  JournalWriter writer(files, kSampleJournal);
  writer.append(event_of_size(100, 1));
  CHECK_THROWS_WITH(writer.sync(), "cannot sync journal/000001.psj: No space left on device");
  CHECK(writer.last_synced() == 0);
  const std::string dead =
      "nothing more can be written to the journal journal: an earlier write or sync failed";
  CHECK_THROWS_WITH(writer.sync(), dead);
  CHECK_THROWS_WITH(writer.flush(), dead);
  CHECK_THROWS_WITH(writer.append(event_of_size(100, 2)), dead);
}

// Appends and syncs until the disk refuses; returns what was acknowledged.
Sequence write_until_refused(MemoryFiles& files, bool& refused) {
  Sequence acknowledged = 0;
  try {
    JournalWriter writer(files, kSampleJournal);
    for (std::uint64_t number = 1; number <= 40; ++number) {
      writer.append(event_of_size(80 + number * 211 % 5000, number));
      if (number % 3 == 0) {
        writer.sync();
        acknowledged = writer.last_synced();
        check(acknowledged == number, "all that was appended is synced");
      }
    }
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Contains("No space left on device"));
    refused = true;
  }
  return acknowledged;
}

TEST_CASE("what was acknowledged before the disk was full is read back", "[journal]") {
  for (int MemoryFiles::*failing :
       {&MemoryFiles::failing_append, &MemoryFiles::failing_sync, &MemoryFiles::failing_create}) {
    bool refused = true;
    int rounds = 0;
    while (refused) {
      MemoryFiles files;
      files.*failing = ++rounds;
      refused = false;
      const Sequence acknowledged = write_until_refused(files, refused);
      // After power loss no more is there than was synced.
      for (const bool power_loss : {false, true}) {
        MemoryFiles after;
        after.content = power_loss ? files.durable : files.content;
        const JournalContent read = read_journal(after, kSampleJournal);
        REQUIRE(read.records.size() >= acknowledged);
        REQUIRE(read.damage.empty());
        write_records(after, kSampleJournal, {100});
        const JournalContent again = read_journal(after, kSampleJournal);
        REQUIRE(again.losses() == 0);
        REQUIRE(again.records.size() == read.records.size() + 1);
      }
    }
    CHECK(rounds > 1);
  }
}

}  // namespace
}  // namespace polysweep
