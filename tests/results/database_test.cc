#include "results/schema/database.h"

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "framework/core/error.h"
#include "results/read/ledger.h"
#include "results/schema/schema.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

void execute(const std::filesystem::path& file, const char* sql) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  REQUIRE(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

std::string message_of(const std::filesystem::path& file, Access access) {
  try {
    const Database database(file, access);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("processes that make and open a database at the same time wait for each other",
          "[database]") {
  for (int round = 0; round < 40; ++round) {
    const TemporaryFolder folder;
    const auto file = database_path(folder.path());
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        const Access access = i % 2 == 0 ? Access::kWrite : Access::kReplace;
        // What is to be replaced is there.
        while (access == Access::kReplace && !std::filesystem::exists(file)) usleep(50);
        _exit(message_of(file, access).empty() ? 0 : 1);
      }
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = -1;
      REQUIRE(waitpid(child, &status, 0) == child);
      CAPTURE(round);
      CHECK(status == 0);
    }
  }
}

TEST_CASE("a database is made once and opened again", "[database]") {
  const TemporaryFolder folder;
  const auto file = database_path(folder.path());
  CHECK(message_of(file, Access::kWrite) == "");
  CHECK(message_of(file, Access::kWrite) == "");
  CHECK(message_of(file, Access::kRead) == "");
}

TEST_CASE("a missing database says how to make one", "[database]") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of(folder.path() / "none.db", Access::kRead),
             Contains("there is no database") && Contains("none.db") &&
                 Contains("`polysweep run` makes one"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "none.db"));
  CHECK_THAT(message_of(folder.path() / "no" / "none.db", Access::kWrite),
             Contains("cannot open the database"));
}

TEST_CASE("another program's database is refused and left as it is", "[database]") {
  const TemporaryFolder folder;
  const auto with_id = folder.path() / "with_id.db";
  execute(with_id, "PRAGMA application_id = 252006674; CREATE TABLE t (a)");
  const auto without_id = folder.path() / "without_id.db";
  execute(without_id, "CREATE TABLE t (a)");
  for (const auto& file : {with_id, without_id}) {
    for (const Access access : {Access::kRead, Access::kWrite}) {
      CHECK_THAT(message_of(file, access), Contains("is a database of another program"));
    }
    std::ifstream in(file, std::ios::binary);
    std::string header(20, '\0');
    in.read(header.data(), 20);
    CHECK(header[18] == 1);  // not turned into a write-ahead log's
  }
}

TEST_CASE("a newer database is refused with its version", "[database]") {
  const TemporaryFolder folder;
  const auto file = database_path(folder.path());
  CHECK(message_of(file, Access::kWrite) == "");
  execute(file, "PRAGMA user_version = 9");
  for (const Access access : {Access::kRead, Access::kWrite}) {
    CHECK_THAT(message_of(file, access),
               Contains("was written by a newer polysweep (version 9, this program reads"));
  }
}

TEST_CASE("an older database is refused, with the way to make it again", "[database]") {
  const TemporaryFolder folder;
  const auto file = database_path(folder.path());
  CHECK(message_of(file, Access::kWrite) == "");
  execute(file, "PRAGMA user_version = 1");
  for (const Access access : {Access::kRead, Access::kWrite}) {
    CHECK_THAT(
        message_of(file, access),
        Contains("is of an older polysweep (version 1); `polysweep rebuild` makes it again"));
  }
}

TEST_CASE("an empty file is filled by a writer and explained to a reader", "[database]") {
  const TemporaryFolder folder;
  const auto file = folder.write("polysweep.db", "");
  CHECK_THAT(message_of(file, Access::kRead), Contains("is empty; `polysweep rebuild`"));
  CHECK(message_of(file, Access::kWrite) == "");
  CHECK(message_of(file, Access::kRead) == "");
}

TEST_CASE("a file that is no database is refused", "[database]") {
  const TemporaryFolder folder;
  const auto file = folder.write("polysweep.db", std::string(5000, 'x'));
  for (const Access access : {Access::kRead, Access::kWrite}) {
    CHECK_THAT(message_of(file, access), Contains("is not a database; move it away"));
  }
}

