#include "framework/journal/event_payload.h"

#include <limits>
#include <type_traits>
#include <vector>

#include "framework/core/error.h"
#include "framework/journal/journal_format.h"

namespace polysweep {

namespace {

// The smallest point: one byte of name, one of step, a value.
constexpr std::size_t kSmallestPoint = 10;
constexpr std::size_t kSmallestName = 2;  // its length and own_clock

// A count of items of at least `smallest` bytes each: never more than fit.
std::size_t read_count(ByteReader& in, std::size_t smallest) {
  const std::uint64_t count = in.varint();
  if (count > in.left() / smallest) {
    fail("truncated: {} items of {} or more bytes, but {} bytes are left", count, smallest,
         in.left());
  }
  return static_cast<std::size_t>(count);
}

constexpr std::uint32_t kNoNumber = std::numeric_limits<std::uint32_t>::max();

// What reading a payload needs beside its bytes.
struct Stream {
  NumberedNames& names;
  std::uint64_t* unnamed_points;
};

template <std::size_t kIndex = 0>
Event decode_as(std::size_t index, ByteReader& in, const Stream& stream) {
  if constexpr (kIndex < std::variant_size_v<Event>) {
    if (index != kIndex) return decode_as<kIndex + 1>(index, in, stream);
    std::variant_alternative_t<kIndex, Event> event;
    if constexpr (std::is_same_v<decltype(event), MetricsRecorded>) {
      read_payload(in, event, stream.names, stream.unnamed_points);
    } else {
      read_payload(in, event);
    }
    in.expect_end();
    return event;
  } else {
    check(false, "each row of the table of events has its type");
    return {};
  }
}

void read_new_names(ByteReader& in, NumberedNames& names) {
  const std::size_t count = read_count(in, kSmallestName);
  if (count == 0) return;
  std::uint32_t number = read_u32(in);
  for (std::size_t i = 0; i < count; ++i) {
    std::string text(in.text());
    const bool own_clock = read_flag(in);
    names.define(number++, MetricName(std::move(text), own_clock));
  }
}

}  // namespace

bool read_flag(ByteReader& in) {
  const std::uint8_t byte = in.u8();
  if (byte > 1) fail("expected 0 or 1, found {}", byte);
  return byte == 1;
}

std::uint32_t read_u32(ByteReader& in) {
  const std::uint64_t value = in.varint();
  if (value > std::numeric_limits<std::uint32_t>::max()) fail("{} is too large a number", value);
  return static_cast<std::uint32_t>(value);
}

std::int32_t read_i32(ByteReader& in) {
  const std::int64_t value = in.zigzag();
  if (value != static_cast<std::int32_t>(value)) fail("{} is too large a number", value);
  return static_cast<std::int32_t>(value);
}

Outcome read_outcome(ByteReader& in) {
  const std::uint8_t number = in.u8();
  const bool known = number >= static_cast<std::uint8_t>(Outcome::kDone) &&
                     number <= static_cast<std::uint8_t>(Outcome::kStopped);
  if (!known) fail("{} is not a known outcome", number);
  return static_cast<Outcome>(number);
}

void write_payload(ByteWriter& out, const TrialId& trial) {
  out.raw({reinterpret_cast<const char*>(trial.bytes.data()), trial.bytes.size()});
}

void read_payload(ByteReader& in, TrialId& trial) {
  const std::string_view bytes = in.raw(trial.bytes.size());
  bytes.copy(reinterpret_cast<char*>(trial.bytes.data()), bytes.size());
}

void write_payload(ByteWriter& out, const ReportFindings& findings) {
  out.text(findings.first_refusal);
  out.varint(findings.conflicts);
  out.text(findings.first_conflict);
  for (const auto* names : {&findings.undeclared, &findings.unmatched, &findings.written_to}) {
    out.varint(names->size());
    for (const std::string& name : *names) out.text(name);
  }
}

void read_payload(ByteReader& in, ReportFindings& findings) {
  findings.first_refusal = in.text();
  findings.conflicts = in.varint();
  findings.first_conflict = in.text();
  for (auto* names : {&findings.undeclared, &findings.unmatched, &findings.written_to}) {
    const std::size_t count = read_count(in, 1);
    names->reserve(count);
    for (std::size_t i = 0; i < count; ++i) names->emplace_back(in.text());
  }
}

void write_payload(ByteWriter& out, const HostStarted& event) {
  out.text(event.host);
  out.varint(event.epoch);
  out.zigzag(event.time_us);
  out.zigzag(event.pid);
}

void read_payload(ByteReader& in, HostStarted& event) {
  event.host = in.text();
  event.epoch = in.varint();
  event.time_us = in.zigzag();
  event.pid = in.zigzag();
}

void write_payload(ByteWriter& out, const ProvenanceSeen& event) { out.text(event.json); }

void read_payload(ByteReader& in, ProvenanceSeen& event) { event.json = in.text(); }

void write_payload(ByteWriter& out, const SweepPlanned& event) {
  out.text(event.sweep);
  out.text(event.revision);
  out.text(event.description);
  out.varint(event.trial_count);
  out.zigzag(event.time_us);
}

void read_payload(ByteReader& in, SweepPlanned& event) {
  event.sweep = in.text();
  event.revision = in.text();
  event.description = in.text();
  event.trial_count = in.varint();
  event.time_us = in.zigzag();
}

void write_payload(ByteWriter& out, const AttemptStarted& event) {
  write_payload(out, event.trial);
  out.varint(event.attempt);
  out.zigzag(event.slot);
  out.zigzag(event.device);
  out.text(event.provenance);
  out.zigzag(event.time_us);
}

void read_payload(ByteReader& in, AttemptStarted& event) {
  read_payload(in, event.trial);
  event.attempt = read_u32(in);
  event.slot = read_i32(in);
  event.device = read_i32(in);
  event.provenance = in.text();
  event.time_us = in.zigzag();
}

void write_payload(ByteWriter& out, const AttemptResumed& event) {
  write_payload(out, event.trial);
  out.varint(event.attempt);
  out.zigzag(event.step);
}

void read_payload(ByteReader& in, AttemptResumed& event) {
  read_payload(in, event.trial);
  event.attempt = read_u32(in);
  event.step = in.zigzag();
}

void write_payload(ByteWriter& out, const MetricsRecorded& event, NameNumbers& names) {
  write_payload(out, event.trial);
  out.varint(event.attempt);
  const std::uint32_t known = names.size();
  std::vector<std::uint32_t> numbers(event.names.size(), kNoNumber);
  for (const MetricPoint& point : event.points) {
    check(point.name < numbers.size(), "a point's name is one of its event's names");
    std::uint32_t& number = numbers[point.name];
    if (number == kNoNumber) number = names.number_of(event.names[point.name]);
  }
  out.varint(names.size() - known);
  if (names.size() > known) out.varint(known);
  for (std::uint32_t number = known; number < names.size(); ++number) {
    out.text(names.name(number).text);
    out.u8(names.name(number).own_clock ? 1 : 0);
  }
  out.varint(event.points.size());
  std::uint64_t before = 0;
  for (const MetricPoint& point : event.points) {
    const auto step = static_cast<std::uint64_t>(point.step);
    out.varint(numbers[point.name]);
    out.zigzag(static_cast<std::int64_t>(step - before));
    out.f64(point.value);
    before = step;
  }
}

void read_payload(ByteReader& in, MetricsRecorded& event, NumberedNames& names,
                  std::uint64_t* unnamed_points) {
  read_payload(in, event.trial);
  event.attempt = read_u32(in);
  read_new_names(in, names);
  const std::size_t count = read_count(in, kSmallestPoint);
  event.points.reserve(count);
  names.begin_payload();
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t number = read_u32(in);
    before += static_cast<std::uint64_t>(in.zigzag());
    const double value = in.f64();
    if (const std::optional<std::uint32_t> name = names.index_of(number, event.names)) {
      event.points.push_back({*name, static_cast<std::int64_t>(before), value});
    } else if (unnamed_points != nullptr) {
      ++*unnamed_points;
    } else {
      fail("a point of metric number {}, which was not named", number);
    }
  }
}

