#include "framework/core/error.h"
#include "framework/journal/journal_format.h"
#include "tests/framework/event_sample.h"
#include "tests/framework/journal_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

const std::string kFirst = "journal/000001.psj";

// Every record of `whole` that `is_safe` must be in `damaged`, in order; and
// nothing that is not in `whole`. Returns "" or what is wrong.
template <typename IsSafe>
std::string wrong(const JournalContent& whole, const JournalContent& damaged, IsSafe is_safe) {
  std::size_t next = 0;
  for (const PlacedRecord& record : whole.records) {
    const bool given = next < damaged.records.size() &&
                       damaged.records[next].record.sequence == record.record.sequence;
    if (given) {
      if (damaged.records[next].bytes != record.bytes) return "a record is not what was written";
      ++next;
    } else if (is_safe(record)) {
      return fmt::format("record {} is lost", record.record.sequence);
    }
  }
  return next == damaged.records.size() ? "" : "a record that was never written, or out of order";
}

auto outside_blocks(std::uint64_t first, std::uint64_t last) {
  return [=](const PlacedRecord& record) {
    return (record.end - 1) / kJournalBlock < first || record.begin / kJournalBlock > last;
  };
}

std::vector<std::size_t> small_sizes() {
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < 20; ++i) sizes.push_back(80 + 13 * i);
  sizes.push_back(28'500);
  for (std::size_t i = 0; i < 6; ++i) sizes.push_back(100 + i);
  return sizes;
}

TEST_CASE("a journal cut at every byte gives all before the cut and can be continued",
          "[journal][slow]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, small_sizes());
  const JournalContent whole = read_journal(files, kSampleJournal);
  const std::string intact = files.content.at(kFirst);
  REQUIRE(intact.size() > kJournalBlock + 300);
  for (std::size_t cut = 0; cut <= intact.size(); ++cut) {
    MemoryFiles after;
    after.content[kFirst] = intact.substr(0, cut);
    const auto before_cut = [&](const PlacedRecord& record) { return record.end <= cut; };
    const JournalContent read = read_journal(after, kSampleJournal);
    const std::string problem = wrong(whole, read, before_cut);
    write_records(after, kSampleJournal, {100, 200});
    const JournalContent again = read_journal(after, kSampleJournal);
    const bool right = problem.empty() && read.damage.empty() && again.losses() == 0 &&
                       again.torn_tails() == (read.at_torn_tail ? 1 : 0) &&
                       again.records.size() == read.records.size() + 2 &&
                       again.records.back().record.sequence == again.records.size();
    if (right) continue;
    INFO("cut at byte " << cut << ": " << problem);
    REQUIRE(right);
  }
}

TEST_CASE("one bit flipped at every byte costs no record outside its block", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, mixed_sizes());
  const JournalContent whole = read_journal(files, kSampleJournal);
  std::string& bytes = files.content.at(kFirst);
  REQUIRE(bytes.size() > 2 * kJournalBlock);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char kept = bytes[at];
    bytes[at] = static_cast<char>(kept ^ (1 << (at % 8)));
    const JournalContent read = read_journal(files, kSampleJournal);
    bytes[at] = kept;
    const std::uint64_t block = at / kJournalBlock;
    std::string problem = wrong(whole, read, outside_blocks(block, block));
    const bool lost = read.records.size() < whole.records.size();
    if (lost && read.damage.empty() && !read.at_torn_tail) problem = "nothing was reported";
    if (problem.empty()) continue;
    INFO("a bit at byte " << at << ": " << problem);
    REQUIRE(problem.empty());
  }
}

TEST_CASE("zeroed sectors cost no record outside their blocks", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, mixed_sizes());
  const JournalContent whole = read_journal(files, kSampleJournal);
  const std::string intact = files.content.at(kFirst);
  for (const std::size_t size : {std::size_t{512}, std::size_t{4096}}) {
    for (std::size_t at = 0; at + size <= intact.size(); at += size) {
      std::string bytes = intact;
      bytes.replace(at, size, size, '\0');
      files.content[kFirst] = bytes;
      const JournalContent read = read_journal(files, kSampleJournal);
      const std::uint64_t block = at / kJournalBlock;
      INFO(size << " zeros at byte " << at);
      CHECK(wrong(whole, read, outside_blocks(block, block)).empty());
      CHECK(read.losses() >= 1);
    }
  }
}

