#include "framework/worker/channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr std::size_t kChunk = 64 * 1024;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

Channel::Channel(int fd) : fd_(fd), input_(new char[kChunk]), capacity_(kChunk) {}

void Channel::send(const Message& message) {
  if (!broken_) append_message(output_, message, sent_names_);
}

void Channel::send(const MetricsRecorded& message) {
  if (!broken_) append_message(output_, message, sent_names_);
}

bool Channel::flush() {
  while (sent_ < output_.size()) {
    const ssize_t count = ::send(fd_, output_.bytes().data() + sent_, output_.size() - sent_,
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      sent_ += static_cast<std::size_t>(count);
    } else if (would_block(errno)) {
      return false;
    } else if (errno == EPIPE || errno == ECONNRESET) {
      broken_ = true;
      break;
    } else if (errno != EINTR) {
      fail("cannot send to the other side of a channel: {}", std::strerror(errno));
    }
  }
  output_.clear();
  sent_ = 0;
  return true;
}

void Channel::flush_all() {
  while (!flush()) wait_for(POLLOUT);
}

std::optional<Message> Channel::receive() {
  while (true) {
    if (std::optional<Message> message = parse()) return message;
    if (!read_chunk(Waiting::kNo)) return std::nullopt;
  }
}

std::optional<Message> Channel::wait_receive() {
  while (true) {
    if (std::optional<Message> message = parse()) return message;
    if (!read_chunk(Waiting::kYes)) return std::nullopt;
  }
}

std::optional<Message> Channel::parse() {
  const std::string_view bytes(input_.get() + begin_, end_ - begin_);
  const std::optional<std::size_t> size = frame_size(bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  begin_ += *size;
  return decode_message(bytes.substr(0, *size), received_names_);
}

bool Channel::read_chunk(Waiting waiting) {
  make_room();
  while (!ended_) {
    const ssize_t count = ::recv(fd_, input_.get() + end_, capacity_ - end_,
                                 waiting == Waiting::kYes ? 0 : MSG_DONTWAIT);
    if (count > 0) {
      end_ += static_cast<std::size_t>(count);
      return true;
    }
    if (count == 0 || errno == ECONNRESET) {
      ended_ = true;
    } else if (would_block(errno)) {
      if (waiting == Waiting::kNo) return false;
      wait_for(POLLIN);
    } else if (errno != EINTR) {
      fail("cannot receive from the other side of a channel: {}", std::strerror(errno));
    }
  }
  return false;
}

// Room for the rest of an incomplete message, and for a chunk.
void Channel::make_room() {
  const std::size_t held = end_ - begin_;
  const std::size_t wanted =
      std::max(frame_size({input_.get() + begin_, held}).value_or(0), held + kChunk / 2);
  if (wanted > capacity_) {
    std::unique_ptr<char[]> larger(new char[wanted]);
    std::memcpy(larger.get(), input_.get() + begin_, held);
    input_ = std::move(larger);
    capacity_ = wanted;
  } else {
    std::memmove(input_.get(), input_.get() + begin_, held);
  }
  begin_ = 0;
  end_ = held;
}

void Channel::wait_for(short events) const {
  pollfd entry{fd_, events, 0};
  if (poll(&entry, 1, -1) < 0 && errno != EINTR) {
    fail("cannot wait for the other side of a channel: {}", std::strerror(errno));
  }
}

}  // namespace polysweep
