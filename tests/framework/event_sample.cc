#include "tests/framework/event_sample.h"
#include "framework/journal/event_payload.h"

#include <fmt/format.h>

#include <limits>

#include "framework/core/error.h"
#include "framework/journal/journal_format.h"

namespace polysweep {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Text = std::string;

template <typename T>
T any() {
  return *rc::gen::arbitrary<T>();
}

rc::Gen<TrialsPlanned> any_rows() {
  return rc::gen::exec([] {
    TrialsPlanned event{any<Text>(), any<Text>(), any<std::uint64_t>(), {}};
    for (Text& text : any<std::vector<Text>>()) {
      event.rows.push_back({std::move(text), any<std::uint32_t>()});
    }
    return event;
  });
}

rc::Gen<CellsPlanned> any_cells() {
  return rc::gen::exec([] {
    CellsPlanned event{any<Text>(), any<Text>(), any<std::uint64_t>(), {}};
    for (Text& text : any<std::vector<Text>>()) {
      const bool is_baseline = any<bool>();
      const std::int32_t baseline = *rc::gen::inRange(-1, 2'000'000'000);
      event.rows.push_back({std::move(text), is_baseline ? -1 : baseline, is_baseline});
    }
    return event;
  });
}

Outcome any_outcome() { return static_cast<Outcome>(*rc::gen::inRange(1, 11)); }

ReportFindings any_findings() {
  ReportFindings findings;
  findings.first_refusal = any<Text>();
  findings.conflicts = any<std::uint64_t>();
  findings.first_conflict = any<Text>();
  findings.undeclared = any<std::vector<Text>>();
  findings.unmatched = any<std::vector<Text>>();
  findings.written_to = any<std::vector<Text>>();
  return findings;
}

Event event_of_kind(int kind) {
  switch (kind) {
    case 0:
      return HostStarted{any<Text>(), any<WriterEpoch>(), any<std::int64_t>(), any<std::int64_t>()};
    case 1:
      return ProvenanceSeen{any<Text>()};
    case 2:
      return SweepPlanned{any<Text>(), any<Text>(), any<Text>(), any<std::uint64_t>(),
                          any<std::int64_t>()};
    case 3:
      return *any_rows();
    case 10:
      return *any_cells();
    case 4:
      return AttemptStarted{*any_trial(),        any<std::uint32_t>(), any<std::int32_t>(),
                            any<std::int32_t>(), any<Text>(),          any<std::int64_t>()};
    case 5:
      return AttemptResumed{*any_trial(), any<std::uint32_t>(), any<std::int64_t>()};
    case 6:
      return *any_metrics();
    case 7:
      return TextRecorded{*any_trial(),        any<std::uint32_t>(), any<Text>(),
                          any<std::int64_t>(), any<Text>(),          any<bool>()};
    case 8:
      return AttemptFinished{*any_trial(),         any<std::uint32_t>(), any_outcome(),
                             any<bool>(),          any<Text>(),          any<Text>(),
                             *any_double(),        *any_double(),        any<std::int64_t>(),
                             any<std::uint64_t>(), any_findings()};
    default:
      return HostStopped{any<Text>(), any<std::int64_t>()};
  }
}

}  // namespace

TrialId sample_id(std::uint8_t first_byte) {
  TrialId id;
  id.bytes[0] = first_byte;
  id.bytes[15] = 0xEF;
  return id;
}

rc::Gen<double> any_double() {
  return rc::gen::oneOf(rc::gen::arbitrary<double>(),
                        rc::gen::element(kNaN, kInfinity, -kInfinity, -0.0, 5e-324));
}

rc::Gen<TrialId> any_trial() { return rc::gen::map(rc::gen::arbitrary<std::uint8_t>(), sample_id); }

rc::Gen<MetricsRecorded> any_metrics() {
  return rc::gen::exec([] {
    MetricsRecorded event{*any_trial(), any<std::uint32_t>(), {}, {}};
    for (Text& text : any<std::vector<Text>>()) event.names.emplace_back(text, any<bool>());
    const int count = event.names.empty() ? 0 : *rc::gen::inRange(0, 20);
    for (int i = 0; i < count; ++i) {
      const auto name =
          *rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(event.names.size()));
      event.points.push_back({name, any<std::int64_t>(), *any_double()});
    }
    return event;
  });
}

rc::Gen<Event> any_event() {
  return rc::gen::exec([] { return event_of_kind(*rc::gen::inRange(0, 11)); });
}

std::vector<Event> one_of_each() {
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const TrialId id = sample_id(1);
  return {
      HostStarted{"alpha", 3, 1'700'000'000'000'000, 4711},
      ProvenanceSeen{R"({"build.commit":"abc"})"},
      SweepPlanned{"encodings", "beef", R"({"fixed":{}})", 3, 5},
      TrialsPlanned{"encodings",
                    "beef",
                    1,
                    {{R"({"a":1,"seed":0})", 0}, {R"({"a":1,"seed":1})", 4294967295}, {"", 7}}},
      AttemptStarted{id, 2, 1, -1, "digest", 6},
      AttemptResumed{id, 2, 400},
      MetricsRecorded{id,
                      4294967295,
                      {"loss", {"bleu", true}},
                      {{0, 1, 0.5}, {1, most, kNaN}, {0, least, kInfinity}, {1, 0, -kInfinity}}},
      TextRecorded{id, 1, "sample", 400, "ein Hund\n\x01 \xFF\"<b>"},
      AttemptFinished{id,
                      1,
                      Outcome::kOutOfMemory,
                      true,
                      "bad_alloc",
                      "last\nlines",
                      1.5,
                      kNaN,
                      least,
                      3,
                      {"line 3: not JSON",
                       2,
                       "metric 'loss' at step 1: 1, then 2",
                       {"lr", "ä/b"},
                       {"csv 'm.csv'"}}},
      HostStopped{"finished", 9},
      CellsPlanned{"encodings",
                   "beef",
                   4,
                   {{R"({"a":1})", -1, true}, {R"({"a":2})", 4, false}, {"", -1, false}}}};
}

Event event_of_size(std::size_t bytes, std::uint64_t number) {
  TextRecorded event{sample_id(2), 1, fmt::format("{:010}", number), 1, ""};
  const auto size = [&] { return encode_event(event).size() + kRecordHeader; };
  check(size() < bytes, "a record of so few bytes can be made");
  // The length of the text takes 1 to 4 bytes itself.
  event.value.resize(bytes - size());
  event.value.resize(event.value.size() - (size() - bytes));
  // Where the length of a longer text would take a byte more, the name grows.
  if (size() < bytes) event.name += '!';
  for (std::size_t i = 0; i < event.value.size(); ++i) {
    event.value[i] = static_cast<char>('a' + (number + i) % 23);
  }
  check(size() == bytes, "a record of this size can be made");
  return event;
}

}  // namespace polysweep
