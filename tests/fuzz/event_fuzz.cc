// The payload of a record: event type, version of the payload, payload.
#include "framework/journal/event.h"
#include "framework/journal/event_json.h"
#include "framework/journal/event_payload.h"
#include "tests/fuzz/fuzz_target.h"

namespace polysweep {

void fuzz(std::string_view input) {
  if (input.size() < 2) return;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(input[at]); };
  const Event event = decode_event(byte(0), byte(1), input.substr(2));
  expect(is_known_event(byte(0), byte(1)), "what is read is a known event");
  expect(event_type(event) == byte(0), "an event has the type that it was read as");
  const std::string again = encode_event(event);
  expect(encode_event(decode_event(byte(0), byte(1), again)) == again, "an event is read back");
  expect(event_to_json(event).find('\n') == std::string::npos, "an event is one line of JSON");
}

}  // namespace polysweep
