// Follows the journals of other hosts, for the events of attempts.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "framework/core/file_system.h"
#include "framework/journal/event.h"
#include "framework/journal/journal_reader.h"

namespace polysweep {

class JournalWatch {
 public:
  // `from`: up to where each host's journal is already known; other journals are read
  // from their start.
  JournalWatch(FileSystem& files, std::filesystem::path journals,
               std::map<std::string, JournalPosition> from);

  // Calls `started` and `finished` for events that these hosts' journals have gained
  // since the last call, one journal after the other. Damaged records are skipped; ingest
  // reports them.
  void catch_up(const std::vector<std::string>& hosts,
                const std::function<void(const AttemptStarted&)>& started,
                const std::function<void(const AttemptFinished&)>& finished);

 private:
  JournalReader& reader_of(const std::string& host);

  FileSystem& files_;
  std::filesystem::path journals_;
  std::map<std::string, JournalPosition> from_;
  std::map<std::string, std::unique_ptr<JournalReader>> readers_;
};

}  // namespace polysweep
