#include "results/ingest/ingest.h"

#include <sqlite3.h>

#include <cmath>
#include <functional>
#include <future>
#include <limits>

#include "framework/core/error.h"
#include "results/ingest/ingest_thread.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

// The real files; `before_read` is called before each reading of a journal.
class WatchedFiles : public FileSystem {
 public:
  std::function<void()> before_read = [] {};

  std::unique_ptr<AppendFile> create(const std::filesystem::path& path) override {
    return system_files().create(path);
  }
  std::string read(const std::filesystem::path& path) override {
    before_read();
    return system_files().read(path);
  }
  std::string read_range(const std::filesystem::path& path, std::uint64_t offset,
                         std::size_t size) override {
    before_read();
    return system_files().read_range(path, offset, size);
  }
  void replace(const std::filesystem::path& path, std::string_view bytes) override {
    system_files().replace(path, bytes);
  }
  void create_folders(const std::filesystem::path& path) override {
    system_files().create_folders(path);
  }
  std::vector<std::string> list(const std::filesystem::path& folder) override {
    return system_files().list(folder);
  }
  std::unique_ptr<FileLock> try_lock(const std::filesystem::path& path,
                                     std::string_view note) override {
    return system_files().try_lock(path, note);
  }
};

// Sixty trials of 200 points each, in eight journals.
void write_much(StoreSample& store) {
  store.write("host0", sample_sweep("much", {"rope"}, 60));
  for (int seed = 0; seed < 60; ++seed) {
    std::vector<double> values;
    for (int step = 0; step < 200; ++step) values.push_back(seed + 1.0 / (step + 1));
    store.write(fmt::format("host{}", seed % 8),
                complete_attempt(sample_trial("rope", seed).id, values));
  }
  store.sync();
}

}  // namespace

TEST_CASE("what a journal says becomes rows", "[ingest]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 1));
  store.write("alpha", ProvenanceSeen{R"({"build.commit":"abc"})"});
  store.write("alpha", complete_attempt(trial, {3, 2, 2.5}));
  store.sync();
  const IngestReport report = Ingest(system_files(), store.path()).catch_up();
  CHECK(report.records == 8);
  CHECK(report.points == 3);
  CHECK(report.damage.empty());
  CHECK(ask(store.path(), "SELECT step, value, kind FROM metrics ORDER BY step") ==
        std::vector<std::string>{"1|3|finite", "2|2|finite", "3|2.5|finite"});
  CHECK(ask(store.path(), "SELECT trial, metric, step, value FROM final_metrics") ==
        std::vector<std::string>{trial.hex() + "|loss|3|2.5"});
  CHECK(ask(store.path(),
            "SELECT points, first, last, minimum, minimum_step, maximum FROM summaries") ==
        std::vector<std::string>{"3|3|2.5|2|2|3"});
  CHECK(ask(store.path(),
            "SELECT state, json_extract(parameters, '$.encoding'), json_extract(parameters, "
            "'$.rate') FROM trials ORDER BY 1") ==
        std::vector<std::string>{"done|rope|0.5", "pending|none|0.5"});
  CHECK(
      ask(store.path(), "SELECT cell, levels, planned, done, pending FROM cells ORDER BY cell") ==
      std::vector<std::string>{R"(0|{"encoding":"none"}|1|0|1)", R"(1|{"encoding":"rope"}|1|1|0)"});
  CHECK(ask(store.path(), "SELECT fact, value FROM provenance_facts") ==
        std::vector<std::string>{"build.commit|abc"});
}

TEST_CASE("reading twice adds nothing", "[ingest]") {
  StoreSample store;
  write_much(store);
  Ingest first(system_files(), store.path());
  CHECK(first.catch_up().points == 60 * 200);
  const std::string before = dump(store.path());
  const IngestReport again = first.catch_up();
  CHECK(again.records == 0);
  CHECK(again.transactions == 0);
  CHECK(Ingest(system_files(), store.path()).catch_up().records == 0);
  CHECK(difference(dump(store.path()), before) == "");
}

