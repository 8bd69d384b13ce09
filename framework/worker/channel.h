// One end of the socket pair between a host and a worker: messages over a
// descriptor, many per system call.
//
// The descriptor may be blocking or not; the caller closes it. Sending never raises
// SIGPIPE. Sending and receiving share nothing: one thread may send while another
// receives; otherwise a channel is not thread-safe. The format is described in
// message.h.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "framework/worker/message.h"

namespace polysweep {

class Channel {
 public:
  // `fd`: a stream socket.
  explicit Channel(int fd);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  int fd() const { return fd_; }

  // Adds `message` to what flush() sends. Throws Error if it is longer than a
  // message can be.
  void send(const Message& message);
  // The same, without a copy into a Message.
  void send(const MetricsRecorded& message);
  // Sends what the socket takes without waiting; true once nothing is left to
  // send. If the other side is gone, what was to be sent is dropped: at_end() and
  // the end of its process show that.
  bool flush();
  // flush() that waits until all is sent.
  void flush_all();
  std::size_t unsent_bytes() const { return output_.size() - sent_; }

  // The next message that has arrived completely; empty if there is none. To be
  // called until it is empty whenever the descriptor is readable. Throws Error for
  // bytes that are not a message; the channel cannot be used after that.
  std::optional<Message> receive();
  // receive() that waits; empty only when the other side has closed its end.
  std::optional<Message> wait_receive();
  // The other side has closed its end (or died), and all that it sent was received.
  // The beginning of a message that it did not finish is dropped.
  bool at_end() const { return ended_; }

 private:
  enum class Waiting : bool { kNo, kYes };

  std::optional<Message> parse();
  // Reads a chunk; false if nothing arrived.
  bool read_chunk(Waiting waiting);
  void make_room();
  void wait_for(short events) const;

  int fd_;
  ByteWriter output_;
  std::size_t sent_ = 0;    // bytes of output_
  bool broken_ = false;     // nobody reads what we send
  NameNumbers sent_names_;  // of all that was ever sent

  std::unique_ptr<char[]> input_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // of what was read and not yet parsed
  std::size_t end_ = 0;
  bool ended_ = false;
  NumberedNames received_names_;
};

}  // namespace polysweep
