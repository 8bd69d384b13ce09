#include "results/ingest/rebuild.h"

#include <sqlite3.h>

#include <fstream>

#include "framework/core/error.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

// A little of everything, ingested in many steps.
void write_store(StoreSample& store) {
  const TrialId retried = sample_trial("none", 0).id;
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 3, 50));
  store.write("alpha", {started(retried, 1), points(retried, 1, "loss", 1, {1, 2, 3})});
  store.sync();
  ingest(store.path());
  store.write("beta", sample_sweep("one", {"rope", "alibi"}, 2, 60));
  store.write("beta", complete_attempt(sample_trial("rope", 0).id, {4, 5}));
  store.sync();
  ingest(store.path());
  store.kill("alpha");
  store.write("alpha", {started(retried, 2), resumed(retried, 2, 1)});
  store.write("alpha", points(retried, 2, "loss", 2, {9}));
  store.write("alpha", text(retried, 2, "sample", 2, "a cat"));
  store.sync();
  ingest(store.path());
  store.write("alpha", finished(retried, 2, Outcome::kDone, true));
  store.write("alpha", HostStopped{"finished", 70});
  store.sync();
  ingest(store.path());
}

std::vector<std::string> files_of(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  for (const auto& each : std::filesystem::directory_iterator(folder)) {
    out.push_back(each.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("a rebuilt database has the same rows", "[rebuild]") {
  StoreSample store;
  write_store(store);
  const std::string before = dump(store.path());
  const IngestReport report = rebuild(system_files(), store.path());
  CHECK(report.damage.empty());
  CHECK(report.points == 6);
  CHECK(difference(dump(store.path()), before) == "");
  CHECK(files_of(store.path()) == std::vector<std::string>{"journal", "polysweep.db"});
  ingest(store.path());  // and is continued
  CHECK(difference(dump(store.path()), before) == "");
}

TEST_CASE("a missing database is rebuilt from the journals", "[rebuild]") {
  StoreSample store;
  write_store(store);
  const std::string before = dump(store.path());
  for (const char* name : {"polysweep.db", "polysweep.db-wal", "polysweep.db-shm"}) {
    std::filesystem::remove(store.path() / name);
  }
  rebuild(system_files(), store.path());
  CHECK(difference(dump(store.path()), before) == "");
}

TEST_CASE("a damaged database is kept aside and rebuilt", "[rebuild]") {
  StoreSample store;
  write_store(store);
  const std::string before = dump(store.path());
  for (const char* name : {"polysweep.db-wal", "polysweep.db-shm"}) {
    std::filesystem::remove(store.path() / name);
  }
  std::ofstream(database_path(store.path()), std::ios::binary) << std::string(9000, 'x');
  rebuild(system_files(), store.path());
  CHECK(difference(dump(store.path()), before) == "");
  CHECK(std::filesystem::file_size(store.path() / "polysweep.db.damaged") == 9000);
}

TEST_CASE("a database of an older version is rebuilt", "[rebuild]") {
  StoreSample store;
  write_store(store);
  const std::string before = dump(store.path());
  sqlite3* old = nullptr;
  REQUIRE(sqlite3_open(database_path(store.path()).c_str(), &old) == SQLITE_OK);
  REQUIRE(sqlite3_exec(old, "DROP TABLE trial_summary; PRAGMA user_version = 1", nullptr, nullptr,
                       nullptr) == SQLITE_OK);
  sqlite3_close(old);
  CHECK_THROWS_WITH(ingest(store.path()), Contains("`polysweep rebuild`"));
  rebuild(system_files(), store.path());
  CHECK(difference(dump(store.path()), before) == "");
}

TEST_CASE("a database in use is not replaced", "[rebuild]") {
  StoreSample store;
  write_store(store);
  const std::string before = dump(store.path());
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open(database_path(store.path()).c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "SELECT * FROM trial", nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK_THROWS_WITH(rebuild(system_files(), store.path()),
                    Contains("is locked by another program"));
  sqlite3_close(other);
  CHECK(files_of(store.path()) == std::vector<std::string>{"journal", "polysweep.db"});
  CHECK(difference(dump(store.path()), before) == "");
}

TEST_CASE("a store without journals, or with a foreign file, is not rebuilt", "[rebuild]") {
  StoreSample empty;
  CHECK_THROWS_WITH(rebuild(system_files(), empty.path()), Contains("there are no journals in"));
  StoreSample store;
  store.write("alpha", started(sample_trial("rope", 0).id));
  store.sync();
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open(database_path(store.path()).c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "CREATE TABLE t (a)", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(other);
  CHECK_THROWS_WITH(rebuild(system_files(), store.path()), Contains("of another program"));
}

}  // namespace polysweep
