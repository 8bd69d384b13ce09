// Journals into the database, beside a bare SQLite loop that writes the same
// points with the same durability (write-ahead log, synchronous = FULL, 50,000
// rows a transaction), in turn. The loop has its rows in memory; the ingest
// reads and checks journals, and keeps summaries and states besides.
//   ingest_bench [CELLS [REPEATS [FOLDER]]]      (a cell: 10 trials x 10 x 1000 points)
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "bench/benchmark.h"
#include "bench/sample_store.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "results/ingest/ingest.h"

namespace polysweep {

namespace {

constexpr std::size_t kRowsPerTransaction = 50'000;

struct Row {
  std::int64_t series;
  std::int64_t step;
  double value;
};

void expect_ok(sqlite3* handle, int code) {
  if (code != SQLITE_OK) fail("sqlite: {}", sqlite3_errmsg(handle));
}

void execute(sqlite3* handle, const char* sql) {
  expect_ok(handle, sqlite3_exec(handle, sql, nullptr, nullptr, nullptr));
}

double bare_loop_s(const std::filesystem::path& file, const std::vector<Row>& rows) {
  const double before_s = system_clock().monotonic_s();
  sqlite3* handle = nullptr;
  expect_ok(handle, sqlite3_open(file.c_str(), &handle));
  execute(handle,
          "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
          "PRAGMA cache_size = -65536;"
          "CREATE TABLE point (series_id INTEGER NOT NULL, step INTEGER NOT NULL, value REAL,"
          " PRIMARY KEY (series_id, step)) WITHOUT ROWID");
  sqlite3_stmt* insert = nullptr;
  expect_ok(handle,
            sqlite3_prepare_v2(handle, "INSERT INTO point VALUES (?, ?, ?)", -1, &insert, nullptr));
  for (std::size_t begin = 0; begin < rows.size(); begin += kRowsPerTransaction) {
    execute(handle, "BEGIN IMMEDIATE");
    const std::size_t end = std::min(rows.size(), begin + kRowsPerTransaction);
    for (std::size_t i = begin; i < end; ++i) {
      sqlite3_bind_int64(insert, 1, rows[i].series);
      sqlite3_bind_int64(insert, 2, rows[i].step);
      sqlite3_bind_double(insert, 3, rows[i].value);
      if (sqlite3_step(insert) != SQLITE_DONE) fail("sqlite: {}", sqlite3_errmsg(handle));
      sqlite3_reset(insert);
    }
    execute(handle, "COMMIT");
  }
  sqlite3_finalize(insert);
  sqlite3_close(handle);
  return system_clock().monotonic_s() - before_s;
}

double ingest_s(const SampleStore& store, const std::filesystem::path& file) {
  const double before_s = system_clock().monotonic_s();
  const IngestReport report = [&] {
    return Ingest(system_files(), store.path(), file).catch_up();
  }();
  if (report.points != store.points()) fail("{} points of {}", report.points, store.points());
  return system_clock().monotonic_s() - before_s;
}

int bench_main(int argc, char** argv) {
  SampleSize size;
  size.cells = argc > 1 ? std::atoi(argv[1]) : 10;
  const int repeats = argc > 2 ? std::atoi(argv[2]) : 7;
  SampleStore store(argc > 3 ? argv[3] : "/tmp", size);
  std::vector<Row> rows;
  store.write(store.points(), [&](std::size_t trial, int metric, std::int64_t step, double value) {
    rows.push_back({static_cast<std::int64_t>(trial) * size.metrics + metric + 1, step, value});
  });
  std::vector<double> ours, theirs, ratios;
  for (int i = 0; i < repeats; ++i) {
    const auto file = [&](const char* whose) {
      return store.path() / fmt::format("{}-{}.db", whose, i);
    };
    theirs.push_back(static_cast<double>(rows.size()) / bare_loop_s(file("bare"), rows) / 1e6);
    ours.push_back(static_cast<double>(rows.size()) / ingest_s(store, file("ingest")) / 1e6);
    ratios.push_back(ours.back() / theirs.back());
  }
  std::printf("ingest, %zu points of %zu trials\n", rows.size(), store.trials());
  print_spread("polysweep, journals to database", ours, "M points/s");
  print_spread("bare SQLite loop, points alone", theirs, "M points/s");
  print_spread("ratio (goal >= 0.8)", ratios, "");
  return 0;
}

}  // namespace

}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("ingest_bench", polysweep::bench_main, argc, argv);
}
