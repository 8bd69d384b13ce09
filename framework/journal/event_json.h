// Events as JSON, for `journal dump`.
#pragma once

#include <string>

#include "framework/journal/event.h"

namespace polysweep {

// One line. Bytes that are not UTF-8 become U+FFFD.
std::string event_to_json(const Event& event);

}  // namespace polysweep
