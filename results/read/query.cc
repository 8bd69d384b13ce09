#include "results/read/query.h"

#include <algorithm>
#include <array>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "results/schema/connection.h"
#include "results/schema/wide_view.h"

namespace polysweep {
namespace {

constexpr int kInstructionsPerCheck = 1000;
// The largest text or row: a single instruction cannot be stopped, so its work is
// limited.
constexpr int kMostBytes = 64 << 20;
constexpr std::array<std::string_view, 3> kForbiddenFunctions{"load_extension", "fts3_tokenizer",
                                                              "writefile"};

// The forbidden action, as the message names it; "" if it is allowed.
std::string refusal(int action, const char* first, const char* second) {
  const std::string_view table = first == nullptr ? "" : first;
  const bool is_schema = table == "sqlite_master" || table == "sqlite_temp_master";
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return "";
    case SQLITE_FUNCTION: {
      const std::string_view name = second == nullptr ? "" : second;
      const bool bad = std::find(kForbiddenFunctions.begin(), kForbiddenFunctions.end(), name) !=
                       kForbiddenFunctions.end();
      return bad ? fmt::format("the function {}", name) : "";
    }
    case SQLITE_ATTACH:
      return "ATTACH";
    case SQLITE_DETACH:
      return "DETACH";
    case SQLITE_PRAGMA:
      return fmt::format("PRAGMA {}", first == nullptr ? "" : first);
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return "a transaction";
    case SQLITE_INSERT:
      return is_schema ? "a change of the schema" : "INSERT";
    case SQLITE_UPDATE:
      // SQLite asks for it when a function such as json_each() returns a table; the
      // schema cannot be written anyway.
      return is_schema ? "" : "UPDATE";
    case SQLITE_DELETE:
      return is_schema ? "a change of the schema" : "DELETE";
    default:
      return "a change of the schema";
  }
}

// Denies everything but reading, and limits the time, while the query runs.
class Guard {
 public:
  Guard(Connection& connection, double time_limit_s)
      : handle_(connection.handle()), deadline_s_(system_clock().monotonic_s() + time_limit_s) {
    sqlite3_set_authorizer(handle_, &authorize, this);
    sqlite3_progress_handler(handle_, kInstructionsPerCheck, &check_time, this);
    usual_length_ = sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, kMostBytes);
  }
  ~Guard() {
    sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, usual_length_);
    sqlite3_set_authorizer(handle_, nullptr, nullptr);
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // Throws Error if the query attempted a forbidden action.
  void expect_allowed() const {
    if (refused_.empty()) return;
    fail("a query can only read: {} is not allowed (write SELECT ...)", refused_);
  }
  bool late() const { return late_; }

 private:
  static int authorize(void* self, int action, const char* first, const char* second, const char*,
                       const char*) {
    const std::string what = refusal(action, first, second);
    if (what.empty()) return SQLITE_OK;
    auto& guard = *static_cast<Guard*>(self);
    if (guard.refused_.empty()) guard.refused_ = what;
    return SQLITE_DENY;
  }
  static int check_time(void* self) {
    auto& guard = *static_cast<Guard*>(self);
    guard.late_ = system_clock().monotonic_s() > guard.deadline_s_;
    return guard.late_ ? 1 : 0;
  }

  sqlite3* handle_;
  double deadline_s_;
  int usual_length_ = 0;
  std::string refused_;
  bool late_ = false;
};

struct Finalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using RawStatement = std::unique_ptr<sqlite3_stmt, Finalizer>;

RawStatement prepare(sqlite3* handle, std::string_view& sql, int& code) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  code = sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &statement, &tail);
  if (tail != nullptr) sql.remove_prefix(static_cast<std::size_t>(tail - sql.data()));
  return RawStatement(statement);
}

RawStatement prepare_one(Connection& connection, std::string_view sql, const Guard& guard) {
  if (sql.find('\0') != std::string_view::npos) fail("the query contains a NUL byte");
  int code = SQLITE_OK;
  RawStatement statement = prepare(connection.handle(), sql, code);
  guard.expect_allowed();
  if (code != SQLITE_OK) {
    fail("SQL error: {} (`polysweep query --schema` prints the views)",
         sqlite3_errmsg(connection.handle()));
  }
  if (!statement) fail("the query is empty; write SELECT ...");
  const RawStatement second = prepare(connection.handle(), sql, code);
  if (second || code != SQLITE_OK)
    fail("the query has more than one statement; run them one at a time");
  if (sqlite3_stmt_readonly(statement.get()) == 0) {
    fail("a query can only read, and this statement writes (write SELECT ...)");
  }
  return statement;
}

QueryValue value_of(sqlite3_stmt* statement, int column) {
  const auto bytes = [&](const void* data) {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
  };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT:
      return bytes(sqlite3_column_text(statement, column));
    case SQLITE_BLOB:
      return QueryBlob{bytes(sqlite3_column_blob(statement, column))};
    default:
      return std::monostate{};
  }
}

}  // namespace

QueryOutcome run_query(const Database& database, std::string_view sql,
                       const QueryReceiver& receiver, QueryLimits limits) {
  Connection& connection = database.connection();
  if (sqlite3_db_readonly(connection.handle(), "main") != 1) {
    fail("queries need a database that is open for reading only");
  }
  const JsonInViews trusted(connection);  // of functions, the guard decides
  const Guard guard(connection, limits.time_s);
  const RawStatement statement = prepare_one(connection, sql, guard);
  const int count = sqlite3_column_count(statement.get());
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.emplace_back(sqlite3_column_name(statement.get(), i));
  if (receiver.columns) receiver.columns(names);
  QueryOutcome out;
  std::vector<QueryValue> row(static_cast<std::size_t>(count));
  int code = SQLITE_OK;
  while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) {
    if (out.rows == limits.rows) {
      out.truncated = true;
      return out;
    }
    for (int i = 0; i < count; ++i) row[static_cast<std::size_t>(i)] = value_of(statement.get(), i);
    if (receiver.row) receiver.row(row);
    ++out.rows;
  }
  guard.expect_allowed();  // pragma_...() is checked when it runs
  if (guard.late()) {
    fail("the query took more than {} s and was stopped; ask for less data, or allow more time",
         limits.time_s);
  }
  if (code != SQLITE_DONE) {
    fail_sqlite(code, sqlite3_errmsg(connection.handle()), database.path());
  }
  return out;
}

}  // namespace polysweep
