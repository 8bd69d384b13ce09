// How `polysweep stop` reaches a host wherever it runs: the file JOURNAL/STOP.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "framework/core/file_system.h"
#include "framework/journal/event.h"

namespace polysweep {

inline constexpr std::string_view kStopFile = "STOP";

// Asks that epoch of the host with this journal to stop: once (requests = 1)
// gently, twice at once. Durable when it returns.
void request_stop(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch,
                  int requests);

// How often that epoch of the host was asked so far; 0 for never.
int stop_requests(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch);

// What a host sees of it.
class StopFile {
 public:
  StopFile(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch);

  // How often this epoch was asked to stop. Looks at most twice a second.
  int requests();

 private:
  FileSystem& files_;
  std::filesystem::path journal_;
  WriterEpoch epoch_;
  int requests_ = 0;
  double looked_s_ = -1;
};

}  // namespace polysweep
