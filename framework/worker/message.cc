#include "framework/worker/message.h"

#include <cstring>

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "framework/journal/event_payload.h"

namespace polysweep {

namespace {

// In the order of the variant; a message's type is 1 + its index.
constexpr std::string_view kNames[] = {
    "assign trial", "stop request", "shutdown", "worker hello", "attempt begun", "attempt resumed",
    "metrics",      "text",         "progress", "heartbeat",    "attempt ended",
};
static_assert(std::size(kNames) == std::variant_size_v<Message>);

constexpr std::size_t kLengthBytes = 4;

void write_payload(ByteWriter&, const StopRequest&) {}
void write_payload(ByteWriter&, const Shutdown&) {}
void write_payload(ByteWriter&, const Heartbeat&) {}
void read_payload(ByteReader&, StopRequest&) {}
void read_payload(ByteReader&, Shutdown&) {}
void read_payload(ByteReader&, Heartbeat&) {}

// Not as JSON: to read that would take a worker longer than all else of a trial
// that does nothing.
void write_parameters(ByteWriter& out, const Parameters& parameters) {
  out.varint(parameters.size());
  for (const auto& [name, value] : parameters) {
    out.text(name);
    out.u8(static_cast<std::uint8_t>(value.type()));
    switch (value.type()) {
      case ValueType::kBoolean:
        out.u8(value.boolean() ? 1 : 0);
        break;
      case ValueType::kInteger:
        out.zigzag(value.integer());
        break;
      case ValueType::kReal:
        out.f64(value.real());
        break;
      case ValueType::kText:
        out.text(value.text());
        break;
    }
  }
}

Value read_value(ByteReader& in) {
  const std::uint8_t type = in.u8();
  switch (static_cast<ValueType>(type)) {
    case ValueType::kBoolean:
      return Value(read_flag(in));
    case ValueType::kInteger:
      return Value(in.zigzag());
    case ValueType::kReal:
      return Value(in.f64());
    case ValueType::kText:
      return Value(std::string(in.text()));
  }
  fail("no value has type {}", type);
}

void read_parameters(ByteReader& in, Parameters& parameters) {
  std::string_view before;
  for (std::uint64_t left = in.varint(); left > 0; --left) {
    const std::string_view name = in.text();
    if (name <= before) fail("a parameter's name does not come after the one before it");
    before = name;
    parameters.set(name, read_value(in));
  }
}

void write_payload(ByteWriter& out, const AssignTrial& message) {
  polysweep::write_payload(out, message.trial);
  out.text(message.experiment);
  out.zigzag(message.experiment_version);
  write_parameters(out, message.parameters);
  out.text(message.data_digest);
  out.varint(message.attempt);
  out.text(message.data_folder);
  out.text(message.trial_folder);
  out.zigzag(message.device);
}

void read_payload(ByteReader& in, AssignTrial& message) {
  polysweep::read_payload(in, message.trial);
  message.experiment = in.text();
  message.experiment_version = read_i32(in);
  read_parameters(in, message.parameters);
  message.data_digest = in.text();
  message.attempt = read_u32(in);
  message.data_folder = in.text();
  message.trial_folder = in.text();
  message.device = read_i32(in);
}

void write_payload(ByteWriter& out, const WorkerHello& message) {
  out.varint(message.protocol);
  out.text(message.build);
  out.text(message.catalogue_digest);
  out.text(message.provenance);
  out.zigzag(message.pid);
}

void read_payload(ByteReader& in, WorkerHello& message) {
  message.protocol = read_u32(in);
  if (message.protocol != kProtocolVersion) {
    fail(
        "the worker speaks version {} of the protocol, this program version {}: they are of "
        "different builds",
        message.protocol, kProtocolVersion);
  }
  message.build = in.text();
  message.catalogue_digest = in.text();
  message.provenance = in.text();
  message.pid = in.zigzag();
}

void write_payload(ByteWriter& out, const AttemptBegun& message) {
  polysweep::write_payload(out, message.trial);
  out.varint(message.attempt);
}

void read_payload(ByteReader& in, AttemptBegun& message) {
  polysweep::read_payload(in, message.trial);
  message.attempt = read_u32(in);
}

void write_payload(ByteWriter& out, const ProgressMade& message) {
  polysweep::write_payload(out, message.trial);
  out.varint(message.attempt);
  out.f64(message.done);
  out.f64(message.total);
}

void read_payload(ByteReader& in, ProgressMade& message) {
  polysweep::read_payload(in, message.trial);
  message.attempt = read_u32(in);
  message.done = in.f64();
  message.total = in.f64();
}

// That a host is lost is what other hosts find out.
bool worker_knows(Outcome outcome) { return outcome != Outcome::kHostLost; }

void write_payload(ByteWriter& out, const AttemptEnded& message) {
  check(worker_knows(message.outcome), "a worker reports only what it can know");
  polysweep::write_payload(out, message.trial);
  out.varint(message.attempt);
  out.u8(static_cast<std::uint8_t>(message.outcome));
  out.text(message.message);
  out.f64(message.elapsed_s);
  out.f64(message.peak_memory_bytes);
}

void read_payload(ByteReader& in, AttemptEnded& message) {
  polysweep::read_payload(in, message.trial);
  message.attempt = read_u32(in);
  message.outcome = read_outcome(in);
  if (!worker_knows(message.outcome)) {
    fail("a worker cannot know that an attempt is '{}'", outcome_name(message.outcome));
  }
  message.message = in.text();
  message.elapsed_s = in.f64();
  message.peak_memory_bytes = in.f64();
}

template <std::size_t kIndex = 0>
Message decode_as(std::size_t index, ByteReader& in) {
  if constexpr (kIndex < std::variant_size_v<Message>) {
    if (index != kIndex) return decode_as<kIndex + 1>(index, in);
    std::variant_alternative_t<kIndex, Message> message;
    read_payload(in, message);
    in.expect_end();
    return message;
  } else {
    fail("no message has this type");
  }
}

}  // namespace

std::string_view message_name(const Message& message) { return kNames[message.index()]; }

void append_message(std::string& out, const Message& message) {
  ByteWriter frame;
  frame.u32_fixed(0);
  frame.u8(static_cast<std::uint8_t>(message.index() + 1));
  std::visit([&](const auto& one) { write_payload(frame, one); }, message);
  const std::size_t size = frame.bytes().size() - kLengthBytes;
  if (size > kLongestMessage) {
    fail("a message '{}' of {} bytes; no more than {} can be sent", message_name(message), size,
         kLongestMessage);
  }
  ByteWriter length;
  length.u32_fixed(static_cast<std::uint32_t>(size));
  out += length.bytes();
  out.append(frame.bytes(), kLengthBytes);
}

std::optional<std::size_t> frame_size(std::string_view bytes) {
  if (bytes.size() < kLengthBytes) return std::nullopt;
  const std::uint32_t size = ByteReader(bytes).u32_fixed();
  if (size == 0 || size > kLongestMessage) {
    fail("bad message: a length of {} bytes where 1 to {} are possible", size, kLongestMessage);
  }
  return kLengthBytes + size;
}

Message decode_message(std::string_view frame) try {
  ByteReader in(frame);
  const std::uint32_t size = in.u32_fixed();
  if (size != in.left()) fail("{} bytes where it says {}", in.left(), size);
  return decode_as(std::size_t{in.u8()} - 1, in);
} catch (const Error& error) {
  fail("bad message of {} bytes: {}", frame.size(), error.what());
}

}  // namespace polysweep
