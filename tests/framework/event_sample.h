// Events for tests: any at all (drawn by RapidCheck), one of each kind, and
// ones of a wanted size.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <vector>

#include "framework/journal/event.h"

namespace polysweep {

TrialId sample_id(std::uint8_t first_byte);

// Any double, NaN and infinities among them.
rc::Gen<double> any_double();
rc::Gen<TrialId> any_trial();
rc::Gen<MetricsRecorded> any_metrics();
rc::Gen<Event> any_event();

// One of each kind, with odd values.
std::vector<Event> one_of_each();

// A text event whose record in a journal has `bytes` bytes without fragment
// headers (at least 80); `number` tells it from others.
Event event_of_size(std::size_t bytes, std::uint64_t number);

}  // namespace polysweep
