// The bytes of a segment: read, gone on with from the middle, written behind.
#include <algorithm>
#include <vector>

#include "framework/core/bytes.h"
#include "framework/journal/event_json.h"
#include "framework/journal/event_payload.h"
#include "framework/journal/journal_format.h"
#include "framework/journal/journal_reader.h"
#include "framework/journal/journal_writer.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/memory_files.h"

namespace polysweep {

namespace {

const std::filesystem::path kJournal = "journal";

struct Seen {
  Sequence sequence = 0;
  std::string payload;
  JournalPosition behind;
};

std::vector<Seen> read_all(MemoryFiles& files, JournalPosition from = {}) {
  std::vector<Seen> seen;
  JournalReader reader(files, kJournal, from);
  while (const std::optional<JournalRecord> record = reader.next()) {
    seen.push_back({record->sequence, encode_event(record->event), reader.position()});
    expect(!event_to_json(record->event).empty(), "a record can be shown");
  }
  expect(!reader.next(), "the end stays the end");
  return seen;
}

void expect_begins_with(const std::vector<Seen>& all, const std::vector<Seen>& some) {
  expect(some.size() <= all.size(), "no record is lost");
  for (std::size_t i = 0; i < some.size(); ++i) {
    expect(all[i].sequence == some[i].sequence, "records stay in order");
    expect(all[i].payload == some[i].payload, "records stay as they are");
    expect(all[i].behind == some[i].behind, "records stay in their places");
  }
}

}  // namespace

void fuzz(std::string_view input) {
  MemoryFiles files;
  files.content["journal/000001.psj"] = input;
  const std::vector<Seen> whole = read_all(files);
  if (!whole.empty()) {
    const std::size_t middle = whole.size() / 2;
    const std::vector<Seen> rest = read_all(files, whole[middle].behind);
    expect_begins_with(rest,
                       {whole.begin() + static_cast<std::ptrdiff_t>(middle) + 1, whole.end()});
    expect(rest.size() == whole.size() - middle - 1, "the rest is read from the middle on");
  }
  JournalWriter writer(files, kJournal);
  const Sequence written = writer.append(HostStopped{"finished", 1});
  writer.sync();
  const std::vector<Seen> longer = read_all(files);
  expect_begins_with(longer, whole);
  expect(longer.size() == whole.size() + 1, "a record is written behind the others");
  for (const Seen& one : whole) expect(one.sequence < written, "a number is given once");
}

}  // namespace polysweep

#ifdef POLYSWEEP_FUZZ

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace polysweep {

namespace {

struct Piece {
  std::size_t at = 0;  // of the fragment's data
  std::size_t size = 0;
};

void put(std::string& bytes, const Piece& place, std::string_view value) {
  std::copy_n(value.begin(), std::min(place.size, value.size()),
              bytes.begin() + static_cast<std::ptrdiff_t>(place.at));
}

// Gives a record its checksum and length. Its header lies in the first piece.
void repair_record(std::string& bytes, const std::vector<Piece>& pieces) {
  if (pieces.empty() || pieces[0].size < kRecordHeader) return;
  std::string record;
  for (const Piece& piece : pieces) record += bytes.substr(piece.at, piece.size);
  ByteWriter length;
  length.u32_fixed(static_cast<std::uint32_t>(record.size() - kRecordHeader));
  put(bytes, {pieces[0].at + 8, 4}, length.bytes());
  record.replace(8, 4, length.bytes());
  ByteWriter checksum;
  checksum.u64_fixed(record_checksum(std::string_view(record).substr(8)));
  put(bytes, {pieces[0].at, 8}, checksum.bytes());
}

// Most mutations of a segment break a checksum, and reading goes no deeper.
void repair(std::string& bytes) {
  std::vector<Piece> fragments;
  std::vector<Piece> record;
  for (std::size_t at = 0; at + kFragmentHeader <= bytes.size();) {
    const std::size_t room = kJournalBlock - at % kJournalBlock;
    const std::size_t size = static_cast<std::uint8_t>(bytes[at + 4]) |
                             std::size_t{static_cast<std::uint8_t>(bytes[at + 5])} << 8;
    const auto type = static_cast<FragmentType>(bytes[at + 6]);
    const Piece piece = {at + kFragmentHeader, size};
    if (room < kFragmentHeader || size > room - kFragmentHeader || piece.at + size > bytes.size()) {
      at += room;
      continue;
    }
    fragments.push_back(piece);
    if (type == FragmentType::kFull || type == FragmentType::kFirst) record.clear();
    record.push_back(piece);
    if (at > 0 && (type == FragmentType::kFull || type == FragmentType::kLast)) {
      repair_record(bytes, record);
      record.clear();
    }
    at = piece.at + size;
  }
  for (const Piece& piece : fragments) {
    const std::string_view checked = std::string_view(bytes).substr(piece.at - 1, piece.size + 1);
    ByteWriter checksum;
    checksum.u32_fixed(fragment_checksum(checked));
    put(bytes, {piece.at - kFragmentHeader, 4}, checksum.bytes());
  }
}

}  // namespace

}  // namespace polysweep

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, most);
  if (seed % 4 == 0) return size;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  polysweep::repair(bytes);
  std::copy(bytes.begin(), bytes.end(), data);
  return size;
}

#endif
