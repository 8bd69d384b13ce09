#include "runners/process/stop_flag.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "framework/core/error.h"

namespace polysweep {

namespace {

std::atomic<StopFlag*> signalled_flag{nullptr};

void on_signal(int number) {
  const int before = errno;
  if (StopFlag* flag = signalled_flag.load()) flag->request(number);
  errno = before;
}

}  // namespace

StopFlag::StopFlag() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) fail("cannot make an eventfd: too many open files? (`ulimit -n`)");
}

StopFlag::~StopFlag() { close(fd_); }

void StopFlag::request(int signal) {
  if (requests_.fetch_add(1) == 0) first_signal_.store(signal);
  const std::uint64_t one = 1;
  if (write(fd_, &one, sizeof one) < 0) return;  // full: readable already
}

void StopFlag::drain() {
  std::uint64_t count = 0;
  if (read(fd_, &count, sizeof count) < 0) return;  // nothing there
}

StopSignals::StopSignals(StopFlag& flag) : StopSignals(flag, {SIGINT, SIGTERM, SIGHUP}) {}

StopSignals::StopSignals(StopFlag& flag, std::initializer_list<int> signals) : signals_(signals) {
  check(signalled_flag.load() == nullptr, "one StopSignals at a time");
  signalled_flag.store(&flag);
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  // Of a program under nohup the end of its terminal is not a request.
  struct sigaction before {};
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler == SIG_IGN) std::erase(signals_, SIGHUP);
  for (const int number : signals_) sigaction(number, &action, nullptr);
}

StopSignals::~StopSignals() {
  for (const int number : signals_) signal(number, SIG_DFL);
  signalled_flag.store(nullptr);
}

}  // namespace polysweep
