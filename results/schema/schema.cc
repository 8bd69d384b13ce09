#include "results/schema/schema.h"

#include "framework/core/error.h"
#include "results/schema/connection.h"
#include "results/schema/wide_view.h"

namespace polysweep {

void create_schema(Connection& connection) {
  for (const char* sql : {kTables, kTrialViews, kOtherViews}) connection.execute(sql);
  refresh_wide_view(connection);
  connection.execute(fmt::format("PRAGMA application_id = {}", kApplicationId));
  connection.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
}

}  // namespace polysweep
