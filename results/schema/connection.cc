#include "results/schema/connection.h"

#include <limits>
#include <utility>

#include "framework/core/error.h"

namespace polysweep {
namespace {

std::filesystem::path file_of(sqlite3* handle) {
  const char* name = sqlite3_db_filename(handle, "main");
  return name == nullptr ? "" : name;
}

std::string explanation(int code, const std::string& message, const std::string& file) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fmt::format(
          "the database {} is locked by another program; try again when that has finished", file);
    case SQLITE_CORRUPT:
      return fmt::format(
          "the database {} is damaged ({}); `polysweep rebuild` makes it again from the journals",
          file, message);
    case SQLITE_NOTADB:
      return fmt::format(
          "{} is not a database; move it away, then `polysweep rebuild` makes one from the "
          "journals",
          file);
    case SQLITE_FULL:
      return fmt::format(
          "no space is left for the database {}; free some, then run again to resume", file);
    case SQLITE_CANTOPEN:
      return fmt::format("cannot open the database {} ({})", file, message);
    case SQLITE_READONLY:
      return fmt::format("cannot write the database {} ({})", file, message);
    case SQLITE_IOERR:
      return fmt::format("cannot read or write the database {} ({}, code {})", file, message, code);
    default:
      return fmt::format("database {}: {}", file, message);
  }
}

}  // namespace

void fail_sqlite(int code, const std::string& message, const std::filesystem::path& file) {
  throw DatabaseError(explanation(code, message, file.string()), code);
}

Statement::Statement(sqlite3* handle, std::string_view sql) {
  const int code = sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (code != SQLITE_OK) fail_sqlite(code, sqlite3_errmsg(handle), file_of(handle));
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)) {}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail_step(code);
  sqlite3_reset(statement_);
  return false;
}

std::int64_t Statement::run() {
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_DONE) fail_step(code);
  sqlite3_reset(statement_);
  return sqlite3_changes64(sqlite3_db_handle(statement_));
}

void Statement::fail_step(int code) {
  check(code != SQLITE_ROW, "run() is for statements that return no rows");
  sqlite3* handle = sqlite3_db_handle(statement_);
  const std::string message = sqlite3_errmsg(handle);
  sqlite3_reset(statement_);
  fail_sqlite(code, message, file_of(handle));
}

double Statement::real(int column) {
  if (is_null(column)) return std::numeric_limits<double>::quiet_NaN();
  return sqlite3_column_double(statement_, column);
}

std::string_view Statement::text(int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return "";
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::blob(int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return "";
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Connection::Connection(const std::filesystem::path& file, int flags) : file_(file) {
  // Nothing reads SQLite's memory statistics, and counting takes a lock each time.
  static const int counting = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(counting);  // has no effect if SQLite is already in use
  const int code = sqlite3_open_v2(file.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code == SQLITE_OK) return;
  const std::string message = handle_ == nullptr ? "no memory" : sqlite3_errmsg(handle_);
  sqlite3_close(handle_);
  fail_sqlite(code, message, file);
}

Connection::~Connection() { sqlite3_close_v2(handle_); }

void Connection::execute(std::string_view sql) {
  const std::string text(sql);
  const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail_sqlite(code, sqlite3_errmsg(handle_), file_);
}

std::int64_t Connection::integer(std::string_view sql) {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Connection::text(std::string_view sql) {
  Statement statement = prepare(sql);
  return statement.step() ? statement.string(0) : "";
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
  connection_.execute(kind == Kind::kRead ? "BEGIN" : "BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself (disk full).
  if (open_ && sqlite3_get_autocommit(connection_.handle()) == 0) {
    sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  check(open_, "a transaction is committed once");
  connection_.execute("COMMIT");
  open_ = false;
}

}  // namespace polysweep
