#include "framework/journal/event.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "framework/journal/event_json.h"
#include "framework/journal/event_payload.h"
#include "framework/journal/journal_format.h"
#include "tests/framework/event_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

Event decoded(const Event& event) {
  return decode_event(event_type(event), kPayloadVersion, encode_event(event));
}

TEST_CASE("every event is read back as it was", "[event]") {
  for (const Event& event : one_of_each()) {
    CHECK(decoded(event).index() == event.index());
    CHECK(encode_event(decoded(event)) == encode_event(event));
    CHECK(event_to_json(decoded(event)) == event_to_json(event));
  }
  CHECK(rc::check([] {
    const Event event = *any_event();
    const Event again = decoded(event);
    RC_ASSERT(again.index() == event.index());
    RC_ASSERT(encode_event(again) == encode_event(event));
    RC_ASSERT(event_to_json(again) == event_to_json(event));
  }));
}

TEST_CASE("an event is complete down to its members", "[event]") {
  const auto metrics = std::get<MetricsRecorded>(decoded(one_of_each()[6]));
  CHECK(metrics.trial == sample_id(1));
  CHECK(metrics.attempt == 4294967295);
  CHECK(metrics.names == std::vector<MetricName>{"loss", {"bleu", true}});
  REQUIRE(metrics.points.size() == 4);
  CHECK(metrics.points[1].step == std::numeric_limits<std::int64_t>::max());
  CHECK(std::isnan(metrics.points[1].value));
  CHECK(metrics.points[2].step == std::numeric_limits<std::int64_t>::min());
  const auto rows = std::get<TrialsPlanned>(decoded(one_of_each()[3])).rows;
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].identity == R"({"a":1,"seed":1})");
  CHECK(rows[1].cell == 4294967295);
  CHECK(rows[2].identity.empty());
}

TEST_CASE("the numbers and names of events are fixed", "[event]") {
  const std::vector<std::string> names = {"host started",     "provenance seen", "sweep planned",
                                          "trials planned",   "attempt started", "attempt resumed",
                                          "metrics recorded", "text recorded",   "attempt finished",
                                          "host stopped",     "cells planned"};
  const std::vector<Event> events = one_of_each();
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK(event_type(events[i]) == i + 1);
    CHECK(event_name(events[i]) == names[i]);
    CHECK(changes_state(events[i]) == (i != 6 && i != 7));
  }
  CHECK(outcome_name(Outcome::kOutOfMemory) == "out of memory");
  CHECK(static_cast<int>(Outcome::kStopped) == 10);
}

TEST_CASE("a payload cut anywhere, or with more behind it, is an error", "[event]") {
  for (const Event& event : one_of_each()) {
    const std::string payload = encode_event(event);
    for (std::size_t size = 0; size < payload.size(); ++size) {
      CHECK_THROWS_AS(decode_event(event_type(event), kPayloadVersion, payload.substr(0, size)),
                      Error);
    }
    CHECK_THROWS_WITH(decode_event(event_type(event), kPayloadVersion, payload + "x"),
                      Contains("bad event of type") && Contains("too many"));
  }
}

TEST_CASE("random bytes are an event or an error", "[event]") {
  CHECK(rc::check([](std::uint8_t type, const std::vector<char>& bytes) {
    try {
      decode_event(type % 12, kPayloadVersion, {bytes.data(), bytes.size()});
    } catch (const Error&) {
    }
  }));
  CHECK(rc::check([] {
    const Event event = *any_event();
    std::string payload = encode_event(event);
    RC_PRE(!payload.empty());
    payload[*rc::gen::inRange<std::size_t>(0, payload.size())] = *rc::gen::arbitrary<char>();
    try {
      encode_event(decode_event(event_type(event), kPayloadVersion, payload));
    } catch (const Error&) {
    }
  }));
}

TEST_CASE("what no event may say is named", "[event]") {
  CHECK_THROWS_WITH(decode_event(99, kPayloadVersion, ""),
                    "bad event of type 99 (0 bytes): no event has this number");
  CHECK_THROWS_WITH(decode_event(1, 1, ""),
                    "bad event of type 1 (0 bytes): version 1 where only 5 is known");
  AttemptFinished finished;
  std::string payload = encode_event(finished);
  payload[17] = 11;
  CHECK_THROWS_WITH(decode_event(9, kPayloadVersion, payload),
                    Contains("11 is not a known outcome"));
  payload[17] = 1;
  payload[18] = 2;
  CHECK_THROWS_WITH(decode_event(9, kPayloadVersion, payload),
                    Contains("expected 0 or 1, found 2"));
  payload = encode_event(MetricsRecorded{{}, 1, {"loss"}, {{0, 1, 2}}});
  // Trial, attempt, count and first number of names, the name, own_clock, count of points.
  constexpr std::size_t kNumberOfPoint = 16 + 1 + 2 + 5 + 1 + 1;
  payload[kNumberOfPoint] = 1;
  CHECK_THROWS_WITH(decode_event(7, kPayloadVersion, payload),
                    Contains("a point of metric number 1, which was not named"));
}

TEST_CASE("a count is not believed before it is checked", "[event]") {
  ByteWriter out;
  write_payload(out, TrialId{});
  out.varint(1);
  out.varint(std::uint64_t{1} << 60);
  CHECK_THROWS_WITH(decode_event(7, kPayloadVersion, out.bytes()), Contains("truncated"));
}

TEST_CASE("rows that unpack to too much are an error", "[event]") {
  TrialsPlanned event{"s", "r", 0, {}};
  event.rows.assign(300, {std::string(1'000'000, 'x'), 0});
  CHECK_THROWS_WITH(encode_event(event), Contains("rows of more than 268435456 bytes"));
}

TEST_CASE("the rows of a plan take few bytes", "[event]") {
  TrialsPlanned event{"s", "r", 0, {}};
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    event.rows.push_back(
        {fmt::format(R"({{"code":"","data":"","experiment":"toy","parameters":{{"depth":{},)"
                     R"("rate":{}e-05,"seed":{}}},"version":1}})",
                     i / 1000, i % 100, i % 10),
         i / 10});
  }
  CHECK(encode_event(event).size() < 10'000 * 8);
  CHECK(std::get<TrialsPlanned>(decoded(event)).rows.back().identity == event.rows.back().identity);
}

TEST_CASE("an event as JSON is one line that says all", "[event]") {
  const std::vector<Event> events = one_of_each();
  CHECK(event_to_json(events[4]) ==
        R"({"event":"attempt started","trial":"010000000000000000000000000000ef","attempt":2,)"
        R"("slot":1,"device":-1,"time_us":6,"provenance":"digest"})");
  CHECK(event_to_json(events[6]).find(R"("value":"NaN")") != std::string::npos);
  CHECK(event_to_json(events[1]) ==
        R"({"event":"provenance seen","provenance":{"build.commit":"abc"}})");
  for (const Event& event : events) {
    const std::string line = event_to_json(event);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(nlohmann::json::parse(line).at("event") == event_name(event));
  }
}

}  // namespace
}  // namespace polysweep
