#include "results/ingest/rebuild.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "framework/core/error.h"
#include "results/schema/connection.h"
#include "results/schema/schema.h"

namespace polysweep {
namespace {

void remove_database(const std::filesystem::path& file) {
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(file.string() + ending, ignored);
  }
}

// Removed by its destructor unless it was renamed.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path path) : path_(std::move(path)) { remove_database(path_); }
  ~NewFile() { remove_database(path_); }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The old database, opened for exclusive use and without a write-ahead log; empty
// if SQLite cannot read the file.
std::optional<Database> sole_use(const std::filesystem::path& file) {
  try {
    std::optional<Database> old(std::in_place, file, Access::kReplace);
    Connection& connection = old->connection();
    connection.execute("PRAGMA busy_timeout = 2000");
    connection.execute("PRAGMA locking_mode = EXCLUSIVE");
    connection.execute("PRAGMA journal_mode = DELETE");
    connection.execute("BEGIN EXCLUSIVE");
    return old;
  } catch (const DatabaseError& error) {
    if (!error.is_damage()) throw;
    return {};
  }
}

// Kept, so that the damage can be examined.
void set_aside(const std::filesystem::path& file) {
  for (const char* ending : {"", "-wal"}) {
    const std::string part = file.string() + ending;
    if (!std::filesystem::exists(part)) continue;
    std::filesystem::rename(part, file.string() + ".damaged" + ending);
  }
  remove_database(file);
}

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  if (descriptor >= 0) close(descriptor);
  if (!synced) fail("cannot make the folder {} durable", folder.string());
}

}  // namespace

IngestReport rebuild(FileSystem& files, const std::filesystem::path& store) {
  const std::filesystem::path file = database_path(store);
  if (files.list(journals_path(store)).empty()) {
    fail("there are no journals in {} to make a database from", journals_path(store).string());
  }
  const bool exists = std::filesystem::exists(file);
  const std::optional<Database> old = exists ? sole_use(file) : std::nullopt;

  files.create_folders(file.parent_path());
  const NewFile fresh(file.string() + fmt::format(".new-{}", getpid()));
  IngestReport report;
  {
    Ingest ingest(files, store, fresh.path());
    report = ingest.catch_up();
  }
  {
    // A single file without a log, so that one rename replaces it.
    Database made(fresh.path(), Access::kWrite);
    made.connection().execute("PRAGMA journal_mode = DELETE");
  }
  if (exists && !old) set_aside(file);
  std::filesystem::rename(fresh.path(), file);
  sync_folder(file.parent_path());
  return report;
}

}  // namespace polysweep