TEST_CASE("a damaged database says that a rebuild repairs it", "[database]") {
  const TemporaryFolder folder;
  const auto file = database_path(folder.path());
  CHECK(message_of(file, Access::kWrite) == "");
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(100);
  out.write(std::string(std::filesystem::file_size(file) - 100, '\x7f').data(), 4000);
  out.close();
  CHECK_THAT(message_of(file, Access::kRead),
             Contains("is damaged") && Contains("`polysweep rebuild` makes it again"));
}

TEST_CASE("a folder in the place of the database is an error", "[database]") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(database_path(folder.path()));
  CHECK_THAT(message_of(database_path(folder.path()), Access::kRead),
             Contains("is a folder, where the store's database should be"));
}

TEST_CASE("file systems that are shared over a network are known", "[database]") {
  CHECK(network_file_system(0x6969) == "NFS");
  CHECK(network_file_system(0xFF534D42) == "CIFS");
  CHECK(network_file_system(0x0BD00BD0) == "Lustre");
  CHECK(network_file_system(0xEF53).empty());      // ext4
  CHECK(network_file_system(0x01021994).empty());  // tmpfs
  CHECK(network_file_system(0x9123683E).empty());  // btrfs
}

TEST_CASE("outcomes and states in the database are those of the program", "[database]") {
  const TemporaryFolder folder;
  const auto file = database_path(folder.path());
  CHECK(message_of(file, Access::kWrite) == "");
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  const auto check_names = [&](const char* sql, auto name_of) {
    sqlite3_stmt* rows = nullptr;
    REQUIRE(sqlite3_prepare_v2(handle, sql, -1, &rows, nullptr) == SQLITE_OK);
    int count = 0;
    for (; sqlite3_step(rows) == SQLITE_ROW; ++count) {
      const std::string name = reinterpret_cast<const char*>(sqlite3_column_text(rows, 1));
      CHECK(name == name_of(sqlite3_column_int(rows, 0)));
    }
    sqlite3_finalize(rows);
    return count;
  };
  CHECK(check_names("SELECT outcome, name FROM outcome", [](int number) {
          return std::string(outcome_name(static_cast<Outcome>(number)));
        }) == 10);
  CHECK(check_names("SELECT state, name FROM state", [](int number) {
          return std::string(state_name(static_cast<TrialState>(number)));
        }) == 5);
  sqlite3_close(handle);
}

TEST_CASE("the database of a store on a network file system is on a local disk", "[database]") {
  const TemporaryFolder store;
  const TemporaryFolder other;
  const TemporaryFolder cache;
  const char* before = std::getenv("XDG_CACHE_HOME");
  const std::string kept = before == nullptr ? "" : before;
  setenv("XDG_CACHE_HOME", cache.path().c_str(), 1);
  CHECK(database_path(store.path(), true) == store.path() / "polysweep.db");
  const std::filesystem::path file = database_path(store.path(), false);
  CHECK(file.parent_path().parent_path() == cache.path() / "polysweep" / "databases");
  CHECK(file != database_path(other.path(), false));
  store.write("database-folder", "/local/$POLYSWEEP_TEST_USER/db\n");
  setenv("POLYSWEEP_TEST_USER", "ada", 1);
  CHECK(database_path(store.path(), false).parent_path().parent_path() == "/local/ada/db");
  CHECK(database_path(store.path(), true) == store.path() / "polysweep.db");
  setenv(kDatabaseVariable, "/named", 1);
  CHECK(database_path(store.path(), true).parent_path().parent_path() == "/named");
  unsetenv(kDatabaseVariable);
  unsetenv("POLYSWEEP_TEST_USER");
  if (before == nullptr) {
    unsetenv("XDG_CACHE_HOME");
  } else {
    setenv("XDG_CACHE_HOME", kept.c_str(), 1);
  }
}

}  // namespace polysweep
