#include "results/read/documented_views.h"

#include "results/schema/connection.h"
#include "results/schema/wide_view.h"

namespace polysweep {

std::vector<ViewInfo> documented_views(const Database& database) {
  Connection& connection = database.connection();
  const JsonInViews trusted(connection);
  Statement views =
      connection.prepare("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name");
  Statement columns = connection.prepare("SELECT name FROM pragma_table_info(?) ORDER BY cid");
  std::vector<ViewInfo> out;
  while (views.step()) {
    ViewInfo view{views.string(0), {}};
    columns.with(view.name);
    while (columns.step()) view.columns.push_back(columns.string(0));
    out.push_back(std::move(view));
  }
  return out;
}

}  // namespace polysweep
