#include "results/read/cell_search.h"

#include <algorithm>

#include "results/read/last_planning.h"
#include "results/schema/connection.h"

namespace polysweep {

std::vector<std::uint32_t> find_cell_numbers(const Database& database, const std::string& sweep,
                                             const Parameters& levels) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const LastPlanning known = last_planning(connection, sweep);
  // Levels are canonical JSON: a member is followed by a comma or the closing brace, and
  // inside of a text its quotes would be escaped.
  std::string sql = "SELECT cell, levels FROM cell WHERE revision_id = ?1";
  std::vector<std::string> members;
  for (const auto& [name, value] : levels) {
    members.push_back(Value(name).canonical() + ":" + value.canonical());
    sql += fmt::format(" AND (instr(levels, ?{0} || ',') > 0 OR instr(levels, ?{0} || '}}') > 0)",
                       members.size() + 1);
  }
  Statement rows = connection.prepare(sql + " ORDER BY cell");
  rows.set(1, known.revision_id);
  for (std::size_t i = 0; i < members.size(); ++i) rows.set(static_cast<int>(i) + 2, members[i]);
  std::vector<std::uint32_t> out;
  while (rows.step()) {
    // A table that is a level may have such a member too.
    const Parameters found = Parameters::from_json(rows.text(1));
    const bool has_all = std::all_of(levels.begin(), levels.end(), [&](const auto& level) {
      const Value* value = found.find(level.first);
      return value != nullptr && *value == level.second;
    });
    if (has_all) out.push_back(static_cast<std::uint32_t>(rows.integer(0)));
  }
  return out;
}

}  // namespace polysweep
