#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "experiments/worker.h"
#include "framework/error.h"

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

// The kernel takes longer to write that file than a short trial runs: where no
// page has come since, the peak that was read last still holds.
struct LastPeak {
  double bytes = 0;
  long read_at = -1;   // page faults by then
  long reset_at = -1;  // likewise
};

LastPeak last_peak;

}  // namespace

double peak_memory_bytes() {
  if (page_faults() != last_peak.read_at) {
    last_peak.bytes = read_peak();
    last_peak.read_at = page_faults();
  }
  return last_peak.bytes;
}

void reset_peak_memory() {
  if (page_faults() == last_peak.reset_at) return;
  static const int clear_refs = own_file("/proc/self/clear_refs", O_WRONLY);
  // Where the system refuses, the peak stays that of the whole process, which
  // peak_memory_bytes() is documented to give then.
  const bool refused = pwrite(clear_refs, "5", 1, 0) != 1;
  last_peak.reset_at = page_faults();
  if (!refused) last_peak.read_at = -1;
}

}  // namespace polysweep
