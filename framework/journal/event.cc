#include "framework/journal/event.h"

#include <algorithm>

#include "framework/core/error.h"

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
static_assert(kEvents[6].type == kMetricsType && kEvents[7].type == kTextType);

const EventRow& row_of(const Event& event) { return kEvents[event.index()]; }

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

std::optional<std::size_t> event_index(std::uint8_t type) {
  const auto* row = std::find_if(std::begin(kEvents), std::end(kEvents),
                                 [type](const EventRow& each) { return each.type == type; });
  if (row == std::end(kEvents)) return std::nullopt;
  return static_cast<std::size_t>(row - std::begin(kEvents));
}

}  // namespace polysweep
