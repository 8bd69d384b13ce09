#include "runners/store/stop_file.h"

#include <algorithm>
#include <sstream>

#include "framework/core/clock.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr double kLook_s = 0.5;

}  // namespace

void request_stop(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch,
                  int requests) {
  check(requests > 0, "a stop is requested at least once");
  files.replace(journal / kStopFile, fmt::format("{} {}\n", epoch, requests));
}

int stop_requests(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch) {
  std::error_code ignored;
  if (!std::filesystem::exists(journal / kStopFile, ignored)) return 0;
  std::istringstream text(files.read(journal / kStopFile));
  WriterEpoch asked = 0;
  int requests = 0;
  return text >> asked >> requests && asked == epoch ? requests : 0;
}

StopFile::StopFile(FileSystem& files, const std::filesystem::path& journal, WriterEpoch epoch)
    : files_(files), journal_(journal), epoch_(epoch) {}

int StopFile::requests() {
  const double now_s = system_clock().monotonic_s();
  if (looked_s_ >= 0 && now_s - looked_s_ < kLook_s) return requests_;
  looked_s_ = now_s;
  requests_ = std::max(requests_, stop_requests(files_, journal_, epoch_));
  return requests_;
}

}  // namespace polysweep
