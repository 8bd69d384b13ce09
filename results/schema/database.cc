#include "results/schema/database.h"

#include <sys/vfs.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "framework/core/clock.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/name_rule.h"
#include "results/schema/connection.h"
#include "results/schema/schema.h"

namespace polysweep {
namespace {

constexpr int kBusyTimeout_ms = 10'000;
constexpr const char* kDatabaseFile = "polysweep.db";
constexpr std::size_t kStoreDigits = 16;

struct NetworkFileSystem {
  std::int64_t type;  // statfs(2) f_type
  std::string_view name;
};
constexpr std::array kNetworkFileSystems{
    NetworkFileSystem{0x6969, "NFS"},          NetworkFileSystem{0x517B, "SMB"},
    NetworkFileSystem{0xFE534D42, "SMB"},      NetworkFileSystem{0xFF534D42, "CIFS"},
    NetworkFileSystem{0x0BD00BD0, "Lustre"},   NetworkFileSystem{0x47504653, "GPFS"},
    NetworkFileSystem{0x19830326, "BeeGFS"},   NetworkFileSystem{0x00C36400, "Ceph"},
    NetworkFileSystem{0x5346414F, "AFS"},      NetworkFileSystem{0x6B414653, "AFS"},
    NetworkFileSystem{0x73757245, "Coda"},     NetworkFileSystem{0x564C, "NCP"},
    NetworkFileSystem{0x20030528, "OrangeFS"}, NetworkFileSystem{0x01161970, "GFS2"},
    NetworkFileSystem{0x7461636F, "OCFS2"},    NetworkFileSystem{0x65735546, "FUSE"},
};

void refuse_network_file_system(const std::filesystem::path& file) {
  struct statfs facts {};
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (statfs(folder.c_str(), &facts) != 0) return;  // opening the file reports the error
  const std::string_view name =
      network_file_system(static_cast<std::int64_t>(static_cast<std::uint32_t>(facts.f_type)));
  if (name.empty()) return;
  fail(
      "{} is on a network file system ({}), where SQLite's locks are not reliable; name a folder "
      "on a local disk with --database FOLDER",
      file.string(), name);
}

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

std::filesystem::path cache_folder() {
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) {
    return std::filesystem::path(cache) / "polysweep";
  }
  const std::string home = variable("HOME");
  return std::filesystem::path(home.empty() ? "/tmp" : home) / ".cache" / "polysweep";
}

// With the values of our environment in place of $NAME.
std::string expanded(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      out += text[at++];
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && (is_letter_or_digit(text[end]) || text[end] == '_')) ++end;
    out += variable(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return out;
}

// "" where the store names none.
std::filesystem::path folder_named_in(const std::filesystem::path& store) {
  std::ifstream in(store / kDatabaseFolderFile);
  std::string line;
  std::getline(in, line);
  return expanded(line);
}

// Settings of every connection.
void configure(Connection& connection) {
  sqlite3* handle = connection.handle();
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeout_ms);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  connection.execute("PRAGMA cell_size_check = ON; PRAGMA cache_size = -65536");
}

// The version of our database, 0 for an empty file. In a transaction: another process may
// make the database meanwhile.
int version_within(Connection& connection) {
  const std::string name = connection.file().string();
  const auto application = connection.integer("PRAGMA application_id");
  const auto version = static_cast<int>(connection.integer("PRAGMA user_version"));
  if (application == 0 && version == 0 &&
      connection.integer("SELECT count(*) FROM sqlite_master") == 0) {
    return 0;
  }
  if (application != kApplicationId) {
    fail(
        "{} is a database of another program (application id {:#x}, expected {:#x}); name another "
        "store",
        name, static_cast<std::uint32_t>(application), kApplicationId);
  }
  if (version > kSchemaVersion) {
    fail(
        "the database {} was written by a newer polysweep (version {}, this program reads {}); use "
        "that program",
        name, version, kSchemaVersion);
  }
  return version;
}

int checked_version(Connection& connection) {
  Transaction snapshot(connection, Transaction::Kind::kRead);
  const int version = version_within(connection);
  snapshot.commit();
  return version;
}

[[noreturn]] void fail_older(const Connection& connection, int version) {
  fail("the database {} is {}; `polysweep rebuild` makes it again from the journals",
       connection.file().string(),
       version == 0 ? "empty" : fmt::format("of an older polysweep (version {})", version));
}

