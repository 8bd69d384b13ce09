// Requests from `polysweep stop` to a host on any machine: the file JOURNAL/STOP.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "framework/core/file_system.h"
#include "framework/journal/event.h"

namespace polysweep {

inline constexpr std::string_view kStopFile = "STOP";

// Asks that epoch of the host with this journal to stop: gracefully (requests =
// 1), or immediately (2). Durable when it returns.
void request_stop(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch,
                  int requests);

// How often that epoch of the host was asked to stop.
int stop_requests(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch);

// The host's side.
class StopFile {
 public:
  StopFile(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch);

  // How often this epoch was asked to stop; never decreases. Reads the file at most
  // twice a second.
  int requests();

 private:
  FileSystem& files_;
  std::filesystem::path journal_;
  WriterEpoch epoch_;
  int requests_ = 0;
  double looked_s_ = -1;
};

}  // namespace polysweep