void write_payload(ByteWriter& out, const TextRecorded& event) {
  write_payload(out, event.trial);
  out.varint(event.attempt);
  out.text(event.name);
  out.zigzag(event.step);
  out.text(event.value);
  out.u8(event.own_clock ? 1 : 0);
}

void read_payload(ByteReader& in, TextRecorded& event) {
  read_payload(in, event.trial);
  event.attempt = read_u32(in);
  event.name = in.text();
  event.step = in.zigzag();
  event.value = in.text();
  event.own_clock = read_flag(in);
}

void write_payload(ByteWriter& out, const AttemptFinished& event) {
  write_payload(out, event.trial);
  out.varint(event.attempt);
  out.u8(static_cast<std::uint8_t>(event.outcome));
  out.u8(event.final ? 1 : 0);
  out.text(event.message);
  out.text(event.output_tail);
  out.f64(event.elapsed_s);
  out.f64(event.peak_memory_bytes);
  out.zigzag(event.time_us);
  out.varint(event.points_refused);
  write_payload(out, event.findings);
}

void read_payload(ByteReader& in, AttemptFinished& event) {
  read_payload(in, event.trial);
  event.attempt = read_u32(in);
  event.outcome = read_outcome(in);
  event.final = read_flag(in);
  event.message = in.text();
  event.output_tail = in.text();
  event.elapsed_s = in.f64();
  event.peak_memory_bytes = in.f64();
  event.time_us = in.zigzag();
  event.points_refused = in.varint();
  read_payload(in, event.findings);
}

void write_payload(ByteWriter& out, const HostStopped& event) {
  out.text(event.reason);
  out.zigzag(event.time_us);
}

void read_payload(ByteReader& in, HostStopped& event) {
  event.reason = in.text();
  event.time_us = in.zigzag();
}

bool is_known_event(std::uint8_t type, std::uint8_t version) {
  return version == kPayloadVersion && event_index(type).has_value();
}

void write_event(ByteWriter& out, const Event& event, NameNumbers& names) {
  std::visit(
      [&](const auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, MetricsRecorded>) {
          write_payload(out, one, names);
        } else {
          write_payload(out, one);
        }
      },
      event);
}

std::string encode_event(const Event& event) {
  ByteWriter out;
  NameNumbers names;
  write_event(out, event, names);
  return out.take();
}

Event read_event(std::uint8_t type, std::uint8_t version, std::string_view payload,
                 NumberedNames& names, std::uint64_t* unnamed_points) try {
  if (version != kPayloadVersion) {
    fail("version {} where only {} is known", version, kPayloadVersion);
  }
  const std::optional<std::size_t> index = event_index(type);
  if (!index) fail("no event has this number");
  ByteReader in(payload);
  return decode_as(*index, in, {names, unnamed_points});
} catch (const Error& error) {
  fail("bad event of type {} ({} bytes): {}", type, payload.size(), error.what());
}

Event decode_event(std::uint8_t type, std::uint8_t version, std::string_view payload) {
  NumberedNames names;
  return read_event(type, version, payload, names, nullptr);
}

}  // namespace polysweep
