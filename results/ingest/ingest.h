// Ingest: reads the journals of a store into its database, each record once.
//
// The place up to which a journal was read is stored in the transaction that
// stores its rows, so a kill at any moment neither loses nor doubles a row.
// Several processes may ingest into one database; they take turns. The rows do
// not depend on the order in which journals are read (results/FORMAT.md says
// which points count).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "framework/core/file_system.h"
#include "results/schema/database.h"

namespace polysweep {

// A place of a journal that could not be read, or a record that could not be
// used. What it said is lost to the database; the rest is there.
struct IngestDamage {
  std::string host;  // the journal's folder
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;  // bytes
  // The end of a segment that a killed host left: nothing acknowledged is lost.
  bool torn_tail = false;
  std::string what;

  friend bool operator==(const IngestDamage&, const IngestDamage&) = default;
};

struct IngestReport {
  std::uint64_t records = 0;
  std::uint64_t points = 0;  // metric points, those that do not count included
  std::uint64_t transactions = 0;
  std::vector<IngestDamage> damage;  // found by this call
};

struct IngestOptions {
  std::size_t rows_per_transaction = 50'000;  // at most about so many
};

class Ingest {
 public:
  // Opens STORE's database for writing. Throws Error as Database does.
  Ingest(FileSystem& files, const std::filesystem::path& store, IngestOptions options = {});
  // The same into another file.
  Ingest(FileSystem& files, const std::filesystem::path& store,
         const std::filesystem::path& database_file, IngestOptions options = {});
  ~Ingest();

  // Reads all that the journals hold now; durable when it returns. Throws Error
  // where the database cannot be written; the next call goes on.
  IngestReport catch_up();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// An Ingest that catches up every 100 ms on a thread of its own. Of several in
// one store one does the work (the lock STORE/ingest.lock), the others wait for
// its end. A database that cannot be written is tried again.
class IngestThread {
 public:
  IngestThread(FileSystem& files, const std::filesystem::path& store);
  // Stops without a last reading.
  ~IngestThread();

  // Throws the Error that ended the thread, if one did.
  void check_alive();
  // Reads what is there, ends the thread and returns all that it read. Throws
  // the Error that ended the thread, if one did.
  IngestReport finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// All damage known to the database, by host and place.
std::vector<IngestDamage> load_damage(const Database& database);

}  // namespace polysweep
