// Metric names in journals and channels: written once, and never mistaken.
#include "framework/journal/metric_names.h"

#include "framework/core/error.h"
#include "framework/journal/event_payload.h"
#include "framework/journal/journal_format.h"
#include "framework/worker/message.h"
#include "tests/framework/event_sample.h"
#include "tests/framework/journal_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

const std::string kFirst = "journal/000001.psj";

// As long as the names of a real training.
std::string name_of(std::uint32_t metric) {
  return fmt::format("gradient_norm/layer_{:04}", metric);
}

// A point whose value says which metric and step it belongs to.
double value_of(std::uint32_t metric, std::int64_t step) {
  return metric + static_cast<double>(step) / 1e6;
}

MetricsRecorded batch(const std::vector<std::uint32_t>& metrics, std::int64_t step) {
  MetricsRecorded event{sample_id(3), 1, {}, {}};
  for (const std::uint32_t metric : metrics) {
    const auto index = static_cast<std::uint32_t>(event.names.size());
    event.names.emplace_back(name_of(metric), metric % 2 == 1);
    event.points.push_back({index, step, value_of(metric, step)});
  }
  return event;
}

std::vector<std::uint32_t> first_metrics(std::uint32_t count) {
  std::vector<std::uint32_t> out(count);
  for (std::uint32_t i = 0; i < count; ++i) out[i] = i;
  return out;
}

// The bytes of 100 one-point batches once `known` names have been used.
std::size_t journal_bytes(std::uint32_t known) {
  MemoryFiles files;
  JournalWriter writer(files, kSampleJournal);
  writer.append(batch(first_metrics(known), 0));
  writer.sync();
  const std::size_t before = files.content.at(kFirst).size();
  for (int i = 0; i < 100; ++i) writer.append(batch({known - 1}, i + 1));
  writer.sync();
  return files.content.at(kFirst).size() - before;
}

std::size_t channel_bytes(std::uint32_t known) {
  ByteWriter out;
  NameNumbers names;
  append_message(out, batch(first_metrics(known), 0), names);
  const std::size_t before = out.size();
  for (int i = 0; i < 100; ++i) append_message(out, batch({known - 1}, i + 1), names);
  return out.size() - before;
}

// The points of a journal that are not what value_of() says; and how many there are.
std::size_t wrong_points(const JournalContent& journal, std::size_t& count) {
  std::size_t wrong = 0;
  for (const PlacedRecord& placed : journal.records) {
    const auto* event = std::get_if<MetricsRecorded>(&placed.record.event);
    if (event == nullptr) continue;
    for (const MetricPoint& point : event->points) {
      const MetricName& name = event->names.at(point.name);
      const auto metric = static_cast<std::uint32_t>(point.value);
      const bool right = name.text == name_of(metric) && name.own_clock == (metric % 2 == 1) &&
                         point.value == value_of(metric, point.step);
      wrong += right ? 0 : 1;
      ++count;
    }
  }
  return wrong;
}

}  // namespace

TEST_CASE("metric names are sent once a channel, not with every batch", "[metric_names]") {
  CHECK(static_cast<double>(channel_bytes(2000)) <= 1.1 * static_cast<double>(channel_bytes(3)));
}

TEST_CASE("metric names are journalled once a span, not with every batch", "[metric_names]") {
  CHECK(static_cast<double>(journal_bytes(2000)) <= 1.1 * static_cast<double>(journal_bytes(3)));
}

TEST_CASE("a channel refuses a point of a metric that was not named", "[metric_names]") {
  ByteWriter out;
  NameNumbers sent;
  append_message(out, batch({0}, 1), sent);
  const std::size_t first = out.size();
  append_message(out, batch({0}, 2), sent);
  NumberedNames received;
  const std::string_view second = std::string_view(out.bytes()).substr(first);
  CHECK_THROWS_WITH(decode_message(second, received),
                    Contains("a point of metric number 0, which was not named"));
  decode_message(std::string_view(out.bytes()).substr(0, first), received);
  const Message message = decode_message(second, received);
  CHECK(std::get<MetricsRecorded>(message).names.at(0).text == name_of(0));
}

TEST_CASE("a message that is too long takes back the names it would have defined",
          "[metric_names]") {
  MetricsRecorded event{sample_id(1), 1, {"loss"}, {}};
  event.points.assign(kLongestMessage / 10 + 1, {0, 1, 0.5});
  ByteWriter out;
  NameNumbers sent;
  CHECK_THROWS_WITH(append_message(out, event, sent), Contains("is too long"));
  CHECK(out.size() == 0);
  event.points.resize(1);
  append_message(out, event, sent);
  NumberedNames received;
  CHECK(std::get<MetricsRecorded>(decode_message(out.bytes(), received)).points.size() == 1);
}

TEST_CASE("a record that is too long takes back the names it would have defined",
          "[metric_names]") {
  MemoryFiles files;
  JournalWriter writer(files, kSampleJournal);
  MetricsRecorded event = batch({0, 1}, 1);
  event.points.resize(kLongestRecord / 10 + 1, {1, 1, 0.5});
  CHECK_THROWS_WITH(writer.append(event), Contains("is too long"));
  writer.append(batch({1}, 1));
  writer.append(batch({0}, 2));
  writer.sync();
  const JournalContent read = read_journal(files, kSampleJournal);
  std::size_t count = 0;
  CHECK(wrong_points(read, count) == 0);
  CHECK(count == 2);
  CHECK(read.damage.empty());
}

