// Runs a user's SQL query, which can read and do nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

struct QueryBlob {
  std::string bytes;
  friend bool operator==(const QueryBlob&, const QueryBlob&) = default;
};

// NULL, integer, real (infinities are possible, NaN is NULL), text, bytes.
using QueryValue = std::variant<std::monostate, std::int64_t, double, std::string, QueryBlob>;

struct QueryLimits {
  double time_s = 10;
  std::uint64_t rows = 1'000'000;
};

struct QueryOutcome {
  std::uint64_t rows = 0;
  bool truncated = false;  // there are more rows than the limit
};

// Receives the result while the query runs. Either function may throw, which ends
// the query.
struct QueryReceiver {
  std::function<void(const std::vector<std::string>& names)> columns;  // once, first
  std::function<void(std::span<const QueryValue> row)> row;
};

// Runs one SELECT. `database` must be open for reading. Throws Error for anything but
// one statement that reads (writing, ATTACH, PRAGMA, load_extension, a second
// statement), for an error of SQLite, and when the time limit is reached.
QueryOutcome run_query(const Database& database, std::string_view sql,
                       const QueryReceiver& receiver, QueryLimits limits = {});

}  // namespace polysweep
