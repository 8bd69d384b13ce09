#include "framework/journal/event.h"

#include <algorithm>
#include <type_traits>

#include "framework/core/error.h"
#include "framework/journal/event_payload.h"
#include "framework/journal/journal_format.h"

namespace polysweep {

namespace {

struct EventRow {
  std::uint8_t type;  // persistent; never reuse a number
  std::string_view name;
  bool changes_state;
};

// In the order of the variant.
constexpr EventRow kEvents[] = {
    {1, "host started", true},      {2, "provenance seen", true}, {3, "sweep planned", true},
    {4, "trials planned", true},    {5, "attempt started", true}, {6, "attempt resumed", true},
    {7, "metrics recorded", false}, {8, "text recorded", false},  {9, "attempt finished", true},
    {10, "host stopped", true},
};
static_assert(std::size(kEvents) == std::variant_size_v<Event>);

const EventRow& row_of(const Event& event) { return kEvents[event.index()]; }

template <std::size_t kIndex = 0>
Event decode_as(std::size_t index, ByteReader& in) {
  if constexpr (kIndex < std::variant_size_v<Event>) {
    if (index != kIndex) return decode_as<kIndex + 1>(index, in);
    std::variant_alternative_t<kIndex, Event> event;
    read_payload(in, event);
    in.expect_end();
    return event;
  } else {
    check(false, "each row of the table of events has its type");
    return {};
  }
}

}  // namespace

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDone:
      return "done";
    case Outcome::kDiverged:
      return "diverged";
    case Outcome::kError:
      return "error";
    case Outcome::kCrashed:
      return "crashed";
    case Outcome::kOutOfMemory:
      return "out of memory";
    case Outcome::kHung:
      return "hung";
    case Outcome::kTimedOut:
      return "timed out";
    case Outcome::kPreempted:
      return "preempted";
    case Outcome::kHostLost:
      return "host lost";
    case Outcome::kStopped:
      return "stopped";
  }
  check(false, "an outcome is one of those in the list");
  return {};
}

std::uint8_t event_type(const Event& event) { return row_of(event).type; }

std::string_view event_name(const Event& event) { return row_of(event).name; }

bool changes_state(const Event& event) { return row_of(event).changes_state; }

bool is_known_event(std::uint8_t type, std::uint8_t version) {
  return version == kPayloadVersion &&
         std::any_of(std::begin(kEvents), std::end(kEvents),
                     [type](const EventRow& row) { return row.type == type; });
}

std::string encode_event(const Event& event) {
  ByteWriter out;
  std::visit([&](const auto& one) { write_payload(out, one); }, event);
  return out.take();
}

Event decode_event(std::uint8_t type, std::uint8_t version, std::string_view payload) try {
  if (version != kPayloadVersion) {
    fail("version {} where only {} is known", version, kPayloadVersion);
  }
  for (std::size_t i = 0; i < std::size(kEvents); ++i) {
    if (kEvents[i].type != type) continue;
    ByteReader in(payload);
    return decode_as(i, in);
  }
  fail("no event has this number");
} catch (const Error& error) {
  fail("bad event of type {} ({} bytes): {}", type, payload.size(), error.what());
}

}  // namespace polysweep
