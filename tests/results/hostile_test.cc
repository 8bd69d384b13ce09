#include <fstream>

#include "results/ingest.h"
#include "results/stored_text.h"
#include "results/trial_record.h"
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
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  TrialsPlanned no_identity{"one", "r", 0, {{"{\"data\":\"\"}", 0}}};
  MetricsRecorded no_name{trial, 1, {"loss"}, {{1, 1, 2.0}}};
  store.write("alpha", {SweepPlanned{"one", "r", "not JSON", 1, 5}, no_identity, no_name,
                        ProvenanceSeen{"[1]"}, SweepPlanned{"one", "r", "{}", 1, 5}});
  store.write("alpha", whole_attempt(trial, {1, 2}));
  store.sync();
  const IngestReport report = Ingest(system_files(), store.path()).catch_up();
  std::string all;
  for (const IngestDamage& each : report.damage) all += each.what + "\n";
  REQUIRE(report.damage.size() == 5);
  CHECK(report.damage[0].host == "alpha");
  CHECK_FALSE(report.damage[0].torn_tail);
  CHECK_THAT(all, Contains("the description of sweep one cannot be understood") &&
                      Contains("record 3 cannot be used: a planned trial is no identity text") &&
                      Contains("is of metric 1, and only 1 are named") &&
                      Contains("a provenance document is no JSON object"));
  const Database database(database_path(store.path()), Access::kRead);
  CHECK(load_damage(database) == report.damage);
  CHECK(ask(database, "SELECT state FROM trials") == Lines{"done"});
  CHECK(ask(database, "SELECT count(*) FROM sweeps") == Lines{"0"});
  CHECK(Ingest(system_files(), store.path()).catch_up().damage.empty());  // told once
}

TEST_CASE("damage of a journal is a value, and all else is read", "[hostile]") {
  StoreSample store;
  for (int seed = 0; seed < 200; ++seed) {
    store.write("alpha", whole_attempt(sample_trial("rope", seed).id, std::vector<double>(60, 1)));
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

TEST_CASE("a torn tail is reported once its host begins anew", "[hostile]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", whole_attempt(trial, {1, 2}));
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
  CHECK(ask(store.path(), "SELECT state FROM trials") == Lines{"missing"});
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
