// Follows the journals of other hosts, for what they say of attempts.
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
  // `from`: how far each host's journal is known already; those that are not in
  // it are read from their beginning.
  JournalWatch(FileSystem& files, std::filesystem::path journals,
               std::map<std::string, JournalPosition> from);

  // Calls `started` and `finished` for what these hosts' journals have more than
  // at the last call, journal after journal. What is damaged is passed over:
  // ingest reports it.
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
