// The view `wide`: one row per trial of a sweep, one column per parameter and final metric.
//
// Its columns depend on the content of the store: whoever writes a new parameter or
// metric makes it again. results/FORMAT.md says what the columns mean.
#pragma once

#include <cstddef>
#include <string_view>

namespace polysweep {

class Connection;

inline constexpr std::string_view kWideView = "wide";

// While it lives, views of the connection may call SQLite's own JSON functions: SQLite 3.38
// to 3.40 wrongly takes them for unsafe where a schema is not trusted.
class JsonInViews {
 public:
  explicit JsonInViews(Connection& connection);
  ~JsonInViews();
  JsonInViews(const JsonInViews&) = delete;
  JsonInViews& operator=(const JsonInViews&) = delete;

 private:
  Connection& connection_;
};

// Makes the view fit the tables parameter and metric, inside the caller's transaction;
// does nothing where it does.
void refresh_wide_view(Connection& connection);

// How many parameters and metrics of the store are no columns, because SQLite allows no
// more. 0 for all but stores of more than 1,800 of them.
std::size_t left_out_of_wide_view(Connection& connection);

}  // namespace polysweep
