#include "framework/worker/message.h"

#include <type_traits>

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "framework/journal/event_payload.h"

namespace polysweep {

namespace {

// In the order of the variant; a message's type is 1 + its index.
constexpr std::string_view kNames[] = {
    "assign trial",    "stop request",    "shutdown",      "worker hello",
    "attempt started", "attempt resumed", "metrics",       "text",
    "progress",        "heartbeat",       "attempt ended",
};
static_assert(std::size(kNames) == std::variant_size_v<Message>);

constexpr std::size_t kLengthBytes = 4;

void write_payload(ByteWriter&, const StopRequest&) {}
void write_payload(ByteWriter&, const Shutdown&) {}
void write_payload(ByteWriter&, const Heartbeat&) {}
void read_payload(ByteReader&, StopRequest&) {}
void read_payload(ByteReader&, Shutdown&) {}
void read_payload(ByteReader&, Heartbeat&) {}

// Not as JSON: parsing that would take a worker longer than all other work for a
// trial that does nothing.
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
      case ValueType::kStructured:
        out.text(value.structure());
        break;
      case ValueType::kAbsent:
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
    case ValueType::kStructured:
      return Value(Value::Structure{std::string(in.text())});
    case ValueType::kAbsent:
      return Value(Value::Absent());
  }
  fail("unknown type of value: {}", type);
}

void read_parameters(ByteReader& in, Parameters& parameters) {
  std::string_view before;
  for (std::uint64_t left = in.varint(); left > 0; --left) {
    const std::string_view name = in.text();
    if (name <= before) fail("the names of the parameters are not in order");
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
        "the worker uses version {} of the protocol, this program version {}: they are of "
        "different builds",
        message.protocol, kProtocolVersion);
  }
  message.build = in.text();
  message.catalogue_digest = in.text();
  message.provenance = in.text();
  message.pid = in.zigzag();
}

void write_payload(ByteWriter& out, const AttemptRunning& message) {
  polysweep::write_payload(out, message.trial);
  out.varint(message.attempt);
}

void read_payload(ByteReader& in, AttemptRunning& message) {
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
  out.varint(message.points_refused);
  polysweep::write_payload(out, message.findings);
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
  message.points_refused = in.varint();
  polysweep::read_payload(in, message.findings);
}

template <std::size_t kIndex = 0>
Message decode_as(std::size_t index, ByteReader& in, NumberedNames& names) {
  if constexpr (kIndex < std::variant_size_v<Message>) {
    if (index != kIndex) return decode_as<kIndex + 1>(index, in, names);
    std::variant_alternative_t<kIndex, Message> message;
    if constexpr (std::is_same_v<decltype(message), MetricsRecorded>) {
      read_payload(in, message, names, nullptr);
    } else {
      read_payload(in, message);
    }
    in.expect_end();
    return message;
  } else {
    fail("unknown type of message");
  }
}

template <typename Payload>
void append_frame(ByteWriter& out, std::size_t index, NameNumbers& names,
                  const Payload& write_payload) {
  const std::size_t begin = out.size();
  const std::uint32_t known_names = names.size();
  const auto take_back = [&] {
    out.truncate(begin);
    names.shrink(known_names);
  };
  out.u32_fixed(0);  // the length
  out.u8(static_cast<std::uint8_t>(index + 1));
  try {
    write_payload();
  } catch (...) {
    take_back();
    throw;
  }
  const std::size_t size = out.size() - begin - kLengthBytes;
  if (size > kLongestMessage) {
    take_back();
    fail("a message '{}' of {} bytes is too long: at most {} can be sent", kNames[index], size,
         kLongestMessage);
  }
  out.u32_fixed_at(begin, static_cast<std::uint32_t>(size));
}

constexpr std::size_t kMetricsIndex = 6;
static_assert(std::is_same_v<std::variant_alternative_t<kMetricsIndex, Message>, MetricsRecorded>);

}  // namespace

std::string_view message_name(const Message& message) { return kNames[message.index()]; }

void append_message(ByteWriter& out, const Message& message, NameNumbers& names) {
  std::visit(
      [&](const auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, MetricsRecorded>) {
          append_message(out, one, names);
        } else {
          append_frame(out, message.index(), names, [&] { write_payload(out, one); });
        }
      },
      message);
}

void append_message(ByteWriter& out, const MetricsRecorded& message, NameNumbers& names) {
  append_frame(out, kMetricsIndex, names, [&] { write_payload(out, message, names); });
}

std::optional<std::size_t> frame_size(std::string_view bytes) {
  if (bytes.size() < kLengthBytes) return std::nullopt;
  const std::uint32_t size = ByteReader(bytes).u32_fixed();
  if (size == 0 || size > kLongestMessage) {
    fail("bad message: a length of {} bytes, expected 1 to {}", size, kLongestMessage);
  }
  return kLengthBytes + size;
}

Message decode_message(std::string_view frame, NumberedNames& names) try {
  ByteReader in(frame);
  const std::uint32_t size = in.u32_fixed();
  if (size != in.left()) fail("it has {} bytes, its length says {}", in.left(), size);
  return decode_as(std::size_t{in.u8()} - 1, in, names);
} catch (const Error& error) {
  fail("bad message of {} bytes: {}", frame.size(), error.what());
}

}  // namespace polysweep
