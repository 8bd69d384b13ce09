#include "results/read/query.h"

#include "framework/core/error.h"
#include "results/ingest/ingest.h"
#include "results/read/documented_views.h"
#include "results/schema/wide_view.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

Database sample_database(const StoreSample& store) {
  Ingest(system_files(), store.path()).catch_up();
  return Database(database_path(store.path()), Access::kRead);
}

std::string message_of(const Database& database, const std::string& sql, QueryLimits limits = {}) {
  try {
    run_query(database, sql, {}, limits);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a query gives names and typed values", "[query]") {
  const StoreSample store;
  const Database database = sample_database(store);
  std::vector<std::string> names;
  std::vector<QueryValue> values;
  QueryReceiver receiver;
  receiver.columns = [&](const std::vector<std::string>& given) { names = given; };
  receiver.row = [&](std::span<const QueryValue> row) { values.assign(row.begin(), row.end()); };
  const QueryOutcome outcome = run_query(
      database, "SELECT 1 AS a, 2.5 AS b, 'x' AS c, NULL AS d, x'00ff' AS e, 9e999 AS f", receiver);
  CHECK(names == std::vector<std::string>{"a", "b", "c", "d", "e", "f"});
  const std::vector<QueryValue> expected{std::int64_t{1},
                                         2.5,
                                         std::string("x"),
                                         std::monostate{},
                                         QueryBlob{std::string("\0\xff", 2)},
                                         std::numeric_limits<double>::infinity()};
  CHECK((values == expected));
  CHECK(outcome.rows == 1);
  CHECK_FALSE(outcome.truncated);
}

namespace {

std::vector<std::string> wide_columns(const Database& database) {
  for (const ViewInfo& view : documented_views(database)) {
    if (view.name == kWideView) return view.columns;
  }
  return {};
}

// As another program sees the database.
std::vector<std::string> other_program(const StoreSample& store, const std::string& sql) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open_v2(database_path(store.path()).c_str(), &handle, SQLITE_OPEN_READONLY,
                          nullptr) == SQLITE_OK);
  std::vector<std::string> rows;
  char* wrong = nullptr;
  const auto add = [](void* out, int count, char** values, char**) {
    std::string line;
    for (int i = 0; i < count; ++i) {
      line += std::string(i == 0 ? "" : "|") + (values[i] == nullptr ? "NULL" : values[i]);
    }
    static_cast<std::vector<std::string>*>(out)->push_back(line);
    return 0;
  };
  sqlite3_exec(handle, sql.c_str(), add, &rows, &wrong);
  if (wrong != nullptr) rows = {wrong};
  sqlite3_free(wrong);
  sqlite3_close(handle);
  return rows;
}

}  // namespace

TEST_CASE("the wide view has a column for each parameter and final metric", "[query]") {
  StoreSample store;
  const Trial done = sample_trial("rope", 0);
  const Trial running = sample_trial("none", 1);
  store.write("alpha", sample_sweep("encodings", {"none", "rope"}, 2));
  store.write("alpha", complete_attempt(done.id, {3, 2}));
  store.write("alpha", started(running.id));
  store.write("alpha", points(running.id, 1, "loss", 0, {7}));
  store.write("alpha", points(running.id, 1, "seed", 0, {8}));
  store.sync();
  const Database database = sample_database(store);
  const std::string columns =
      "SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_table_info('wide'))";
  CHECK(other_program(store, columns) ==
        std::vector<std::string>{"sweep code trial experiment state encoding rate seed loss "
                                 "final_seed"});
  const std::string sql =
      "SELECT sweep, encoding, seed, rate, loss, state FROM Wide "
      "WHERE state <> 'pending' ORDER BY 2";
  const std::vector<std::string> rows = {"encodings|none|1|0.5|NULL|running",
                                         "encodings|rope|0|0.5|2|done"};
  CHECK(ask(database, sql) == rows);
  CHECK(ask(database, "SELECT count(*), count(final_seed) FROM wide") ==
        std::vector<std::string>{"4|0"});
  CHECK(other_program(store, "SELECT sweep, encoding, state FROM wide WHERE state = 'done'") ==
        std::vector<std::string>{"encodings|rope|done"});
  // The trials of two sweeps are told apart, and a sweep planned again has its last plan alone.
  store.write("alpha", sample_sweep("other", {"rope"}, 1));
  store.write("alpha", sample_sweep("encodings", {"rope"}, 2));
  store.sync();
  ingest(store.path());
  CHECK(ask(store.path(), "SELECT sweep, count(*) FROM wide GROUP BY 1") ==
        std::vector<std::string>{"encodings|2", "other|1"});
}

