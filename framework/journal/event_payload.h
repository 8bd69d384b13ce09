// How events are laid out as bytes (kPayloadVersion; ByteWriter's forms throughout).
//
// Members in the order of event.h: trial ids as their 16 bytes; unsigned numbers as
// varints, signed ones and times zigzagged; texts with their length; flags as u8 0
// or 1. Exceptions:
//   MetricsRecorded  trial, attempt; the names that are new in the stream
//                    (metric_names.h): count and, unless it is 0, the number of
//                    the first, then for each its text and own_clock; the points:
//                    count, then for each the number of its name, its step as the
//                    difference to the point before (zigzag, wrapping), its value
//                    (f64)
//   AttemptFinished  outcome u8; findings: their members in order, lists with their count
//   TrialsPlanned    sweep, revision, first, number of rows, and as a text the
//   CellsPlanned     rows packed by zlib; each row: how many bytes of the
//                    previous row's text it begins with, how many it ends with,
//                    the text between them, and its number as difference to the
//                    previous row's (zigzag). Of a trial the text is the identity
//                    and the number its cell; of a cell the text is its levels and
//                    the number 0 for no baseline, 1 for a baseline, else 2 + the
//                    cell that it is compared with
// Reading throws Error where a payload is not of this form; it does not check
// that the payload ends there. The worker's messages use the same forms.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "framework/core/bytes.h"
#include "framework/journal/event.h"
#include "framework/journal/metric_names.h"

namespace polysweep {

// The rows of one event are at most this many bytes together, packed or not.
inline constexpr std::size_t kMostRowBytes = 256 * 1024 * 1024;

// False for a type or version that only a newer polysweep writes.
bool is_known_event(std::uint8_t type, std::uint8_t version);

// The payload of a record. `names` are those that earlier payloads of its stream
// defined; what this payload defines is added.
void write_event(ByteWriter& out, const Event& event, NameNumbers& names);
// The payload of an event that is the first of a stream.
std::string encode_event(const Event& event);

// Throws Error for a payload that is not such an event, and for an unknown type or
// version. A point of a number that was not defined is left out and counted in
// `unnamed_points`; if that is null it is an Error.
Event read_event(std::uint8_t type, std::uint8_t version, std::string_view payload,
                 NumberedNames& names, std::uint64_t* unnamed_points);
// Reads what encode_event() wrote.
Event decode_event(std::uint8_t type, std::uint8_t version, std::string_view payload);

void write_payload(ByteWriter& out, const TrialId& trial);
void write_payload(ByteWriter& out, const ReportFindings& findings);
void write_payload(ByteWriter& out, const HostStarted& event);
void write_payload(ByteWriter& out, const ProvenanceSeen& event);
void write_payload(ByteWriter& out, const SweepPlanned& event);
void write_payload(ByteWriter& out, const TrialsPlanned& event);
void write_payload(ByteWriter& out, const CellsPlanned& event);
void write_payload(ByteWriter& out, const AttemptStarted& event);
void write_payload(ByteWriter& out, const AttemptResumed& event);
void write_payload(ByteWriter& out, const MetricsRecorded& event, NameNumbers& names);
void write_payload(ByteWriter& out, const TextRecorded& event);
void write_payload(ByteWriter& out, const AttemptFinished& event);
void write_payload(ByteWriter& out, const HostStopped& event);

void read_payload(ByteReader& in, TrialId& trial);
void read_payload(ByteReader& in, ReportFindings& findings);
void read_payload(ByteReader& in, HostStarted& event);
void read_payload(ByteReader& in, ProvenanceSeen& event);
void read_payload(ByteReader& in, SweepPlanned& event);
void read_payload(ByteReader& in, TrialsPlanned& event);
void read_payload(ByteReader& in, CellsPlanned& event);
void read_payload(ByteReader& in, AttemptStarted& event);
void read_payload(ByteReader& in, AttemptResumed& event);
void read_payload(ByteReader& in, MetricsRecorded& event, NumberedNames& names,
                  std::uint64_t* unnamed_points);
void read_payload(ByteReader& in, TextRecorded& event);
void read_payload(ByteReader& in, AttemptFinished& event);
void read_payload(ByteReader& in, HostStopped& event);

// Throws Error for a number that is not an Outcome.
Outcome read_outcome(ByteReader& in);
// 0 or 1. Throws Error for any other byte.
bool read_flag(ByteReader& in);
// A number that must fit in T. Throws Error where it does not.
std::uint32_t read_u32(ByteReader& in);
std::int32_t read_i32(ByteReader& in);

}  // namespace polysweep
