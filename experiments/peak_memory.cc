#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "experiments/worker.h"
#include "framework/error.h"

namespace polysweep {

namespace {

// The files are kept open: trials may be short.
int own_file(const char* path, int flags) { return open(path, flags | O_CLOEXEC); }

}  // namespace

double peak_memory_bytes() {
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

void reset_peak_memory() {
  static const int clear_refs = own_file("/proc/self/clear_refs", O_WRONLY);
  // Where the system refuses, the peak stays that of the whole process, which
  // peak_memory_bytes() is documented to give then.
  if (pwrite(clear_refs, "5", 1, 0) != 1) return;
}

}  // namespace polysweep
