// The store of a command: the folder that --store names.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "cli/shared/command.h"
#include "cli/shared/scratch_folder.h"
#include "results/ingest/ingest.h"
#include "results/schema/database.h"

namespace polysweep {

// One that cannot be written (of another user, on a read-only file system) is read all the
// same: its database is then made from its journals in a temporary folder.
class Store {
 public:
  explicit Store(const po::variables_map& given);

  const std::filesystem::path& folder() const { return folder_; }
  // Brings the database up to date with the journals and prints their damage to
  // standard error. Throws Error where there is no store.
  void catch_up() const;
  // Opens the database for reading. Trials that a dead host left running are
  // pending there.
  Database open() const;

 private:
  bool can_be_written() const;
  std::filesystem::path database_file() const;
  void ingest(bool prints_damage) const;

  std::filesystem::path folder_;
  mutable std::shared_ptr<ScratchFolder> scratch_;  // of the temporary database
};

// The sweep of the argument `sweep`, or the only one of the store. Throws Error.
std::string sweep_argument(const Database& database, const po::variables_map& given);

// The sweep called `name`; "": the store's only one. Throws Error that lists the
// sweeps where there is not exactly one.
std::string chosen_sweep(const Database& database, const std::string& name);

// Prints what could not be read. Returns true where data was lost (more than
// the torn tail of a killed host).
bool print_damage(const std::vector<StoreDamage>& damage);

}  // namespace polysweep