TEST_CASE("the gap in the sequence is told with the damage", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, std::vector<std::size_t>(100, 1000));
  std::string& bytes = files.content.at(kFirst);
  // Record k < 33 ends at 37 + 1007 k; the second block begins with the last 507 bytes of record
  // 33, so that byte 5000 of it is in record 38; record 66 runs into the third.
  bytes[kJournalBlock + 5000] ^= 1;
  const JournalContent read = read_journal(files, kSampleJournal);
  REQUIRE(read.damage.size() == 1);
  CHECK(read.damage[0].segment == 1);
  CHECK_FALSE(read.damage[0].torn_tail);
  CHECK(read.damage[0].what ==
        "a fragment of a record whose checksum does not match; records 38 to 66 are missing");
  CHECK(read.records.size() == 71);
}

TEST_CASE("damage to the header of a segment costs the records of its block", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, {kJournalBlock - 60, 100, 100});
  // Of the second record 9 bytes stand in the first block, the rest behind it.
  files.content.at(kFirst)[10] ^= 1;
  const JournalContent read = read_journal(files, kSampleJournal);
  REQUIRE(read.damage.size() == 1);
  CHECK(read.damage[0].what ==
        "a fragment of a record whose checksum does not match; records 1 to 2 are missing");
  CHECK(read.records.size() == 1);
}

TEST_CASE("damage that costs no record says so", "[journal]") {
  MemoryFiles files;
  for (int i = 0; i < 2; ++i) write_records(files, kSampleJournal, {100, 100});
  // Bytes that no writer wrote, behind the last record of a closed segment.
  files.content.at(kFirst) += "what a dying disk left behind";
  const JournalContent read = read_journal(files, kSampleJournal);
  CHECK(read.records.size() == 4);
  REQUIRE(read.damage.size() == 1);
  CHECK(read.damage[0].segment == 1);
  CHECK(read.damage[0].what == "expected a fragment of a record; no record is missing");
}

TEST_CASE("a segment that is gone is missed", "[journal]") {
  MemoryFiles files;
  for (int i = 0; i < 3; ++i) write_records(files, kSampleJournal, {100, 100});
  files.content.erase("journal/000002.psj");
  const JournalContent read = read_journal(files, kSampleJournal);
  CHECK(read.records.size() == 4);
  REQUIRE(read.damage.size() == 1);
  CHECK(read.damage[0].segment == 3);
  CHECK(read.damage[0].what == "records 3 to 4 are missing");
}

TEST_CASE("swapped segments are told, and their records given", "[journal]") {
  MemoryFiles files;
  for (int i = 0; i < 2; ++i) write_records(files, kSampleJournal, {100, 100});
  std::swap(files.content.at(kFirst), files.content.at("journal/000002.psj"));
  const JournalContent read = read_journal(files, kSampleJournal);
  CHECK(read.records.size() == 4);
  REQUIRE(read.damage.size() == 3);
  CHECK(read.damage[0].what ==
        "the file is named as segment 1 but is segment 2; records 1 to 2 are missing");
  CHECK(read.damage[1].what == "the file is named as segment 2 but is segment 1");
  CHECK(read.damage[2].what == "record 1 follows record 4");
  // A writer is not misled by the names.
  write_records(files, kSampleJournal, {100});
  CHECK(read_journal(files, kSampleJournal).records.back().record.sequence == 5);
  CHECK(read_journal(files, kSampleJournal).records.back().record.epoch == 3);
}

TEST_CASE("a segment cut behind what was read of it is told", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, {100, 100});
  const std::uint64_t size = files.content.at(kFirst).size();
  files.content.at(kFirst).resize(90);
  const JournalContent read = read_journal(files, kSampleJournal, {1, size, 2});
  REQUIRE(read.damage.size() == 1);
  CHECK(read.damage[0].what == "the segment is shorter than what was read of it before");
}

TEST_CASE("fragments that do not join are told", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, {40'000, 40'000});
  const std::string intact = files.content.at(kFirst);
  std::string& bytes = files.content.at(kFirst);
  // The second block in the place of the first, and the first twice.
  bytes = intact.substr(kJournalBlock);
  CHECK(read_journal(files, kSampleJournal).damage.at(0).what ==
        "the segment does not begin with its header");
  CHECK(read_journal(files, kSampleJournal).damage.at(1).what ==
        "a record that does not begin; record 1 is missing");
  bytes = intact.substr(0, kJournalBlock) + intact;
  CHECK(read_journal(files, kSampleJournal).damage.at(0).what == "a record that does not end");
}

TEST_CASE("a sequence number that damage hides is not given again", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, {100, 100, 100, 100});
  files.content.at(kFirst).at(37 + 2 * 107 + 50) ^= 1;
  write_records(files, kSampleJournal, {100});
  const JournalContent read = read_journal(files, kSampleJournal);
  REQUIRE(read.records.size() == 3);
  CHECK(read.records[1].record.sequence == 2);
  CHECK(read.records[2].record.sequence > 4);
  CHECK(read.losses() == 1);
}

