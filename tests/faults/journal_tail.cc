#include "tests/faults/journal_tail.h"
#include "framework/journal/event_payload.h"

#include <functional>

#include "framework/core/bytes.h"

namespace polysweep {

void JournalTail::catch_up() {
  const std::filesystem::path journals = store_ / "journal";
  for (const std::string& host : system_files().list(journals)) {
    if (!std::filesystem::is_directory(journals / host)) continue;
    auto found = readers_.find(host);
    if (found == readers_.end()) {
      found = readers_.emplace(host, JournalReader(system_files(), journals / host)).first;
    }
    while (const std::optional<JournalRecord> record = found->second.next()) take(host, *record);
  }
}

void JournalTail::take(const std::string& host, const JournalRecord& record) {
  ByteWriter place;
  place.text(host);
  place.u64_fixed(record.epoch);
  place.u64_fixed(record.sequence);
  records_.insert(std::hash<std::string>()(place.take() + encode_event(record.event)));
  if (const auto* started = std::get_if<AttemptStarted>(&record.event)) {
    ++starts_;
    ++starts_by_slot_[started->slot];
  } else if (const auto* finished = std::get_if<AttemptFinished>(&record.event)) {
    ++ends_[std::string(outcome_name(finished->outcome))];
    if (finished->final) ++settled_[finished->trial];
  }
}

std::uint64_t JournalTail::lacking_in(const JournalTail& later) const {
  std::uint64_t count = 0;
  for (const std::uint64_t record : records_) count += later.records_.count(record) == 0 ? 1 : 0;
  return count;
}

std::uint64_t JournalTail::starts_in(int slot) const {
  const auto found = starts_by_slot_.find(slot);
  return found == starts_by_slot_.end() ? 0 : found->second;
}

std::vector<std::string> JournalTail::damage() const {
  std::vector<std::string> texts;
  for (const auto& [host, reader] : readers_) {
    for (const JournalDamage& damage : reader.damage()) {
      if (!damage.torn_tail) texts.push_back(host + ": " + damage.what);
    }
  }
  return texts;
}

}  // namespace polysweep
