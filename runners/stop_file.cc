#include "runners/stop_file.h"

#include <algorithm>
#include <sstream>

#include "framework/clock.h"
#include "framework/error.h"

namespace polysweep {

namespace {

constexpr double kLook_s = 0.5;

}  // namespace

void request_stop(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch,
                  int requests) {
  files.replace(journal / kStopFile, fmt::format("{} {}\n", epoch, requests));
}

StopFile::StopFile(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch)
    : files_(files), file_(journal / kStopFile), epoch_(epoch) {}

int StopFile::requests() {
  const double now_s = system_clock().monotonic_s();
  if (looked_s_ >= 0 && now_s - looked_s_ < kLook_s) return requests_;
  looked_s_ = now_s;
  std::error_code ignored;
  if (!std::filesystem::exists(file_, ignored)) return requests_;
  std::istringstream text(files_.read(file_));
  WriterEpoch epoch = 0;
  int requests = 0;
  if (text >> epoch >> requests && epoch == epoch_) requests_ = std::max(requests_, requests);
  return requests_;
}

}  // namespace polysweep