TEST_CASE("the wide view follows new metrics, whatever they are called", "[query]") {
  StoreSample store;
  const Trial trial = sample_trial("rope", 0);
  store.write("alpha", sample_sweep("encodings", {"rope"}, 1));
  store.write("alpha", started(trial.id));
  store.write("alpha", points(trial.id, 1, "a", 0, {1}));
  store.sync();
  ingest(store.path());
  const std::vector<std::string> names = {
      "A",   "code", "Sweep", "final_A", "it's", "q\"q", "a; DROP TABLE trial",
      "$.x", "%s{}", "loss"};
  double value = 2;
  for (const std::string& name : names) {
    store.write("alpha", points(trial.id, 1, name, 0, {value++}));
    store.sync();
    ingest(store.path());
  }
  store.write("alpha", finished(trial.id, 1, Outcome::kDone, true));
  store.sync();
  ingest(store.path());
  const Database database(database_path(store.path()), Access::kRead);
  // What the sweep compares by, then in the order of the names.
  CHECK(wide_columns(database) ==
        std::vector<std::string>{"sweep", "code", "trial", "experiment", "state", "encoding",
                                 "rate", "seed", "loss", "$.x", "%s{}", "A", "final_Sweep",
                                 "final_a", "a; DROP TABLE trial", "final_code", "final_final_A",
                                 "it's", "q\"q"});
  CHECK(ask(database,
            "SELECT \"$.x\", \"%s{}\", A, final_Sweep, final_a, \"a; DROP TABLE trial\", "
            "final_code, final_final_A, \"it's\", loss, \"q\"\"q\" FROM wide") ==
        std::vector<std::string>{"9|10|2|4|1|8|3|5|6|11|7"});
}

TEST_CASE("parameters with names that SQL reads otherwise are columns too", "[query]") {
  StoreSample store;
  Trial trial = sample_trial("rope", 0);
  PlanDescription plan = parse_description(sample_description("odd", {"rope"}));
  int value = 0;
  for (const char* name : {"x\"y'z", "Code", "a.b", "$", "CODE"}) {
    trial.parameters.set(name, Value(++value));
    plan.fixed.set(name, Value(value));
  }
  TrialsPlanned trials{"odd", "r", 0, {{identity_text(trial), 0}}};
  store.write("alpha", {SweepPlanned{"odd", "r", description_json(plan), 1, 5},
                        sample_cells("odd", "r", {"rope"}), trials});
  store.sync();
  const Database database = sample_database(store);
  CHECK(ask(database,
            "SELECT \"x\"\"y'z\", parameter_Code, \"a.b\", \"$\", parameter_parameter_Code "
            "FROM wide") == std::vector<std::string>{"1|5|3|4|2"});
}

TEST_CASE("more metrics than SQLite has columns: those that are compared stay", "[query]") {
  StoreSample store;
  const Trial trial = sample_trial("rope", 0);
  store.write("alpha", sample_sweep("encodings", {"rope"}, 1));
  store.write("alpha", started(trial.id));
  for (int i = 0; i < 2100; ++i) {
    store.write("alpha", points(trial.id, 1, fmt::format("a{:04}", i), 0, {1.0 * i}));
  }
  store.write("alpha", points(trial.id, 1, "loss", 0, {0.5}));
  store.write("alpha", finished(trial.id, 1, Outcome::kDone, true));
  store.sync();
  const Database database = sample_database(store);
  CHECK(wide_columns(database).size() == 1900);
  CHECK(ask(database, "SELECT loss, a0007, encoding FROM wide") ==
        std::vector<std::string>{"0.5|7|rope"});
  CHECK(left_out_of_wide_view(database.connection()) == 2101 + 8 - 1900);
}

