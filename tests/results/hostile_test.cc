#include <fstream>

#include "framework/core/bytes.h"
#include "framework/journal/event_payload.h"
#include "framework/journal/journal_format.h"
#include "results/ingest/ingest.h"
#include "results/read/trial_record.h"
#include "results/schema/store_damage.h"
#include "results/schema/stored_text.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Lines = std::vector<std::string>;

// Flips one byte in the middle of the newest segment of a journal.
void damage(const StoreSample& store, const std::string& host, std::size_t at) {
  std::fstream file(journals_path(store.path()) / host / "000001.psj",
                    std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<long>(at));
  const auto byte = static_cast<char>(file.get() ^ 1);
  file.seekp(static_cast<long>(at));
  file.put(byte);
}

// A segment as framework/journal/journal_format.h describes it, for what the writer
// refuses to write. All of it in one block; records are numbered from 1.
class RawSegment {
 public:
  RawSegment() {
    ByteWriter header;
    header.raw(kSegmentMagic);
    header.u32_fixed(kJournalVersion);
    header.u64_fixed(1);
    add_fragment(header.bytes());
  }

  void add(std::uint8_t type, std::string_view payload) {
    ByteWriter rest;
    rest.u32_fixed(static_cast<std::uint32_t>(payload.size()));
    rest.u8(type);
    rest.u8(kPayloadVersion);
    rest.u64_fixed(1);
    rest.u64_fixed(++sequence_);
    rest.raw(payload);
    ByteWriter record;
    record.u64_fixed(record_checksum(rest.bytes()));
    record.raw(rest.bytes());
    add_fragment(record.bytes());
  }
  void add(const Event& event) { add(event_type(event), encode_event(event)); }

  void write(const StoreSample& store, const std::string& host) const {
    REQUIRE(bytes_.size() < kJournalBlock);
    const auto folder = journals_path(store.path()) / host;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / segment_name(1), std::ios::binary) << bytes_;
  }

 private:
  void add_fragment(std::string_view data) {
    ByteWriter checked;
    checked.u8(static_cast<std::uint8_t>(FragmentType::kFull));
    checked.raw(data);
    ByteWriter fragment;
    fragment.u32_fixed(fragment_checksum(checked.bytes()));
    fragment.u8(static_cast<std::uint8_t>(data.size() & 0xFF));
    fragment.u8(static_cast<std::uint8_t>(data.size() >> 8));
    fragment.raw(checked.bytes());
    bytes_ += fragment.bytes();
  }

  std::string bytes_;
  Sequence sequence_ = 0;
};

// The payload of a point of a metric that has no name: the number of its metric, 0,
// made 1.
std::string nameless_metric(const TrialId& trial) {
  const std::string right = encode_event(MetricsRecorded{trial, 1, {"loss"}, {{0, 1, 2.0}}});
  std::string out = right;
  out[right.size() - 10] = 1;  // before one byte of step and 8 of value
  return out;
}

}  // namespace

