#include "runners/sharing/journal_watch.h"

namespace polysweep {

JournalWatch::JournalWatch(FileSystem& files, std::filesystem::path journals,
                           std::map<std::string, JournalPosition> from)
    : files_(files), journals_(std::move(journals)), from_(std::move(from)) {}

JournalReader& JournalWatch::reader_of(const std::string& host) {
  std::unique_ptr<JournalReader>& reader = readers_[host];
  if (!reader) {
    const auto known = from_.find(host);
    reader = std::make_unique<JournalReader>(
        files_, journals_ / host, known == from_.end() ? JournalPosition{} : known->second);
  }
  return *reader;
}

void JournalWatch::catch_up(const std::vector<std::string>& hosts,
                            const std::function<void(const AttemptStarted&)>& started,
                            const std::function<void(const AttemptFinished&)>& finished) {
  for (const std::string& host : hosts) {
    JournalReader& reader = reader_of(host);
    while (const std::optional<JournalRecord> record = reader.next()) {
      if (const auto* start = std::get_if<AttemptStarted>(&record->event)) {
        started(*start);
      } else if (const auto* end = std::get_if<AttemptFinished>(&record->event)) {
        finished(*end);
      }
    }
  }
}

}  // namespace polysweep