TEST_CASE("a number never stands for two names", "[metric_names]") {
  NumberedNames names;
  names.define(3, "loss");
  names.define(3, "loss");
  CHECK_THROWS_WITH(names.define(3, "bleu"),
                    "metric number 3 is defined as 'bleu', but it is "
                    "'loss'");
  CHECK_THROWS_WITH(names.define(3, MetricName("loss", true)), Contains("but it is 'loss'"));
  CHECK_THROWS_AS(names.define(kMostMetricNames, "loss"), Error);
  std::vector<MetricName> used;
  names.begin_payload();
  CHECK_FALSE(names.index_of(2, used));
  CHECK(names.index_of(3, used) == 0U);
  CHECK(used.size() == 1);
}

TEST_CASE("names are defined again in each span and each segment", "[metric_names]") {
  MemoryFiles files;
  {
    JournalWriter writer(files, kSampleJournal);
    const std::vector<std::uint32_t> metrics = first_metrics(50);
    // 64 MiB and more: a second segment follows.
    for (std::int64_t step = 0; step < 100'000; ++step) writer.append(batch(metrics, step));
    writer.sync();
  }
  REQUIRE(files.content.size() >= 2);
  JournalReader reader(files, kSampleJournal);
  std::uint64_t records = 0;
  std::vector<JournalPosition> places;
  while (const auto record = reader.next()) {
    const auto& event = std::get<MetricsRecorded>(record->event);
    REQUIRE(event.points.size() == 50);
    REQUIRE(event.names.at(49).text == name_of(49));
    if (++records % 9973 == 0) places.push_back(reader.position());
  }
  CHECK(records == 100'000);
  CHECK(reader.damage().empty());
  // From a place inside a span, whose definitions come before it.
  for (const JournalPosition& place : places) {
    JournalReader rest(files, kSampleJournal, place);
    const auto record = rest.next();
    REQUIRE(record);
    CHECK(record->sequence == place.last_sequence + 1);
    CHECK(std::get<MetricsRecorded>(record->event).points.size() == 50);
    CHECK(rest.damage().empty());
  }
}

TEST_CASE(
    "a lost definition costs the points of its metrics up to the end of the span, and says so",
    "[metric_names]") {
  MemoryFiles files;
  std::size_t written = 0;
  {
    JournalWriter writer(files, kSampleJournal);
    writer.append(batch({0, 1, 2}, 1));  // defines them
    writer.append(batch({7}, 1));
    // Over the end of the first span.
    for (std::int64_t step = 2; step < 20'000; ++step) writer.append(batch({0, 7}, step));
    writer.sync();
    written = 4 + 2 * 19'998;
  }
  std::string& bytes = files.content.at(kFirst);
  REQUIRE(bytes.size() > kNameSpan + kJournalBlock);
  // The fragment after the segment's header, without which the rest of the block is lost
  // too: damage the record instead, whose fragment gets a checksum that matches.
  const std::size_t fragment = kFragmentHeader + kSegmentMagic.size() + 12;
  const std::size_t size = static_cast<std::uint8_t>(bytes[fragment + 4]) |
                           std::size_t{static_cast<std::uint8_t>(bytes[fragment + 5])} << 8;
  bytes[fragment + kFragmentHeader + kRecordHeader + 3] ^= 1;
  ByteWriter checksum;
  checksum.u32_fixed(
      fragment_checksum(std::string_view(bytes).substr(fragment + kFragmentHeader - 1, size + 1)));
  bytes.replace(fragment, 4, checksum.bytes());

  const JournalContent read = read_journal(files, kSampleJournal);
  REQUIRE(read.damage.size() == 2);
  CHECK(read.damage[0].what == "a record whose checksum does not match; record 1 is missing");
  CHECK(read.damage[1].what ==
        fmt::format("record 3 has 1 points of metrics whose names were lost with an earlier "
                    "record; points of these metrics are lost up to byte {}",
                    kNameSpan));
  std::size_t count = 0;
  CHECK(wrong_points(read, count) == 0);
  // All of metric 7, and what the second span has of metric 0.
  std::size_t in_second_span = 0;
  for (const PlacedRecord& placed : read.records) in_second_span += placed.begin >= kNameSpan;
  CHECK(count == 1 + 19'998 + in_second_span);
  CHECK(count < written);
  CHECK(in_second_span > 0);
}

TEST_CASE("no damage gives a point to another metric", "[metric_names]") {
  MemoryFiles files;
  {
    JournalWriter writer(files, kSampleJournal);
    for (std::uint32_t i = 0; i < 600; ++i) {
      writer.append(batch({i % 40, (i * 7) % 60}, i));
      if (i % 200 == 199) writer.append(event_of_size(20'000, i));
    }
    writer.sync();
  }
  const std::size_t written = 2 * 600;
  const std::string intact = files.content.at(kFirst);
  REQUIRE(intact.size() > 2 * kJournalBlock);
  for (std::size_t at = 0; at < intact.size(); at += 13) {
    std::string& bytes = files.content.at(kFirst);
    bytes = intact;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    const JournalContent read = read_journal(files, kSampleJournal);
    std::size_t count = 0;
    INFO("a bit at byte " << at);
    REQUIRE(wrong_points(read, count) == 0);
    REQUIRE((count == written || !read.damage.empty() || read.at_torn_tail));
  }
}

}  // namespace polysweep
