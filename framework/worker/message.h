// The messages between a host and a worker, as values and as bytes.
//
// A message is framed as u32 (little endian) number of bytes that follow, u8
// type, payload in ByteWriter's forms, members in the order given here. What a
// worker reports of a trial has the types of event.h, so that a host can write
// it into its journal as it is. Each direction of a channel is one stream of metric
// names (metric_names.h). The two ends may be of different builds:
// kProtocolVersion comes first in WorkerHello and grows with any change here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "framework/core/bytes.h"
#include "framework/journal/event.h"
#include "framework/journal/metric_names.h"
#include "framework/sweep/parameters.h"

namespace polysweep {

inline constexpr std::uint32_t kProtocolVersion = 4;
// The longest message, type and payload together.
inline constexpr std::size_t kLongestMessage = 16 * 1024 * 1024;

// Host to worker: run this attempt now. One at a time.
struct AssignTrial {
  TrialId trial;
  std::string experiment;
  std::int32_t experiment_version = 1;
  Parameters parameters;    // complete
  std::string data_digest;  // "" for none
  std::uint32_t attempt = 1;
  std::string data_folder;   // "" where the trial reads no data
  std::string trial_folder;  // absolute
  std::int32_t device = -1;  // CUDA device as the worker counts them, -1: CPU
};

// Host to worker: checkpoint and end the attempt as kStopped soon.
struct StopRequest {};

// Host to worker: exit once the present attempt has ended.
struct Shutdown {};

// Worker to host, before anything else.
struct WorkerHello {
  std::uint32_t protocol = kProtocolVersion;
  std::string build;             // build_digest()
  std::string catalogue_digest;  // SHA-256 (hex) of Catalogue::to_json()
  std::string provenance;        // Provenance::to_json()
  std::int64_t pid = 0;
};

// Worker to host: the attempt begins. Then AttemptResumed, MetricsRecorded,
// TextRecorded and ProgressMade as they come, AttemptEnded at its end.
struct AttemptRunning {
  TrialId trial;
  std::uint32_t attempt = 1;
};

struct ProgressMade {
  TrialId trial;
  std::uint32_t attempt = 1;
  double done = 0;
  double total = 0;
};

// Worker to host: alive, whatever the trial does.
struct Heartbeat {};

struct AttemptEnded {
  TrialId trial;
  std::uint32_t attempt = 1;
  // Not kHostLost. A worker that runs other programs knows how they ended.
  Outcome outcome = Outcome::kDone;
  std::string message;  // of the exception; "" where nothing went wrong
  double elapsed_s = 0;
  double peak_memory_bytes = 0;
  std::uint64_t points_refused = 0;  // as AttemptFinished
  ReportFindings findings;
};

using Message =
    std::variant<AssignTrial, StopRequest, Shutdown, WorkerHello, AttemptRunning, AttemptResumed,
                 MetricsRecorded, TextRecorded, ProgressMade, Heartbeat, AttemptEnded>;

// "assign trial", ... for error messages.
std::string_view message_name(const Message& message);

// Appends the framed message to `out`. `names` are those of the direction it is sent
// in. Throws Error, with `out` and `names` as they were, if it would be longer than
// kLongestMessage.
void append_message(ByteWriter& out, const Message& message, NameNumbers& names);
// The same, without a copy into a Message.
void append_message(ByteWriter& out, const MetricsRecorded& message, NameNumbers& names);

// The number of bytes of the frame that `bytes` begins with, including its 4 bytes
// of length; empty if there are fewer than 4. Throws Error for a length of 0 or
// beyond kLongestMessage.
std::optional<std::size_t> frame_size(std::string_view bytes);

// The message of one complete frame. Throws Error for an unknown type, for a payload
// that is not of its form, and for a metric that was not named before.
Message decode_message(std::string_view frame, NumberedNames& names);

}  // namespace polysweep
