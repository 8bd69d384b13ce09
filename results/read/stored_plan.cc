#include "results/read/stored_plan.h"

#include "framework/core/error.h"

namespace polysweep {

PlanDescription read_description(const std::string& sweep, std::string_view description) {
  try {
    return parse_description(description);
  } catch (const Error& error) {
    fail("cannot read the description of sweep '{}' in the database; plan it again ({})", sweep,
         error.what());
  }
}

std::vector<Cell> read_cells(Connection& connection, std::int64_t revision_id) {
  Statement rows = connection.prepare(
      "SELECT cell, levels, is_baseline, coalesce(baseline, -1) FROM cell WHERE revision_id = ? "
      "ORDER BY cell");
  std::vector<Cell> out;
  rows.with(revision_id);
  while (rows.step()) {
    if (rows.integer(0) != static_cast<std::int64_t>(out.size())) {
      fail("cell {} of a sweep is missing in the database", out.size());
    }
    out.push_back({Parameters::from_json(rows.text(1)), static_cast<int>(rows.integer(3)),
                   rows.integer(2) != 0});
  }
  return out;
}

}  // namespace polysweep