TEST_CASE("a damaged length at the end is no torn tail", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, {100, 100, 100, 100});
  // Of the third record: the high byte of its fragment's length.
  files.content.at(kFirst).at(37 + 2 * 107 + 5) ^= 0x10;
  CHECK(read_journal(files, kSampleJournal).at_torn_tail);
  write_records(files, kSampleJournal, {100});
  const JournalContent read = read_journal(files, kSampleJournal);
  REQUIRE(read.records.size() == 3);
  REQUIRE(read.damage.size() == 1);
  CHECK_FALSE(read.damage[0].torn_tail);
  CHECK(read.damage[0].what ==
        "a fragment of a record that extends beyond the end of the segment; records 3 to 8 are "
        "missing, as far as they were written");
  CHECK(read.records[2].record.sequence == 9);
}

TEST_CASE("zeros at the end of a segment are a torn tail", "[journal]") {
  for (const std::size_t zeros : {std::size_t{1}, std::size_t{200}, 10 * kJournalBlock}) {
    MemoryFiles files;
    write_records(files, kSampleJournal, {100, 100});
    files.content.at(kFirst) += std::string(zeros, '\0');
    CHECK(read_journal(files, kSampleJournal).at_torn_tail);
    write_records(files, kSampleJournal, {100});
    const JournalContent read = read_journal(files, kSampleJournal);
    CHECK(read.records.size() == 3);
    CHECK(read.records.back().record.sequence == 3);
    CHECK(read.torn_tails() == 1);
    CHECK(read.losses() == 0);
  }
}

// Over a network the beginning of an append may be seen after its end.
class LateFiles : public MemoryFiles {
 public:
  std::string late;  // what the segment becomes
  int looks_left = 0;

  bool wait_for_writes() override {
    if (looks_left > 0 && --looks_left == 0) content.at(kFirst) = late;
    return true;
  }
};

TEST_CASE("bytes that are seen late are waited for, for a while", "[journal]") {
  for (const std::size_t hole_at : {37, 37 + 107 + 50}) {
    for (const int looks : {1, 5, 6}) {
      LateFiles files;
      write_records(files, kSampleJournal, {100, 100, 100});
      files.late = files.content.at(kFirst);
      files.content.at(kFirst).replace(hole_at, 57, 57, '\0');
      files.looks_left = looks;
      const JournalContent read = read_journal(files, kSampleJournal);
      CHECK(read.records.size() == (looks <= 5 ? 3 : hole_at == 37 ? 0 : 1));
      CHECK(read.damage.size() == (looks <= 5 ? 0 : 1));
    }
  }
}

TEST_CASE("damage is waited for once, not at every block", "[journal]") {
  LateFiles files;
  write_records(files, kSampleJournal, std::vector<std::size_t>(100, 1000));
  files.content.at(kFirst)[100] ^= 1;
  files.content.at(kFirst)[kJournalBlock + 100] ^= 1;
  files.late = "not this";
  files.looks_left = 6;
  CHECK(read_journal(files, kSampleJournal).damage.size() == 2);
  CHECK(files.looks_left == 1);
}

TEST_CASE("an empty or headless last segment is nothing to go on from", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, {100, 100});
  files.content["journal/000002.psj"] = "";
  files.content["journal/000003.psj"] = "poly";
  write_records(files, kSampleJournal, {100});
  const JournalContent read = read_journal(files, kSampleJournal);
  CHECK(read.records.back().record.sequence == 3);
  CHECK(read.records.back().record.epoch == 2);
  CHECK(read.losses() == 0);
  CHECK(read.torn_tails() == 1);
  CHECK(files.content.contains("journal/000004.psj"));
}

TEST_CASE("a journal of a newer format is refused", "[journal]") {
  MemoryFiles files;
  write_records(files, kSampleJournal, {100});
  std::string& bytes = files.content.at(kFirst);
  bytes[kFragmentHeader + kSegmentMagic.size()] = kJournalVersion + 1;
  const std::uint32_t sum = fragment_checksum(std::string_view(bytes).substr(6, 31));
  for (int i = 0; i < 4; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(sum >> 8 * i);
  JournalReader reader(files, kSampleJournal);
  for (int i = 0; i < 2; ++i) {
    CHECK_THROWS_WITH(reader.next(), "a journal of format 3; this polysweep reads format 2");
  }
}

TEST_CASE("random files are read without a wrong step", "[journal]") {
  CHECK(rc::check([](const std::vector<char>& noise) {
    MemoryFiles files;
    write_records(files, kSampleJournal, {100, 300});
    std::string& bytes = files.content.at(kFirst);
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes.replace(at, noise.size(), noise.data(), noise.size());
    RC_ASSERT(read_journal(files, kSampleJournal).records.size() <= 2);
  }));
}

}  // namespace
}  // namespace polysweep