TEST_CASE("stored texts are UTF-8 without NUL", "[hostile]") {
  CHECK(stored_text("plain, 'quoted', ü, 猫") == "plain, 'quoted', ü, 猫");
  CHECK(stored_text(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(stored_text("a\xff\xc3(") == "a\\xff\\xc3(");
  CHECK(stored_text("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(stored_text("").empty());
}

TEST_CASE("any name of a metric, text or sweep is kept", "[hostile]") {
  const Lines names{"'; DROP TABLE point; --",
                    "\"",
                    "a\nb",
                    "<script>alert(1)</script>",
                    "=cmd|' /C calc'!A0",
                    "$(rm)",
                    "../../x",
                    std::string("n\0l", 3),
                    "\xff\xfe",
                    "",
                    std::string(100'000, 'x')};
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", started(trial));
  for (const std::string& name : names) {
    store.write("alpha", points(trial, 1, name, 1, {1, 2}));
    store.write("alpha", text(trial, 1, name, 1, name));
    store.write("alpha", sample_sweep(stored_text(name), {"rope"}, 1));
  }
  store.write("alpha", finished(trial, 1, Outcome::kError, true, names[7] + names[8]));
  store.sync();
  const IngestReport report = Ingest(system_files(), store.path()).catch_up();
  CHECK(report.damage.empty());
  const Database database(database_path(store.path()), Access::kRead);
  const TrialRecord record = load_trial(database, trial);
  CHECK(record.metrics.size() == names.size());
  CHECK(record.texts.size() == names.size());
  CHECK(record.sweeps.size() == names.size());
  CHECK(record.attempts[0].message == "n\\x00l\\xff\\xfe");
  for (const std::string& name : names) {
    CHECK(load_curve(database, trial, stored_text(name)).size() == 2);
  }
}

TEST_CASE("records that make no sense are reported and the rest is read", "[hostile]") {
  const StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  RawSegment segment;
  segment.add(HostStarted{"alpha", 1, 100, 4711});
  segment.add(SweepPlanned{"one", "r", "not JSON", 1, 5});
  segment.add(TrialsPlanned{"one", "r", 0, {{"{\"data\":\"\"}", 0}}});
  segment.add(7, nameless_metric(trial));
  segment.add(ProvenanceSeen{"[1]"});
  segment.add(SweepPlanned{"one", "r", "{}", 1, 5});
  for (const Event& event : complete_attempt(trial, {1, 2})) segment.add(event);
  segment.write(store, "alpha");
  const IngestReport report = Ingest(system_files(), store.path()).catch_up();
  std::string all;
  for (const StoreDamage& each : report.damage) all += each.what + "\n";
  INFO(all);
  REQUIRE(report.damage.size() == 5);
  CHECK(report.damage[0].host == "alpha");
  CHECK_FALSE(report.damage[0].torn_tail);
  CHECK_THAT(
      all,
      Contains("cannot read the description of sweep one") &&
          Contains(
              "record 3 cannot be used: a planned trial has an identity that cannot be read") &&
          Contains("record 4 has 1 points of metrics whose names were lost") &&
          Contains("a provenance document is not a JSON object of scalars"));
  const Database database(database_path(store.path()), Access::kRead);
  CHECK(load_damage(database) == report.damage);
  CHECK(ask(database, "SELECT state FROM trials") == Lines{"done"});
  CHECK(ask(database, "SELECT count(*) FROM sweeps") == Lines{"0"});
  CHECK(Ingest(system_files(), store.path()).catch_up().damage.empty());  // told once
}

TEST_CASE("an event that only a newer polysweep knows stops the reading there", "[hostile]") {
  const StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  RawSegment segment;
  for (const Event& event : complete_attempt(trial, {1, 2})) segment.add(event);
  segment.add(200, "?");
  segment.write(store, "alpha");
  Ingest ingest(system_files(), store.path());
  for (int i = 0; i < 2; ++i) {
    CHECK_THROWS_WITH(ingest.catch_up(),
                      Contains("000001.psj, byte") &&
                          Contains("record 4 is an event of a newer polysweep (type 200"));
  }
}

TEST_CASE("damage of a journal is a value, and all else is read", "[hostile]") {
  StoreSample store;
  for (int seed = 0; seed < 200; ++seed) {
    store.write("alpha",
                complete_attempt(sample_trial("rope", seed).id, std::vector<double>(60, 1)));
  }
  store.sync();
  REQUIRE(std::filesystem::file_size(journals_path(store.path()) / "alpha" / "000001.psj") >
          100'000);
  damage(store, "alpha", 50'000);
  const IngestReport report = Ingest(system_files(), store.path()).catch_up();
  REQUIRE(report.damage.size() == 1);
  CHECK(report.damage[0].segment == 1);
  CHECK_FALSE(report.damage[0].torn_tail);
  const Database database(database_path(store.path()), Access::kRead);
  CHECK(load_damage(database) == report.damage);
  const auto done = ask(database, "SELECT count(*) FROM trials WHERE state = 'done'");
  CHECK(std::stoi(done[0]) > 100);
  CHECK(std::stoi(done[0]) < 200);
  store.write("alpha", HostStopped{"finished", 1});
  store.sync();
  CHECK(Ingest(system_files(), store.path()).catch_up().damage.empty());
}

TEST_CASE("a torn tail is reported once its host starts again", "[hostile]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", complete_attempt(trial, {1, 2}));
  store.sync();
  store.kill("alpha");
  const auto segment = journals_path(store.path()) / "alpha" / "000001.psj";
  std::filesystem::resize_file(segment, std::filesystem::file_size(segment) - 5);
  Ingest ingest(system_files(), store.path());
  CHECK(ingest.catch_up().damage.empty());  // it may still be written
  CHECK(ask(store.path(), "SELECT state FROM trials") == Lines{"running"});
  store.write("alpha", ProvenanceSeen{"{}"});
  store.sync();
  const IngestReport report = ingest.catch_up();
  REQUIRE(report.damage.size() == 1);
  CHECK(report.damage[0].torn_tail);
  CHECK(ask(store.path(), "SELECT state FROM trials") == Lines{"pending"});
}

TEST_CASE("files beside the journals are left alone", "[hostile]") {
  StoreSample store;
  store.write("alpha", started(sample_trial("rope", 0).id));
  store.sync();
  std::ofstream(journals_path(store.path()) / "README") << "hello";
  std::filesystem::create_directory(journals_path(store.path()) / "empty");
  const IngestReport report = Ingest(system_files(), store.path()).catch_up();
  CHECK(report.records == 2);
  CHECK(report.damage.empty());
}

}  // namespace polysweep
