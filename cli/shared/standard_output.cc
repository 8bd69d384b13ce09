#include "cli/shared/standard_output.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <system_error>

#include "framework/core/error.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

// Ends the program where the reader went away and the signal was ignored.
void end_without_reader() {
  signal(SIGPIPE, SIG_DFL);
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  sigprocmask(SIG_UNBLOCK, &pipe, nullptr);
  raise(SIGPIPE);
}

// `reason`: errno of the call that failed; 0: not known.
std::string failure_text(int reason) {
  if (reason == EPIPE) end_without_reader();
  std::string text = "a part of it was not written";
  if (reason != 0) text = reason == EBADF ? "it is closed" : std::strerror(reason);
  return "cannot write standard output: " + text;
}

// Writes through stdio, so that the order with fmt::print() is kept.
class CheckedBuffer : public std::streambuf {
 protected:
  int_type overflow(int_type c) override {
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    const char one = traits_type::to_char_type(c);
    xsputn(&one, 1);
    return c;
  }
  std::streamsize xsputn(const char* bytes, std::streamsize size) override {
    if (std::fwrite(bytes, 1, static_cast<std::size_t>(size), stdout) !=
        static_cast<std::size_t>(size)) {
      throw Error(failure_text(errno));
    }
    return size;
  }
  int sync() override {
    if (std::fflush(stdout) != 0) throw Error(failure_text(errno));
    return 0;
  }
};

void open_closed_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    // The lowest number that is free, which is `fd`.
    const int opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    check(opened < 0 || opened == fd, "the lower descriptors are open");
  }
}

}  // namespace

StandardOutput::StandardOutput()
    : checked_(std::make_unique<CheckedBuffer>()), before_(std::cout.rdbuf(checked_.get())) {
  open_closed_descriptors();
  std::cout.exceptions(std::ios::badbit);
}

StandardOutput::~StandardOutput() {
  std::cout.exceptions(std::ios::goodbit);
  std::cout.rdbuf(before_);
}

void StandardOutput::finish() const {
  if (std::fflush(stdout) != 0) throw Error(failure_text(errno));
  if (std::ferror(stdout) != 0) throw Error(failure_text(0));
  // Some file systems say only on close that they could not store the bytes.
  const int copy = dup(STDOUT_FILENO);
  if (copy >= 0 && close(copy) != 0 && errno != EINTR) throw Error(failure_text(errno));
}

std::string StandardOutput::message_of(const std::exception& wrong) const {
  const auto* of_system = dynamic_cast<const std::system_error*>(&wrong);
  if (of_system == nullptr || std::ferror(stdout) == 0) return clean_text(wrong.what());
  return failure_text(of_system->code().value());
}

}  // namespace polysweep
