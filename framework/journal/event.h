// What can happen to a sweep: the records of a journal, as values.
//
// Every value is complete in itself: it names its trial by id and its metrics by
// name. As bytes, metrics are numbers that an earlier record of the same span of a
// segment defines (journal_format.h): damage to that record costs, beside its own
// content, the points of the metrics it defines up to the end of the span. Such
// points are reported as lost, never given to another metric. Times are
// microseconds since 1970 (UTC), for people only: nothing is decided by them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "framework/sweep/trial.h"

namespace polysweep {

using Sequence = std::uint64_t;     // of a record in a journal; first: 1, no gaps
using WriterEpoch = std::uint64_t;  // grows with every opening of a host's journal

// How an attempt ended. The number is persistent; never reuse one.
enum class Outcome : std::uint8_t {
  kDone = 1,
  kDiverged = 2,     // NaN or infinite loss: a result, not retried
  kError = 3,        // exit code or exception: would fail again
  kCrashed = 4,      // a signal or abort
  kOutOfMemory = 5,  // bad_alloc, kill by the kernel, the device's error
  kHung = 6,         // no progress within the progress deadline
  kTimedOut = 7,     // wall limit
  kPreempted = 8,    // ended by a signal from outside; costs no retry
  kHostLost = 9,     // its host vanished; written by the host that finds out
  kStopped = 10,     // we were asked to stop; resumes from its checkpoint
};
std::string_view outcome_name(Outcome outcome);  // "done", "out of memory", ...

struct HostStarted {
  std::string host;
  WriterEpoch epoch = 0;
  std::int64_t time_us = 0;
  std::int64_t pid = 0;
};

// A provenance document (JSON object), named by the SHA-256 of its text. It comes
// before the first event that refers to it.
struct ProvenanceSeen {
  std::string json;
};

// A sweep was planned: everything but its cells and trials. `description` is
// the JSON object of sweep/plan/plan_description.h. `revision` is the digest of
// the plan; planning a sweep with another revision replaces its cells and trials.
struct SweepPlanned {
  std::string sweep;
  std::string revision;
  std::string description;
  std::uint64_t trial_count = 0;
  std::int64_t time_us = 0;
};

// Some consecutive trials of that plan.
struct TrialsPlanned {
  struct Row {
    std::string identity;  // identity_text(): the id is its digest
    std::uint32_t cell = 0;
  };
  std::string sweep;
  std::string revision;
  std::uint64_t first = 0;  // position of rows[0] in the plan
  std::vector<Row> rows;
};

// Some consecutive cells of that plan.
struct CellsPlanned {
  struct Row {
    std::string levels;          // Parameters::canonical() of Cell::levels
    std::int32_t baseline = -1;  // as Cell::baseline
    bool is_baseline = false;
  };
  std::string sweep;
  std::string revision;
  std::uint64_t first = 0;  // number of rows[0] in the plan
  std::vector<Row> rows;
};

// A trial was leased to this host: the attempt may run from now on.
struct AttemptStarted {
  TrialId trial;
  std::uint32_t attempt = 1;
  std::int32_t slot = 0;
  std::int32_t device = -1;
  std::string provenance;  // digest of a ProvenanceSeen (hex)
  std::int64_t time_us = 0;
};

// The attempt resumes from a checkpoint that was taken after `step` of the
// checkpoints' clock: points of earlier attempts beyond it do not count, unless
// their metric has its own clock. An attempt without this event starts from nothing.
struct AttemptResumed {
  TrialId trial;
  std::uint32_t attempt = 1;
  std::int64_t step = 0;
};

// A metric as events name it.
struct MetricName {
  MetricName() = default;
  MetricName(std::string text_in, bool own_clock_in = false)
      : text(std::move(text_in)), own_clock(own_clock_in) {}
  MetricName(const char* text_in) : text(text_in) {}

  std::string text;
  // The steps of its points count something other than the clock of the
  // experiment's checkpoints (sequence lengths, evaluations): a resumption after
  // step s says nothing of them.
  bool own_clock = false;

  friend bool operator==(const MetricName&, const MetricName&) = default;
};

struct MetricPoint {
  std::uint32_t name = 0;  // index into MetricsRecorded::names
  std::int64_t step = 0;
  double value = 0;
};

struct MetricsRecorded {
  TrialId trial;
  std::uint32_t attempt = 1;
  std::vector<MetricName> names;
  std::vector<MetricPoint> points;
};

// The name of the text that records a file which a program declared. Its step is
// the file's number among those of its attempt, on a clock of its own.
inline constexpr std::string_view kArtifactText = "artifact";

struct TextRecorded {
  TrialId trial;
  std::uint32_t attempt = 1;
  std::string name;
  std::int64_t step = 0;
  std::string value;
  bool own_clock = false;  // as MetricName::own_clock
};

// What the report of an attempt's program says beside its points.
struct ReportFindings {
  std::string first_refusal;            // why the first of points_refused was refused; "" for none
  std::uint64_t conflicts = 0;          // points that gave another value at a step that had one
  std::string first_conflict;           // which; "" for none
  std::vector<std::string> undeclared;  // metrics that were recorded and not declared, by name
  std::vector<std::string> unmatched;   // captures that found nothing, as the sweep file has them
  // Files and folders of the sweep's folder, by path, that changed while it ran: it may have
  // written to them through a link.
  std::vector<std::string> written_to;

  friend bool operator==(const ReportFindings&, const ReportFindings&) = default;
};

struct AttemptFinished {
  TrialId trial;
  std::uint32_t attempt = 1;
  Outcome outcome = Outcome::kDone;
  // True when the trial is settled by it: done, diverged, or failed for good.
  // False when the trial is to be run again.
  bool final = false;
  std::string message;      // what went wrong; "" where nothing did
  std::string output_tail;  // the worker's last output lines, where something went wrong
  double elapsed_s = 0;
  double peak_memory_bytes = 0;
  std::int64_t time_us = 0;
  // Points that the trial reported and its worker refused: lines of a program's
  // report that break its rules.
  std::uint64_t points_refused = 0;
  ReportFindings findings;
};

struct HostStopped {
  std::string reason;  // "finished", "interrupted", or what went wrong
  std::int64_t time_us = 0;
};

using Event = std::variant<HostStarted, ProvenanceSeen, SweepPlanned, TrialsPlanned, AttemptStarted,
                           AttemptResumed, MetricsRecorded, TextRecorded, AttemptFinished,
                           HostStopped, CellsPlanned>;

// Record types as written (persistent; never reuse a number).
std::uint8_t event_type(const Event& event);
inline constexpr std::uint8_t kMetricsType = 7;  // of MetricsRecorded
inline constexpr std::uint8_t kTextType = 8;     // of TextRecorded
// "attempt started", ... for people and `journal dump`.
std::string_view event_name(const Event& event);
// True for events that are made durable before they are acknowledged: all but
// metrics and texts.
bool changes_state(const Event& event);
// The index in Event of the events of that record type; empty for a type that only
// a newer polysweep writes.
std::optional<std::size_t> event_index(std::uint8_t type);

}  // namespace polysweep