TEST_CASE("an ingest continues where the journal continues", "[ingest]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  Ingest ingest(system_files(), store.path());
  CHECK(ingest.catch_up().records == 0);  // nothing yet, not even a folder
  store.write("alpha", started(trial));
  for (int i = 0; i < 50; ++i) {
    store.write("alpha", points(trial, 1, "loss", 10 * i, std::vector<double>(10, i)));
    store.sync();
    CHECK(ingest.catch_up().points == 10);
  }
  CHECK(ask(store.path(), "SELECT points, last_step, minimum, maximum FROM summaries") ==
        std::vector<std::string>{"500|499|0|49"});
}

TEST_CASE("two ingests of one store take turns and double nothing", "[ingest]") {
  StoreSample store;
  Ingest one(system_files(), store.path());
  Ingest other(system_files(), store.path());
  std::uint64_t total = 0;
  for (int seed = 0; seed < 20; ++seed) {
    store.write("alpha", complete_attempt(sample_trial("rope", seed).id, {1, 2, 3}));
    store.sync();
    if (seed % 3 == 0) total += other.catch_up().points;
    if (seed % 2 == 0) total += one.catch_up().points;
  }
  total += one.catch_up().points + other.catch_up().points;
  CHECK(total == 60);
  CHECK(ask(store.path(), "SELECT count(*) FROM metrics") == std::vector<std::string>{"60"});
}

TEST_CASE("after an error in the middle the next reading continues", "[ingest]") {
  StoreSample store;
  write_much(store);
  StoreSample undisturbed;
  write_much(undisturbed);
  ingest(undisturbed.path());
  for (const int failing : {1, 2, 3, 5, 8}) {
    WatchedFiles files;
    int reads = 0;
    files.before_read = [&] {
      if (++reads == failing) fail("the disk said no");
    };
    std::filesystem::remove(database_path(store.path()));
    Ingest ingest(files, store.path(), {500});
    CHECK_THROWS_WITH(ingest.catch_up(), "the disk said no");
    ingest.catch_up();
    CHECK(difference(dump(store.path()), dump(undisturbed.path())) == "");
  }
}

TEST_CASE("a database left by a kill at any moment is gone on with", "[ingest]") {
  StoreSample store;
  write_much(store);
  WatchedFiles files;
  std::vector<std::unique_ptr<TemporaryFolder>> images;
  files.before_read = [&] {
    // What is on the disk now is what a killed process leaves.
    const auto& image = images.emplace_back(std::make_unique<TemporaryFolder>());
    for (const char* name : {"polysweep.db", "polysweep.db-wal"}) {
      if (std::filesystem::exists(store.path() / name)) {
        std::filesystem::copy(store.path() / name, image->path() / name);
      }
    }
  };
  Ingest ingest(files, store.path(), {300});
  CHECK(ingest.catch_up().transactions > 10);
  const std::string whole = dump(store.path());
  REQUIRE(images.size() > 5);
  for (const auto& image : images) {
    std::filesystem::copy(journals_path(store.path()), journals_path(image->path()),
                          std::filesystem::copy_options::recursive);
    Ingest(system_files(), image->path()).catch_up();
    CHECK(difference(dump(image->path()), whole) == "");
  }
}

TEST_CASE("NaN and infinities stay what they are", "[ingest]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  store.write("alpha", complete_attempt(trial, {1.5, inf, -inf, nan}));
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT value, kind FROM metrics ORDER BY step") ==
        std::vector<std::string>{"1.5|finite", "inf|inf", "-inf|-inf", "NULL|nan"});
  CHECK(ask(store.path(), "SELECT value, kind FROM final_metrics") ==
        std::vector<std::string>{"NULL|nan"});
  CHECK(ask(store.path(), "SELECT points, not_finite, minimum, maximum FROM summaries") ==
        std::vector<std::string>{"4|3|1.5|1.5"});
}

