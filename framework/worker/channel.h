// One end of the socket pair between a host and a worker: messages over a
// descriptor, many per system call.
//
// The descriptor may be blocking or not and stays its owner's. It never raises
// SIGPIPE. Sending and receiving share nothing: one thread may send while
// another receives; beyond that a channel is not thread-safe. The format is
// described in message.h.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "framework/worker/message.h"

namespace polysweep {

class Channel {
 public:
  // `fd`: a stream socket.
  explicit Channel(int fd);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  int fd() const { return fd_; }

  // Adds `message` to what is to be sent; it is sent by flush(). Throws Error
  // where it is longer than a message can be.
  void send(const Message& message);
  // Sends what the socket takes without waiting; true once nothing is left to
  // send. Where the other side is gone, what was to be sent is dropped: its end
  // is seen by at_end() and by its process.
  bool flush();
  // flush() that waits until all is sent.
  void flush_all();
  std::size_t unsent_bytes() const { return output_.size() - sent_; }

  // The next message, as far as it has arrived; empty when nothing whole is
  // there. To be called until it is empty whenever the descriptor is readable.
  // Throws Error for a message that is none; the channel is of no use then.
  std::optional<Message> receive();
  // receive() that waits; empty only when the other side has closed its end.
  std::optional<Message> wait_receive();
  // The other side has closed its end (or died), and all it said was received.
  // The beginning of a message that it did not finish is dropped.
  bool at_end() const { return ended_; }

 private:
  enum class Waiting : bool { kNo, kYes };

  std::optional<Message> parse();
  // Reads a chunk; false where nothing came.
  bool read_chunk(Waiting waiting);
  void make_room();
  void wait_for(short events) const;

  int fd_;
  std::string output_;
  std::size_t sent_ = 0;  // bytes of output_
  bool broken_ = false;   // nobody reads what we send

  std::unique_ptr<char[]> input_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // of what was read and not yet parsed
  std::size_t end_ = 0;
  bool ended_ = false;
};

}  // namespace polysweep
