#include <unistd.h>

#include "framework/core/error.h"
#include "framework/journal/event_payload.h"
#include "framework/journal/journal_format.h"
#include "tests/framework/event_sample.h"
#include "tests/framework/journal_sample.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

constexpr std::size_t kHeaderEnd = kFragmentHeader + kSegmentMagic.size() + 12;

void expect_all(const JournalContent& whole, const std::vector<std::size_t>& sizes) {
  REQUIRE(whole.records.size() == sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    CHECK(whole.records[i].record.sequence == i + 1);
    CHECK(whole.records[i].bytes == encode_event(event_of_size(sizes[i], i + 1)));
  }
  CHECK(whole.damage.empty());
  CHECK_FALSE(whole.at_torn_tail);
}

TEST_CASE("a segment has the bytes that the format says", "[journal]") {
  MemoryFiles files;
  JournalWriter writer(files, kSampleJournal);
  writer.append(HostStopped{"finished", 9});
  writer.sync();
  // From a program in Python that follows journal_format.h (xxhash, struct).
  CHECK(files.content.at("journal/000001.psj") ==
        std::string("\x4b\xf1\x13\x1a\x1e\x00\x01polysweep journal\n"
                    "\x02\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00",
                    37) +
            std::string("\x36\x06\x65\x6b\x28\x00\x01"
                        "\xa6\xba\x3c\xb1\x7b\xa5\x95\x6c"
                        "\x0a\x00\x00\x00\x0a\x05"
                        "\x01\x00\x00\x00\x00\x00\x00\x00"
                        "\x01\x00\x00\x00\x00\x00\x00\x00"
                        "\x08"
                        "finished\x12",
                        47));
}

TEST_CASE("records of every size around the edges of blocks are read back", "[journal]") {
  // The second record begins where the first leaves `left` bytes in a block.
  for (std::size_t blocks = 1; blocks <= 3; ++blocks) {
    for (std::size_t left = 0; left <= 20; ++left) {
      MemoryFiles files;
      const std::size_t first =
          blocks * kJournalBlock - kHeaderEnd - blocks * kFragmentHeader - left;
      const std::vector<std::size_t> sizes = {first, 100, kJournalBlock - kFragmentHeader, 80};
      write_records(files, kSampleJournal, sizes);
      const JournalContent whole = read_journal(files, kSampleJournal);
      expect_all(whole, sizes);
      CHECK(whole.records[0].end == blocks * kJournalBlock - left);
    }
  }
}

TEST_CASE("events of every kind pass through a journal on the disk", "[journal]") {
  const TemporaryFolder folder;
  const std::filesystem::path journal = folder.path() / "journal" / "alpha";
  const std::vector<Event> events = one_of_each();
  {
    JournalWriter writer(system_files(), journal);
    CHECK(writer.epoch() == 1);
    for (const Event& event : events) writer.append(event);
    CHECK(writer.last_appended() == events.size());
    CHECK(writer.last_synced() == 0);
    writer.sync();
    CHECK(writer.last_synced() == events.size());
  }
  const JournalContent whole = read_journal(system_files(), journal);
  REQUIRE(whole.records.size() == events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK(whole.records[i].record.event.index() == events[i].index());
    CHECK(whole.records[i].record.epoch == 1);
    CHECK(whole.records[i].bytes == encode_event(events[i]));
  }
}

TEST_CASE("journals of any sizes are read back from any position", "[journal]") {
  CHECK(rc::check([] {
    MemoryFiles files;
    const auto sizes = *rc::gen::container<std::vector<std::size_t>>(
        rc::gen::oneOf(rc::gen::inRange<std::size_t>(80, 400),
                       rc::gen::inRange<std::size_t>(80, 3 * kJournalBlock)));
    write_records(files, kSampleJournal, sizes);
    JournalReader reader(files, kSampleJournal);
    JournalPosition middle;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto record = reader.next();
      RC_ASSERT(record.has_value());
      RC_ASSERT(encode_event(record->event) == encode_event(event_of_size(sizes[i], i + 1)));
      if (i == sizes.size() / 2) middle = reader.position();
    }
    RC_ASSERT(!reader.next());
    if (!sizes.empty()) {
      const JournalContent rest = read_journal(files, kSampleJournal, middle);
      RC_ASSERT(rest.records.size() == sizes.size() - sizes.size() / 2 - 1);
      RC_ASSERT(rest.damage.empty());
    }
  }));
}