TEST_CASE("a later point of the same step takes the place of an earlier one", "[ingest]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", points(trial, 1, "loss", 1, {1, 9, 3}));
  store.write("alpha", points(trial, 1, "loss", 2, {2}));
  store.sync();
  Ingest ingest(system_files(), store.path());
  ingest.catch_up();
  store.write("alpha", points(trial, 1, "loss", 3, {2.5}));
  store.sync();
  ingest.catch_up();
  CHECK(ask(store.path(), "SELECT step, value FROM metrics ORDER BY step") ==
        std::vector<std::string>{"1|1", "2|2", "3|2.5"});
  CHECK(ask(store.path(), "SELECT points, minimum, maximum, last FROM summaries") ==
        std::vector<std::string>{"3|1|2.5|2.5"});
  CHECK(ask(store.path(), "SELECT points, points_ignored FROM attempts") ==
        std::vector<std::string>{"5|2"});
}

TEST_CASE("a thread ingests while the host writes and readers read", "[ingest]") {
  StoreSample store;
  IngestThread thread(system_files(), store.path());
  for (int seed = 0; seed < 30; ++seed) {
    store.write("alpha", complete_attempt(sample_trial("rope", seed).id, {1, 2, 3}));
    store.sync();
    const auto counted = ask(store.path(), "SELECT count(*) % 3 FROM metrics");
    CHECK(counted == std::vector<std::string>{"0"});  // complete records only
    thread.check_alive();
  }
  const IngestReport report = thread.finish();
  CHECK(report.points == 90);
  CHECK(ask(store.path(), "SELECT count(*) FROM trials WHERE state = 'done'") ==
        std::vector<std::string>{"30"});
}

TEST_CASE("a thread's error reaches the one who asks", "[ingest]") {
  StoreSample store;
  store.write("alpha", started(sample_trial("rope", 0).id));
  store.sync();
  WatchedFiles files;
  std::promise<void> read;
  files.before_read = [&] {
    read.set_value();
    fail("the disk said no");
  };
  IngestThread thread(files, store.path());
  read.get_future().wait();  // what ends the thread has happened in it
  CHECK_THROWS_WITH(thread.finish(), "the disk said no");
  CHECK_THROWS_WITH(thread.check_alive(), "the disk said no");
}

TEST_CASE("a reader keeps its view while rows are added", "[ingest]") {
  StoreSample store;
  ingest(store.path());
  sqlite3* reader = nullptr;
  REQUIRE(sqlite3_open(database_path(store.path()).c_str(), &reader) == SQLITE_OK);
  REQUIRE(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM point", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
  store.write("alpha", complete_attempt(sample_trial("rope", 0).id, {1, 2, 3}));
  store.sync();
  ingest(store.path());  // not held up by the reader
  const auto rows_seen = [&] {
    int count = -1;
    const auto keep = [](void* out, int, char** values, char**) {
      *static_cast<int*>(out) = std::stoi(values[0]);
      return 0;
    };
    sqlite3_exec(reader, "SELECT count(*) FROM point", keep, &count, nullptr);
    return count;
  };
  CHECK(rows_seen() == 0);
  sqlite3_exec(reader, "COMMIT", nullptr, nullptr, nullptr);
  CHECK(rows_seen() == 3);
  sqlite3_close(reader);
}

TEST_CASE("a database that another program keeps locked is named", "[ingest][slow]") {
  StoreSample store;
  store.write("alpha", started(sample_trial("rope", 0).id));
  store.sync();
  Ingest ingest(system_files(), store.path());
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open(database_path(store.path()).c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK_THROWS_WITH(ingest.catch_up(), Contains("is locked by another program; try again"));
  sqlite3_close(other);
  CHECK(ingest.catch_up().records == 2);
}

}  // namespace polysweep
