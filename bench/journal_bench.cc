// What durability costs: records a second that a journal takes when it commits
// after every 64 records, or after each, in turn with two peers that write the
// same bytes: a bare loop of write() and fdatasync(), and SQLite (WAL,
// synchronous = FULL) with one row a record. Then how fast a journal is read.
//   journal_bench [RECORDS [REPEATS [FOLDER]]]
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "bench/benchmark.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/journal/event_payload.h"
#include "framework/journal/journal_reader.h"
#include "framework/journal/journal_writer.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

struct BenchOptions {
  std::size_t records = 64 * 500;
  std::size_t repeats = 5;
  fs::path folder = "/tmp";
};

// What a training reports between two evaluations: 10 points of 2 series.
MetricsRecorded event_number(std::size_t number) {
  MetricsRecorded event;
  event.trial.bytes[0] = static_cast<std::uint8_t>(number);
  event.names = {"training_loss", "tokens_per_second"};
  for (int i = 0; i < 10; ++i) {
    event.points.push_back({static_cast<std::uint32_t>(i % 2),
                            static_cast<std::int64_t>(number) + i,
                            1.0 / static_cast<double>(number + 1)});
  }
  return event;
}

double seconds(const std::function<void()>& work) {
  const double before_s = system_clock().monotonic_s();
  work();
  return system_clock().monotonic_s() - before_s;
}

double journal_s(const fs::path& folder, std::size_t records, std::size_t group) {
  JournalWriter writer(system_files(), folder);
  return seconds([&] {
    for (std::size_t i = 1; i <= records; ++i) {
      writer.append(event_number(i));
      if (i % group == 0) writer.sync();
    }
  });
}

double bare_s(const fs::path& folder, std::size_t records, std::size_t group) {
  fs::create_directories(folder);
  const int fd = open((folder / "bare").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
  if (fd < 0) fail("cannot write in {}", folder.string());
  ByteWriter bytes;
  NameNumbers names;
  const double took_s = seconds([&] {
    for (std::size_t i = 1; i <= records; ++i) {
      write_event(bytes, event_number(i), names);
      if (i % group != 0) continue;
      const bool written =
          write(fd, bytes.bytes().data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
          fdatasync(fd) == 0;
      if (!written) fail("cannot write in {}", folder.string());
      bytes.clear();
    }
  });
  close(fd);
  return took_s;
}

void expect_sqlite(int code, sqlite3* database) {
  if (code != SQLITE_OK && code != SQLITE_DONE) fail("SQLite: {}", sqlite3_errmsg(database));
}

double sqlite_s(const fs::path& folder, std::size_t records, std::size_t group) {
  fs::create_directories(folder);
  sqlite3* database = nullptr;
  expect_sqlite(sqlite3_open((folder / "peer.sqlite").c_str(), &database), database);
  const auto run = [&](const char* text) {
    expect_sqlite(sqlite3_exec(database, text, nullptr, nullptr, nullptr), database);
  };
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
  run("CREATE TABLE record (sequence INTEGER PRIMARY KEY, payload BLOB NOT NULL)");
  sqlite3_stmt* insert = nullptr;
  expect_sqlite(
      sqlite3_prepare_v2(database, "INSERT INTO record (payload) VALUES (?)", -1, &insert, nullptr),
      database);
  ByteWriter bytes;
  NameNumbers names;
  const double took_s = seconds([&] {
    for (std::size_t i = 1; i <= records; ++i) {
      if (i % group == 1 || group == 1) run("BEGIN");
      bytes.clear();
      write_event(bytes, event_number(i), names);
      sqlite3_bind_blob(insert, 1, bytes.bytes().data(), static_cast<int>(bytes.size()),
                        SQLITE_STATIC);
      expect_sqlite(sqlite3_step(insert), database);
      sqlite3_reset(insert);
      if (i % group == 0) run("COMMIT");
    }
  });
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return took_s;
}

double read_s(const fs::path& folder, std::size_t records) {
  std::size_t count = 0;
  const double took_s = seconds([&] {
    JournalReader reader(system_files(), folder);
    while (reader.next()) ++count;
    if (!reader.damage().empty()) fail("the journal is damaged");
  });
  if (count != records) fail("{} records were written and {} read", records, count);
  return took_s;
}

using Writing = double (*)(const fs::path&, std::size_t, std::size_t);

struct Arm {
  const char* name;
  Writing write;
  std::vector<double> per_second;
};

void print(const char* name, std::vector<double> values, double peer) {
  std::sort(values.begin(), values.end());
  const double median = values[values.size() / 2];
  std::printf("  %-28s median %9.0f records/s  (%.0f ... %.0f, n = %zu)", name, median,
              values.front(), values.back(), values.size());
  if (peer > 0) std::printf("  %.2fx", median / peer);
  std::printf("\n");
}

class Bench {
 public:
  explicit Bench(const BenchOptions& options) : options_(options) {
    std::string pattern = (options.folder / "journal-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) fail("cannot make a folder in {}", pattern);
    folder_ = pattern;
  }
  ~Bench() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  // In turn, each time from nothing.
  void write_groups(std::size_t group, std::size_t records) {
    Arm arms[] = {{"journal", journal_s, {}},
                  {"write() and fdatasync()", bare_s, {}},
                  {"SQLite, WAL, FULL", sqlite_s, {}}};
    std::vector<double> reads;
    for (std::size_t i = 0; i < options_.repeats; ++i) {
      for (Arm& arm : arms) {
        const fs::path folder = folder_ / "run";
        fs::remove_all(folder);
        const double took_s = arm.write(folder, records, group);
        arm.per_second.push_back(static_cast<double>(records) / took_s);
        if (&arm != &arms[0]) continue;
        reads.push_back(static_cast<double>(records) / read_s(folder, records));
      }
    }
    std::printf("%zu records of about %zu bytes, one commit for %zu; times the journal's speed\n",
                records, encode_event(event_number(1)).size(), group);
    for (const Arm& arm : arms) print(arm.name, arm.per_second, median_of(arms[0].per_second));
    print("reading the journal", reads, 0);
  }

 private:
  BenchOptions options_;
  fs::path folder_;
};

int bench_main(int argc, char** argv) {
  BenchOptions options;
  if (argc > 1) options.records = std::strtoull(argv[1], nullptr, 10) / 64 * 64;
  if (argc > 2) options.repeats = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3) options.folder = argv[3];
  if (options.records == 0 || options.repeats == 0) {
    fail("usage: journal_bench [RECORDS [REPEATS [FOLDER]]], with 64 records or more");
  }
  Bench bench(options);
  bench.write_groups(64, options.records);
  bench.write_groups(1, options.records / 64);
  return 0;
}

}  // namespace

}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("journal_bench", polysweep::bench_main, argc, argv);
}
