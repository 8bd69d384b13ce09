// The tables and views of the database. results/FORMAT.md says what each column
// means.
//
// Only databases of kSchemaVersion are read. A change to a table or view is a new
// version; `polysweep rebuild` makes the database again from the journals.
#pragma once

#include <cstdint>
#include <limits>

namespace polysweep {

class Connection;

// "psw1", so that file(1) and we know whose file it is.
inline constexpr std::int32_t kApplicationId = 0x70737731;
inline constexpr int kSchemaVersion = 7;

// Column attempt.begins_after of an attempt that did not resume from a checkpoint.
inline constexpr std::int64_t kFromNothing = std::numeric_limits<std::int64_t>::min();

// The statements that create them (tables.cc, views.cc), but for the view wide (wide_view.h).
extern const char* const kTables;
extern const char* const kTrialViews;
extern const char* const kOtherViews;

// Creates them in an empty database, inside the caller's transaction.
void create_schema(Connection& connection);

}  // namespace polysweep
