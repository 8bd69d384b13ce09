// The views that a query can name, as results/FORMAT.md documents them.
#pragma once

#include <string>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

struct ViewInfo {
  std::string name;
  std::vector<std::string> columns;
};

// By name.
std::vector<ViewInfo> documented_views(const Database& database);

}  // namespace polysweep
