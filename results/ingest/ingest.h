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
#include "results/schema/store_damage.h"

namespace polysweep {

struct IngestReport {
  std::uint64_t records = 0;
  std::uint64_t points = 0;  // metric points, including those that do not count
  std::uint64_t transactions = 0;
  std::vector<StoreDamage> damage;  // found by this call
};

struct IngestOptions {
  std::size_t rows_per_transaction = 50'000;  // approximate maximum
};

class Ingest {
 public:
  // Opens STORE's database for writing. Throws Error as Database does.
  Ingest(FileSystem& files, const std::filesystem::path& store, IngestOptions options = {});
  // The same into another file.
  Ingest(FileSystem& files, const std::filesystem::path& store,
         const std::filesystem::path& database_file, IngestOptions options = {});
  ~Ingest();

  // Reads all that the journals hold now; durable when it returns. Throws Error if
  // the database cannot be written; the next call continues from there.
  IngestReport catch_up();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace polysweep
