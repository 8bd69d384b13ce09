#include "results/read/last_planning.h"

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "results/schema/connection.h"

namespace polysweep {
namespace {

std::vector<std::string> names_of(Connection& connection) {
  Statement rows =
      connection.prepare("SELECT name FROM sweep WHERE planning_id IS NOT NULL ORDER BY name");
  std::vector<std::string> out;
  while (rows.step()) out.push_back(rows.string(0));
  return out;
}

}  // namespace

std::optional<LastPlanning> find_last_planning(Connection& connection, const std::string& name) {
  Statement row = connection.prepare(
      "SELECT n.planning_id, n.revision_id FROM sweep s "
      "JOIN planning n ON n.planning_id = s.planning_id WHERE s.name = ?");
  if (!row.with(name).step()) return {};
  return LastPlanning{row.integer(0), row.integer(1)};
}

LastPlanning last_planning(Connection& connection, const std::string& name) {
  if (const auto found = find_last_planning(connection, name)) return *found;
  const std::vector<std::string> names = names_of(connection);
  if (names.empty()) {
    fail("there is no sweep {} in {}, which has no sweeps", in_quotes(name),
         connection.file().string());
  }
  fail("{}: {}", connection.file().string(), unknown_name("sweep", name, names));
}

std::vector<std::string> sweep_names(const Database& database) {
  return names_of(database.connection());
}

}  // namespace polysweep
