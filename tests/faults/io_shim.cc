// Preloaded between a program and its C library: makes the N-th file operation
// fail, stop short, or be the last thing the process ever does.
//
//   POLYSWEEP_FAULT="CALLS ACTION FIRST [EVERY]"
// CALLS: comma-separated of open, write, sync, rename. ACTION: kill (SIGKILL
// before the call), short (half of a write), or an errno by name. It strikes at
// call FIRST (1, 2, ...) of those, and from there at every EVERY-th (none: once).
// Only in programs named $POLYSWEEP_FAULT_PROGRAM, only for files below
// $POLYSWEEP_FAULT_UNDER. Calls are counted over all threads; where
// $POLYSWEEP_FAULT_COUNT names a file, the count is written there at the end.
// $POLYSWEEP_FAULT_CLOCK_S: the date is wrong by so many seconds, at every other
// question ahead and behind.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <string>

namespace {

enum Call : unsigned { kOpen = 1, kWrite = 2, kSync = 4, kRename = 8 };

struct Fault {
  unsigned calls = 0;
  std::string action;
  int error = 0;
  long first = 0;
  long every = 0;
  std::string under;
  std::string count_file;
  long clock_s = 0;
};

std::atomic<long> counted{0};

int error_number(const std::string& name) {
  static const std::map<std::string, int> known = {{"ENOSPC", ENOSPC}, {"EIO", EIO},
                                                   {"EINTR", EINTR},   {"EROFS", EROFS},
                                                   {"EMFILE", EMFILE}, {"EDQUOT", EDQUOT}};
  const auto found = known.find(name);
  return found == known.end() ? 0 : found->second;
}

unsigned call_set(const std::string& names) {
  unsigned calls = 0;
  if (names.find("open") != std::string::npos) calls |= kOpen;
  if (names.find("write") != std::string::npos) calls |= kWrite;
  if (names.find("sync") != std::string::npos) calls |= kSync;
  if (names.find("rename") != std::string::npos) calls |= kRename;
  return calls;
}

std::string variable(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

Fault read_fault() {
  Fault fault;
  if (variable("POLYSWEEP_FAULT_PROGRAM") != program_invocation_short_name) return fault;
  fault.clock_s = atol(variable("POLYSWEEP_FAULT_CLOCK_S").c_str());
  char calls[64] = {};
  char action[16] = {};
  const std::string text = variable("POLYSWEEP_FAULT");
  if (sscanf(text.c_str(), "%63s %15s %ld %ld", calls, action, &fault.first, &fault.every) < 3) {
    return fault;
  }
  fault.calls = call_set(calls);
  fault.action = action;
  fault.error = error_number(action);
  fault.under = variable("POLYSWEEP_FAULT_UNDER");
  fault.count_file = variable("POLYSWEEP_FAULT_COUNT");
  return fault;
}

const Fault& fault() {
  static const Fault* const read = new Fault(read_fault());
  return *read;
}

bool concerns(const char* path) {
  return !fault().under.empty() && strncmp(path, fault().under.c_str(), fault().under.size()) == 0;
}

bool concerns(int fd) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  return concerns(path);
}

// True if the fault strikes at this call (which then does not return for kill).
template <typename Target>
bool strikes(Call call, Target target) {
  if ((fault().calls & call) == 0 || !concerns(target)) return false;
  const long number = ++counted;
  const long beyond = number - fault().first;
  const bool hit = beyond == 0 || (beyond > 0 && fault().every > 0 && beyond % fault().every == 0);
  if (hit && fault().action == "kill") syscall(SYS_kill, getpid(), SIGKILL);
  return hit;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

__attribute__((destructor)) void write_count() {
  if (fault().count_file.empty()) return;
  FILE* file = fopen(fault().count_file.c_str(), "w");
  if (file == nullptr) return;
  fprintf(file, "%ld\n", counted.load());
  fclose(file);
}

ssize_t faulty_write(int fd, const void* bytes, size_t size, bool at, off_t offset) {
  const auto go = [&](size_t n) -> ssize_t {
    return at ? syscall(SYS_pwrite64, fd, bytes, n, offset) : syscall(SYS_write, fd, bytes, n);
  };
  if (!strikes(kWrite, fd)) return go(size);
  if (fault().error == 0) return go(size / 2 + 1);
  errno = fault().error;
  return -1;
}

bool fails(Call call, int fd) {
  if (!strikes(call, fd)) return false;
  errno = fault().error;
  return fault().error != 0;
}

bool fails(Call call, const char* path) {
  if (!strikes(call, path)) return false;
  errno = fault().error;
  return fault().error != 0;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  return faulty_write(fd, bytes, size, false, 0);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return faulty_write(fd, bytes, size, true, offset);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  return faulty_write(fd, bytes, size, true, offset);
}
int fsync(int fd) { return fails(kSync, fd) ? -1 : static_cast<int>(syscall(SYS_fsync, fd)); }
int fdatasync(int fd) {
  return fails(kSync, fd) ? -1 : static_cast<int>(syscall(SYS_fdatasync, fd));
}
int rename(const char* from, const char* to) {
  if (fails(kRename, to)) return -1;
  return next<int (*)(const char*, const char*)>("rename")(from, to);
}

int open(const char* path, int flags, ...) {
  va_list words;
  va_start(words, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(words, mode_t) : 0;
  va_end(words);
  if (fails(kOpen, path)) return -1;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int open64(const char* path, int flags, ...) {
  va_list words;
  va_start(words, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(words, mode_t) : 0;
  va_end(words);
  if (fails(kOpen, path)) return -1;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, mode));
}

int clock_gettime(clockid_t clock, timespec* time) {
  const int result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  static std::atomic<unsigned> asked{0};
  if (clock == CLOCK_REALTIME && result == 0 && fault().clock_s != 0) {
    time->tv_sec += ++asked % 2 == 0 ? fault().clock_s : -fault().clock_s;
  }
  return result;
}

}  // extern "C"