TEST_CASE("a journal is read while it is written", "[journal]") {
  const TemporaryFolder folder;
  JournalReader reader(system_files(), folder.path());
  CHECK_FALSE(reader.next());
  {
    JournalWriter writer(system_files(), folder.path());
    CHECK_FALSE(reader.next());
    for (std::uint64_t number = 1; number < 60; ++number) {
      writer.append(event_of_size(80 + 37 * number * (number % 40), number));
      CHECK_FALSE(reader.next());
      writer.flush();
      const auto record = reader.next();
      REQUIRE(record);
      CHECK(record->sequence == number);
      CHECK_FALSE(reader.next());
      CHECK_FALSE(reader.at_torn_tail());
    }
  }
  JournalWriter second(system_files(), folder.path());
  second.append(HostStopped{"finished", 1});
  second.flush();
  const auto record = reader.next();
  REQUIRE(record);
  CHECK(record->sequence == 60);
  CHECK(record->epoch == 2);
  CHECK(reader.damage().empty());
}

TEST_CASE("a record that is half there is waited for", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, {100, 70'000, 100});
  std::string& segment = files.content.at("journal/000001.psj");
  const std::string whole = segment;
  segment.clear();
  JournalReader reader(files, kSampleJournal);
  int records = 0;
  for (std::size_t size = 0; size < whole.size(); size += 100) {
    segment = whole.substr(0, size);
    while (reader.next()) ++records;
    if (size == 600) CHECK(reader.at_torn_tail());
  }
  segment = whole;
  while (reader.next()) ++records;
  CHECK(records == 3);
  CHECK(reader.damage().empty());
  CHECK_FALSE(reader.at_torn_tail());
}

TEST_CASE("the second writer of a journal is told who the first is", "[journal]") {
  const TemporaryFolder folder;
  char machine[256] = "";
  REQUIRE(gethostname(machine, sizeof machine - 1) == 0);
  auto first = std::make_unique<JournalWriter>(system_files(), folder.path());
  CHECK_THROWS_WITH(JournalWriter(system_files(), folder.path()),
                    fmt::format("the journal {} is being written by process {} on {}; wait until "
                                "it has ended, or stop it",
                                folder.path().string(), getpid(), machine));
  first.reset();
  CHECK(JournalWriter(system_files(), folder.path()).epoch() == 1);
}

TEST_CASE("a segment is closed before it grows too long", "[journal]") {
  MemoryFiles files;
  const std::vector<std::size_t> sizes(9, 15'000'000);
  write_records(files, kSampleJournal, sizes);
  CHECK(segment_numbers(files.list(kSampleJournal)) == std::vector<std::uint64_t>{1, 2, 3});
  for (const auto& [name, bytes] : files.content) CHECK(bytes.size() <= kSegmentBytes);
  CHECK(files.durable.at("journal/000001.psj") == files.content.at("journal/000001.psj"));
  const JournalContent whole = read_journal(files, kSampleJournal);
  CHECK(whole.records.size() == 9);
  CHECK(whole.damage.empty());
}

TEST_CASE("a record that is too long is refused before anything is written", "[journal]") {
  MemoryFiles files;
  {
    JournalWriter writer(files, kSampleJournal);
    CHECK_THROWS_WITH(writer.append(ProvenanceSeen{std::string(kLongestRecord, 'x')}),
                      "an event 'provenance seen' of 16777250 bytes is too long for the journal "
                      "journal: a record has at most 16777216");
    CHECK(writer.append(event_of_size(kLongestRecord, 1)) == 1);
    writer.sync();
  }
  expect_all(read_journal(files, kSampleJournal), {kLongestRecord});
}

TEST_CASE("names of segments are numbers, and other files are none", "[journal]") {
  CHECK(segment_name(12) == "000012.psj");
  CHECK(segment_name(1234567) == "1234567.psj");
  CHECK(segment_numbers({"000002.psj", "000010.psj", "00003.psj", "1000000.psj", "LOCK", "a.psj",
                         "000000.psj", "000004.psj.tmp"}) ==
        std::vector<std::uint64_t>{2, 10, 1000000});
}

}  // namespace
}  // namespace polysweep