TEST_CASE("a query that does more than read is refused by name", "[query]") {
  const StoreSample store;
  const Database database = sample_database(store);
  const auto refused = [&](const std::string& sql, const std::string& what) {
    CHECK_THAT(message_of(database, sql),
               Contains("a query can only read: " + what + " is not allowed"));
  };
  refused("INSERT INTO metric (name) VALUES ('x')", "INSERT");
  refused("UPDATE trial SET state = 2", "UPDATE");
  refused("DELETE FROM point", "DELETE");
  refused("WITH x AS (SELECT 1) DELETE FROM point", "DELETE");
  refused("ATTACH '/tmp/other.db' AS other", "ATTACH");
  refused("DETACH main", "DETACH");
  refused("PRAGMA journal_mode = DELETE", "PRAGMA journal_mode");
  refused("SELECT * FROM pragma_journal_mode", "PRAGMA journal_mode");
  refused("SELECT load_extension('/tmp/evil.so')", "the function load_extension");
  refused("BEGIN IMMEDIATE", "a transaction");
  refused("SAVEPOINT s", "a transaction");
  refused("CREATE TABLE t (a)", "a change of the schema");
  refused("CREATE TEMP TABLE t (a)", "a change of the schema");
  refused("DROP TABLE point", "a change of the schema");
  refused("REINDEX", "a change of the schema");
  CHECK_THAT(message_of(database, "UPDATE sqlite_master SET sql = ''"),
             Contains("may not be modified"));
  const auto copy = store.path() / "copy.db";
  CHECK_THAT(message_of(database, fmt::format("VACUUM INTO '{}'", copy.string())),
             Contains("a query can only read, and this statement writes"));
  CHECK_FALSE(std::filesystem::exists(copy));
}

TEST_CASE("functions that give tables may be asked", "[query]") {
  const StoreSample store;
  const Database database = sample_database(store);
  CHECK(ask(database, "SELECT value FROM json_each('[4,5]')") ==
        std::vector<std::string>{"4", "5"});
}

TEST_CASE("a query that is wrong says so", "[query]") {
  const StoreSample store;
  const Database database = sample_database(store);
  CHECK_THAT(message_of(database, "SELEC 1"), Contains("SQL error: near \"SELEC\""));
  CHECK_THAT(message_of(database, "SELECT x FROM nowhere"),
             Contains("no such table: nowhere") && Contains("polysweep query --schema"));
  CHECK_THAT(message_of(database, "  -- nothing\n"), Contains("the query is empty"));
  CHECK_THAT(message_of(database, "SELECT 1; SELECT 2"), Contains("more than one statement"));
  CHECK_THAT(message_of(database, std::string("SELECT 1\0 + 1", 13)),
             Contains("contains a NUL byte"));
  CHECK(message_of(database, "SELECT 1;  -- done\n") == "");
}

TEST_CASE("a query that runs forever is stopped", "[query]") {
  const StoreSample store;
  const Database database = sample_database(store);
  const std::string forever =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
  CHECK_THAT(message_of(database, forever, {0.05, 10}),
             Contains("the query took more than 0.05 s and was stopped"));
  CHECK(message_of(database, "SELECT 1") == "");  // and the next one runs
}

TEST_CASE("a query makes no text that fills the memory", "[query]") {
  const StoreSample store;
  const Database database = sample_database(store);
  CHECK_THAT(message_of(database, "SELECT zeroblob(1000000000)"), Contains("too big"));
  CHECK_THAT(message_of(database, "SELECT replace(hex(zeroblob(20000000)), '0', '0123456789')"),
             Contains("too big"));
  CHECK(message_of(database, "SELECT length(zeroblob(10000000))") == "");
}

TEST_CASE("a query stops at its row limit and says so", "[query]") {
  const StoreSample store;
  const Database database = sample_database(store);
  const std::string endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
  const QueryOutcome outcome = run_query(database, endless, {}, {5, 1000});
  CHECK(outcome.rows == 1000);
  CHECK(outcome.truncated);
  CHECK_FALSE(run_query(database, endless + " LIMIT 1000", {}, {5, 1000}).truncated);
}

TEST_CASE("queries want a database that cannot be written", "[query]") {
  const StoreSample store;
  sample_database(store);
  const Database database(database_path(store.path()), Access::kWrite);
  CHECK_THAT(message_of(database, "SELECT 1"), Contains("open for reading only"));
}

TEST_CASE("what a receiver throws ends the query", "[query]") {
  const StoreSample store;
  const Database database = sample_database(store);
  QueryReceiver receiver;
  receiver.row = [](std::span<const QueryValue>) { fail("enough"); };
  CHECK_THROWS_WITH(run_query(database, "SELECT 1", receiver), "enough");
  CHECK(message_of(database, "SELECT 1") == "");
}

}  // namespace polysweep
