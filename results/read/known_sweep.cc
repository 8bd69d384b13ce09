#include "results/read/known_sweep.h"

#include <vector>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "results/read/sweep_results.h"

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

std::optional<KnownSweep> find_sweep(Connection& connection, const std::string& name) {
  Statement row = connection.prepare(
      "SELECT n.planning_id, n.revision_id FROM sweep s "
      "JOIN planning n ON n.planning_id = s.planning_id WHERE s.name = ?");
  if (!row.with(name).step()) return {};
  return KnownSweep{row.integer(0), row.integer(1)};
}

KnownSweep known_sweep(Connection& connection, const std::string& name) {
  if (const auto found = find_sweep(connection, name)) return *found;
  const std::vector<std::string> names = names_of(connection);
  if (names.empty()) {
    fail("there is no sweep {} in {}, nor any other", in_quotes(name), connection.file().string());
  }
  fail("{}: {}", connection.file().string(), unknown_name("sweep", name, names));
}

std::vector<std::string> sweep_names(const Database& database) {
  return names_of(database.connection());
}

}  // namespace polysweep
