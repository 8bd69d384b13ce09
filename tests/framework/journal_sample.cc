#include "tests/framework/journal_sample.h"
#include "framework/journal/event_payload.h"

#include <algorithm>

#include "framework/journal/journal_format.h"
#include "tests/framework/event_sample.h"

namespace polysweep {

std::size_t JournalContent::torn_tails() const {
  return static_cast<std::size_t>(std::count_if(
      damage.begin(), damage.end(), [](const JournalDamage& place) { return place.torn_tail; }));
}

void write_records(FileSystem& files, const std::filesystem::path& folder,
                   const std::vector<std::size_t>& sizes) {
  JournalWriter writer(files, folder);
  for (const std::size_t size : sizes) {
    writer.append(event_of_size(size, writer.last_appended() + 1));
  }
  writer.sync();
}

JournalContent read_journal(FileSystem& files, const std::filesystem::path& folder,
                            JournalPosition from) {
  JournalContent whole;
  JournalReader reader(files, folder, from);
  std::uint64_t segment = 0;
  std::uint64_t behind = 0;
  while (std::optional<JournalRecord> record = reader.next()) {
    const JournalPosition position = reader.position();
    if (position.segment != segment) {
      behind = kFragmentHeader + kSegmentMagic.size() + 12;
      segment = position.segment;
    }
    const std::uint64_t room = kJournalBlock - behind % kJournalBlock;
    if (room < kFragmentHeader) behind += room;
    std::string bytes = encode_event(record->event);
    whole.records.push_back({std::move(*record), std::move(bytes), behind, position.offset});
    behind = position.offset;
  }
  whole.damage = reader.damage();
  whole.at_torn_tail = reader.at_torn_tail();
  return whole;
}

std::vector<std::size_t> mixed_sizes() {
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < 30; ++i) sizes.push_back(90 + 97 * (i % 23));
  sizes.push_back(23'000);
  for (std::size_t i = 0; i < 24; ++i) sizes.push_back(150 + 61 * (i % 19));
  return sizes;
}

}  // namespace polysweep
