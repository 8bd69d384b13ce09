#include "runners/process/output_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace polysweep {

OutputLog::OutputLog(std::filesystem::path path, LogLimits limits)
    : path_(std::move(path)), limits_(limits) {}

void OutputLog::write(std::string_view bytes) {
  const std::size_t room = limits_.head_bytes - std::min(written_, limits_.head_bytes);
  const std::string_view head = bytes.substr(0, room);
  if (!head.empty()) put(head);
  written_ += head.size();
  bytes.remove_prefix(head.size());
  if (bytes.empty()) return;
  tail_ += bytes;
  // Trimmed in large steps, not at each byte.
  if (tail_.size() <= 2 * limits_.tail_bytes) return;
  left_out_ += tail_.size() - limits_.tail_bytes;
  tail_.erase(0, tail_.size() - limits_.tail_bytes);
}

void OutputLog::close() {
  if (tail_.size() > limits_.tail_bytes) {
    left_out_ += tail_.size() - limits_.tail_bytes;
    tail_.erase(0, tail_.size() - limits_.tail_bytes);
  }
  if (left_out_ > 0) put(fmt::format("\n[polysweep: {} bytes omitted]\n", left_out_));
  if (!tail_.empty()) put(tail_);
  tail_.clear();
  left_out_ = 0;
}

void OutputLog::put(std::string_view bytes) {
  if (!problem_.empty()) return;
  if (file_.get() < 0) {
    file_ = Descriptor(open(
        path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
  }
  while (file_.get() >= 0 && !bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  if (!bytes.empty()) problem_ = fmt::format("its log: {}", std::strerror(errno));
}

}  // namespace polysweep
