#include "framework/worker/peak_memory.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "framework/core/clock.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

// The files are kept open: trials may be short.
int own_file(const char* path, int flags) { return open(path, flags | O_CLOEXEC); }

// Grows with every page that comes into our memory.
long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

double read_peak() {
  static const int status = own_file("/proc/self/status", O_RDONLY);
  char text[8192];
  const ssize_t size = pread(status, text, sizeof text - 1, 0);
  if (size <= 0) fail("cannot read /proc/self/status: is /proc mounted?");
  text[size] = '\0';
  const std::string_view all(text, static_cast<std::size_t>(size));
  const std::size_t at = all.find("VmHWM:");
  if (at == std::string_view::npos) fail("/proc/self/status has no VmHWM");
  return std::strtod(text + at + 6, nullptr) * 1024;
}

// Reading that file takes longer than a short trial runs: if no page was added
// since, the peak that was read last is still correct. Even counting page faults
// takes long: within this time no more than a few megabytes are added.
constexpr double kSoon_s = 0.0002;

struct LastPeak {
  double bytes = 0;
  long read_at = -1;   // page faults by then
  long reset_at = -1;  // likewise
  long looked_at = -1;
  double looked_s = 0;  // when the page faults were counted

  bool looked_just_now() const { return system_clock().monotonic_s() - looked_s < kSoon_s; }
  long look() {
    looked_at = page_faults();
    looked_s = system_clock().monotonic_s();
    return looked_at;
  }
};

LastPeak last_peak;

}  // namespace

double peak_memory_bytes() {
  if (last_peak.looked_at == last_peak.read_at && last_peak.looked_just_now()) {
    return last_peak.bytes;
  }
  if (last_peak.look() != last_peak.read_at) {
    last_peak.bytes = read_peak();
    last_peak.read_at = last_peak.look();
  }
  return last_peak.bytes;
}

void reset_peak_memory() {
  if (last_peak.looked_at == last_peak.reset_at && last_peak.looked_just_now()) return;
  if (last_peak.look() == last_peak.reset_at) return;
  static const int clear_refs = own_file("/proc/self/clear_refs", O_WRONLY);
  // Where the system refuses, the peak stays that of the process since its start,
  // as documented for peak_memory_bytes().
  const bool refused = pwrite(clear_refs, "5", 1, 0) != 1;
  last_peak.reset_at = last_peak.look();
  if (!refused) last_peak.read_at = -1;
}

}  // namespace polysweep