// Setting the write-ahead log needs the file for itself, and SQLite does not wait for that:
// another process that makes or reads the new database at this moment is waited for here.
void wait_for_log(Connection& connection) {
  const double end_s = system_clock().monotonic_s() + 1e-3 * kBusyTimeout_ms;
  while (system_clock().monotonic_s() < end_s) {
    const int code =
        sqlite3_exec(connection.handle(), "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
    if ((code & 0xff) != SQLITE_BUSY) return;
    sqlite3_sleep(10);
  }
}

void prepare_for_writing(Connection& connection) {
  // Twice the default page size wastes less space at the ends of pages full of points.
  if (checked_version(connection) == 0) connection.execute("PRAGMA page_size = 8192");
  wait_for_log(connection);
  if (connection.text("PRAGMA journal_mode = WAL") != "wal") {
    fail("the database {} cannot use a write-ahead log here; keep the store on a local disk",
         connection.file().string());
  }
  connection.execute("PRAGMA synchronous = FULL");
  if (checked_version(connection) == kSchemaVersion) return;
  Transaction transaction(connection, Transaction::Kind::kWrite);
  const int version = version_within(connection);  // another process may have been faster
  if (version == 0) {
    create_schema(connection);
  } else if (version != kSchemaVersion) {
    fail_older(connection, version);
  }
  transaction.commit();
}

void prepare_for_reading(Connection& connection) {
  connection.execute("PRAGMA query_only = ON");
  const int version = checked_version(connection);
  if (version != kSchemaVersion) fail_older(connection, version);
}

}  // namespace

std::filesystem::path database_path(const std::filesystem::path& store, bool is_local) {
  const std::string named = variable(kDatabaseVariable);
  if (named.empty() && is_local) return store / kDatabaseFile;
  std::filesystem::path folder = named;
  if (folder.empty()) folder = folder_named_in(store);
  if (folder.empty()) folder = cache_folder() / "databases";
  std::error_code unknown;
  std::filesystem::path place = std::filesystem::weakly_canonical(store, unknown);
  if (unknown) place = std::filesystem::absolute(store);
  return folder / sha256_hex(place.string()).substr(0, kStoreDigits) / kDatabaseFile;
}

std::filesystem::path database_path(const std::filesystem::path& store) {
  struct statfs facts {};
  const bool is_network =
      statfs(store.c_str(), &facts) == 0 &&
      !network_file_system(static_cast<std::int64_t>(static_cast<std::uint32_t>(facts.f_type)))
           .empty();
  return database_path(store, !is_network);
}

std::filesystem::path journals_path(const std::filesystem::path& store) {
  return store / "journal";
}

std::string_view network_file_system(std::int64_t statfs_type) {
  for (const NetworkFileSystem& each : kNetworkFileSystems) {
    if (each.type == statfs_type) return each.name;
  }
  return "";
}

Database::Database(std::filesystem::path file, Access access) : path_(std::move(file)) {
  std::error_code ignored;
  if (access == Access::kRead && !std::filesystem::exists(path_, ignored)) {
    fail(
        "there is no database {}; `polysweep run` makes one, `polysweep rebuild` makes it from "
        "journals",
        path_.string());
  }
  if (std::filesystem::is_directory(path_, ignored)) {
    fail("{} is a folder, where the store's database should be; move it away", path_.string());
  }
  refuse_network_file_system(path_);
  const int flags =
      access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  connection_ = std::make_unique<Connection>(path_, flags);
  configure(*connection_);
  if (access == Access::kRead) {
    prepare_for_reading(*connection_);
  } else if (access == Access::kWrite) {
    prepare_for_writing(*connection_);
  } else {
    checked_version(*connection_);
  }
}

TrialState Database::current_state(std::int64_t trial_id, std::int64_t stored) const {
  check(stored >= 0 && stored <= static_cast<std::int64_t>(TrialState::kFailed),
        "column trial.state has the number of a state");
  const auto state = static_cast<TrialState>(stored);
  if (state != TrialState::kRunning || lost_trials_.empty()) return state;
  return lost_trials_.contains(trial_id) ? TrialState::kPending : state;
}

Database::~Database() = default;
Database::Database(Database&&) noexcept = default;

}  // namespace polysweep
