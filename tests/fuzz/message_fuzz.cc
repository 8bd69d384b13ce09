// What one side of a channel may send to the other: bytes of a stream.
#include "framework/worker/message.h"

#include <sys/socket.h>
#include <unistd.h>

#include "framework/core/error.h"
#include "framework/worker/channel.h"
#include "tests/fuzz/fuzz_target.h"

namespace polysweep {

namespace {

struct Pair {
  int ends[2] = {-1, -1};

  Pair() {
    expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "there is a socket pair");
  }
  ~Pair() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
};

void expect_read_back(const Message& message) {
  ByteWriter frame;
  NameNumbers sent;
  append_message(frame, message, sent);
  expect(frame_size(frame.bytes()) == frame.size(), "a frame has the size that it says");
  NumberedNames received;
  const Message again = decode_message(frame.bytes(), received);
  expect(again.index() == message.index(), "a message is read back as its kind");
  ByteWriter second;
  NameNumbers sent_again;
  append_message(second, again, sent_again);
  expect(second.bytes() == frame.bytes(), "a message is read back as it was");
}

}  // namespace

void fuzz(std::string_view input) {
  constexpr std::size_t kFitsIntoSocket = 64 * 1024;
  input = input.substr(0, kFitsIntoSocket);
  const Pair pair;
  const ssize_t sent = ::send(pair.ends[0], input.data(), input.size(), MSG_DONTWAIT);
  expect(sent == static_cast<ssize_t>(input.size()), "the socket takes the input");
  ::shutdown(pair.ends[0], SHUT_WR);
  Channel channel(pair.ends[1]);
  while (const std::optional<Message> message = channel.wait_receive()) expect_read_back(*message);
  expect(channel.at_end(), "a channel ends with its stream");
}

}  // namespace polysweep
