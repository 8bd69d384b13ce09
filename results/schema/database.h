// The database of a store: an index over its journals, in SQLite.
//
// results/FORMAT.md documents its tables and views. An object is used by one
// thread; any number of readers can run beside one writer. All of the content can
// be made again from the journals (rebuild.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "results/schema/trial_state.h"

namespace polysweep {

class Connection;  // results/schema/connection.h, internal to results/

// STORE/polysweep.db, where STORE is on a local disk. Otherwise, or with
// $POLYSWEEP_DATABASE, a file below a folder of this machine: that variable's, else the one
// that the file STORE/database-folder names, else $XDG_CACHE_HOME/polysweep/databases
// (~/.cache/...). There each store, by its path, has a folder of its own.
std::filesystem::path database_path(const std::filesystem::path& store);
// Its parts, for tests.
std::filesystem::path database_path(const std::filesystem::path& store, bool is_local);
// STORE/journal.
std::filesystem::path journals_path(const std::filesystem::path& store);

// Names a folder of STORE's databases, for everybody who reads the store; $NAME in it is a
// variable of whoever asks.
inline constexpr std::string_view kDatabaseFolderFile = "database-folder";
inline constexpr const char* kDatabaseVariable = "POLYSWEEP_DATABASE";

enum class Access : std::uint8_t {
  kRead,   // nothing can be written; the file must exist
  kWrite,  // created if it does not exist
  // To take its place (rebuild.h), or to see whose it is: an older version is accepted,
  // and no table may be used.
  kReplace,
};

class Database {
 public:
  // Throws Error that says what to do for a file that does not exist (kRead), is not
  // a database, belongs to another program or another version of polysweep, is
  // damaged or locked, or is on a network file system.
  Database(std::filesystem::path file, Access access);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) = delete;

  const std::filesystem::path& path() const { return path_; }
  Connection& connection() const { return *connection_; }

  // Trials (by key) that were left running by hosts that are not alive
  // (results/read/lost_hosts.h). Empty after opening.
  void set_lost_trials(std::set<std::int64_t> trial_ids) { lost_trials_ = std::move(trial_ids); }
  const std::set<std::int64_t>& lost_trials() const { return lost_trials_; }
  // The state of a trial whose row has `stored` in column trial.state: a lost trial
  // is pending.
  TrialState current_state(std::int64_t trial_id, std::int64_t stored) const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<Connection> connection_;
  std::set<std::int64_t> lost_trials_;
};

// The name ("NFS") of a file system type of statfs(2) that is shared over a network,
// where SQLite's locks are not reliable; "" for a local one.
std::string_view network_file_system(std::int64_t statfs_type);

}  // namespace polysweep
