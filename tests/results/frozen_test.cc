// A database of this version, kept as it was written: later builds give the same
// answers from it, until a change of the schema gives it another version, with
//   results_tests "[.freeze]"
#include <sqlite3.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "framework/core/error.h"
#include "results/read/documented_views.h"
#include "results/read/query.h"
#include "results/schema/schema.h"
#include "results/schema/wide_view.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::filesystem::path frozen_file(const char* ending) {
  return std::filesystem::path(POLYSWEEP_SOURCE_FOLDER) / "tests" / "databases" /
         fmt::format("version_{}.{}", kSchemaVersion, ending);
}

Event with_findings(Event event) {
  std::get<AttemptFinished>(event).findings = {"line 3: not JSON",
                                               2,
                                               "metric 'loss' at step 1: 1, then 2",
                                               {"lr", "\"ä\"/b"},
                                               {"csv 'm.csv'"},
                                               {"data/cache.bin"}};
  return event;
}

// Something of everything that a database can hold.
void write_everything(StoreSample& store) {
  const TrialId retried = sample_trial("none", 0).id;
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string provenance = R"({"build.commit":"abc","machine.cpu":"x86"})";
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 3, 50));
  store.write("alpha", ProvenanceSeen{provenance});
  store.write("alpha", {started(retried, 1), points(retried, 1, "loss", 1, {1, 2, 3})});
  store.write("alpha", text(retried, 1, "sample", 1, "a dog"));
  store.kill("alpha");
  store.write("alpha", {started(retried, 2), resumed(retried, 2, 1)});
  store.write("alpha", points(retried, 2, "loss", 2, {9, -1e300, 5e-324}));
  store.write("alpha", points(retried, 2, "bleu", 4, {30.25}));
  store.write("alpha", text(retried, 2, "sample", 2, "<b>a cat</b>\n\"ü\""));
  store.write("alpha", with_findings(finished(retried, 2, Outcome::kDone, true)));
  store.write("alpha", complete_attempt(sample_trial("rope", 0).id, {inf, -inf, nan, 0.5}));
  store.write("alpha", {started(sample_trial("none", 1).id),
                        points(sample_trial("none", 1).id, 1, "=cmd'\"\n", 1, {1}),
                        finished(sample_trial("none", 1).id, 1, Outcome::kDiverged, true)});
  store.write("alpha", {started(sample_trial("rope", 1).id),
                        finished(sample_trial("rope", 1).id, 1, Outcome::kError, true, "no file")});
  store.write("alpha", HostStopped{"finished", 70});
  store.write("beta", sample_sweep("two", {"rope", "alibi"}, 2, 60));
  store.write("beta", started(sample_trial("alibi", 0).id));
  store.write("beta",
              finished(sample_trial("rope", 1).id, 3, Outcome::kHostLost, false, "lease ran out"));
  store.write("beta", TrialsPlanned{"three", "r", 0, {{"{\"data\":\"\"}", 0}}});
  store.sync();
}

// A long series of a settled trial, of which a thinned curve is kept.
void write_long_series(StoreSample& store) {
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back(1.0 / (1 + i));
  store.write("gamma", complete_attempt(sample_trial("alibi", 1).id, values));
  store.sync();
}

// A line each; a newline inside of one is written as \n.
std::string rows_of(const Database& database, const std::string& query) {
  std::string out;
  for (const std::string& row : ask(database, query)) {
    out += "= ";
    for (const char each : row) out += each == '\n' ? std::string("\\n") : std::string(1, each);
    out += "\n";
  }
  return out;
}

// Every documented view in full: the query, then its rows.
std::string answers(const Database& database) {
  std::string out;
  for (const ViewInfo& view : documented_views(database)) {
    std::string columns, places;
    for (std::size_t i = 0; i < view.columns.size(); ++i) {
      // The other columns have the names of metrics, which no line could hold.
      if (view.name == kWideView && i == 5) break;
      columns += (i == 0 ? "" : ", ") + view.columns[i];
      places += (i == 0 ? "" : ", ") + std::to_string(i + 1);
    }
    const std::string query =
        fmt::format("SELECT {} FROM {} ORDER BY {}", columns, view.name, places);
    out += "? " + query + "\n";
    out += rows_of(database, query);
  }
  return out;
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("freeze a database of this version", "[.freeze]") {
  REQUIRE_FALSE(std::filesystem::exists(frozen_file("db")));
  StoreSample store;
  write_everything(store);
  write_long_series(store);
  ingest(store.path());
  std::ofstream(frozen_file("txt"), std::ios::binary)
      << answers(Database(database_path(store.path()), Access::kRead));
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(database_path(store.path()).c_str(), &handle) == SQLITE_OK);
  const std::string copy = fmt::format("VACUUM INTO '{}'", frozen_file("db").string());
  REQUIRE(sqlite3_exec(handle, copy.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

TEST_CASE("the frozen database is opened and answers the same", "[frozen]") {
  REQUIRE(std::filesystem::exists(frozen_file("db")));
  const TemporaryFolder folder;
  const auto file = database_path(folder.path());
  std::filesystem::copy(frozen_file("db"), file);
  const Database database(file, Access::kRead);
  std::istringstream lines(content(frozen_file("txt")));
  std::string expected, got, line;
  while (std::getline(lines, line)) {
    expected += line + "\n";
    if (!line.starts_with("? ")) continue;
    got += line + "\n";
    got += rows_of(database, line.substr(2));
  }
  CHECK(difference(got, expected) == "");
}

TEST_CASE("ingest continues a frozen database", "[frozen]") {
  StoreSample store;
  std::filesystem::copy(frozen_file("db"), database_path(store.path()));
  write_everything(store);  // the journals that it was made from
  write_long_series(store);
  const TrialId trial = sample_trial("none", 2).id;
  store.write("beta", complete_attempt(trial, {4, 3}));
  store.sync();
  ingest(store.path());
  const std::string continued = dump(store.path());
  for (const char* ending : {"", "-wal", "-shm"}) {
    std::filesystem::remove(database_path(store.path()).string() + ending);
  }
  ingest(store.path());
  CHECK(difference(continued, dump(store.path())) == "");
}

}  // namespace polysweep
