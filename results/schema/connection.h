// SQLite as results/ uses it: a connection, prepared statements, transactions.
//
// Every failure throws Error that says what to do. Internal to results/: no header
// that others include may include this one.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "framework/core/error.h"

namespace polysweep {

// The database could not be read or written.
class DatabaseError : public Error {
 public:
  DatabaseError(const std::string& message, int code) : Error(message), code_(code) {}
  // The content of the file is invalid.
  bool is_damage() const {
    return (code_ & 0xff) == SQLITE_CORRUPT || (code_ & 0xff) == SQLITE_NOTADB;
  }

 private:
  int code_;
};

// Throws DatabaseError for SQLite's result code `code` on `file`.
[[noreturn]] void fail_sqlite(int code, const std::string& message,
                              const std::filesystem::path& file);

// Bytes to bind as a BLOB.
struct BlobView {
  std::string_view bytes;
};

// A prepared statement. with() binds all parameters in order; step() then moves
// from row to row. Bound texts must exist until the last step.
class Statement {
 public:
  Statement(sqlite3* handle, std::string_view sql);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;

  template <typename... Values>
  Statement& with(const Values&... values) {
    sqlite3_reset(statement_);
    check(sizeof...(values) == static_cast<std::size_t>(sqlite3_bind_parameter_count(statement_)),
          "every parameter of a statement is bound");
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }
  // Binds one parameter, counted from 1, after reset().
  template <typename T>
  void set(int index, const T& value) {
    bind(index, value);
  }
  // True: there is a row. False: done, and ready for another with().
  bool step();
  // For a statement that returns no rows. Returns the number of changed rows.
  std::int64_t run();
  void reset() { sqlite3_reset(statement_); }

  std::int64_t integer(int column) { return sqlite3_column_int64(statement_, column); }
  // NaN for NULL.
  double real(int column);
  std::string_view text(int column);  // "" for NULL; until the next step
  std::string_view blob(int column);  // "" for NULL; until the next step
  std::string string(int column) { return std::string(text(column)); }
  bool is_null(int column) { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  sqlite3_stmt* handle() { return statement_; }

 private:
  template <typename Integer>
  requires std::is_integral_v<Integer>
  void bind(int index, Integer value) {
    sqlite3_bind_int64(statement_, index, static_cast<std::int64_t>(value));
  }
  void bind(int index, double value) { sqlite3_bind_double(statement_, index, value); }
  void bind(int index, std::string_view value) {
    sqlite3_bind_text64(statement_, index, value.data() ? value.data() : "", value.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
  }
  void bind(int index, BlobView value) {
    sqlite3_bind_blob64(statement_, index, value.bytes.data() ? value.bytes.data() : "",
                        value.bytes.size(), SQLITE_STATIC);
  }
  void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
  void bind(int index, const char* value) { bind(index, std::string_view(value)); }
  void bind(int index, std::nullptr_t) { sqlite3_bind_null(statement_, index); }
  template <typename T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind(index, nullptr);
    }
  }
  [[noreturn]] void fail_step(int code);

  sqlite3_stmt* statement_ = nullptr;
};

class Connection {
 public:
  // `flags` of sqlite3_open_v2.
  Connection(const std::filesystem::path& file, int flags);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* handle() { return handle_; }
  const std::filesystem::path& file() const { return file_; }

  // Runs statements and ignores their rows.
  void execute(std::string_view sql);
  Statement prepare(std::string_view sql) { return Statement(handle_, sql); }
  // The first column of the first row.
  std::int64_t integer(std::string_view sql);
  std::string text(std::string_view sql);

 private:
  sqlite3* handle_ = nullptr;
  std::filesystem::path file_;
};

// Rolled back by its destructor unless committed.
class Transaction {
 public:
  // kRead: one snapshot for several queries. kWrite: takes the write lock.
  enum class Kind { kRead, kWrite };
  Transaction(Connection& connection, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace polysweep
