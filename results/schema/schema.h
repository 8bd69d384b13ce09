// The tables and views of the database, as versioned migrations.
//
// What each column means is documented in results/FORMAT.md. A persisted
// version is never edited: a change is a new migration and a new version.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace polysweep {

class Connection;

// "psw1", so that file(1) and we know whose file it is.
inline constexpr std::int32_t kApplicationId = 0x70737731;
inline constexpr int kSchemaVersion = 2;

// Column attempt.begins_after of an attempt that began from nothing.
inline constexpr std::int64_t kFromNothing = std::numeric_limits<std::int64_t>::min();

// The statements that make version 1.
std::vector<const char*> statements_1();

// Brings a database of version `from` (0: empty) to kSchemaVersion, inside the
// caller's transaction.
void migrate(Connection& connection, int from);

}  // namespace polysweep
