#include "results/read/stored_plan.h"

#include <fmt/format.h>

#include "framework/core/error.h"

namespace polysweep {

namespace {

[[noreturn]] void fail_missing(std::size_t cell) {
  fail("cell {} of a sweep is missing in the database", cell);
}

}  // namespace

PlanDescription read_description_of(Connection& connection, const std::string& sweep,
                                    const LastPlanning& planning) {
  Statement row = connection.prepare("SELECT description FROM planning WHERE planning_id = ?");
  check(row.with(planning.planning_id).step(), "a known sweep has a planning");
  return read_description(sweep, row.text(0));
}

PlanDescription read_description(const std::string& sweep, std::string_view description) {
  try {
    return parse_description(description);
  } catch (const Error& error) {
    fail("cannot read the description of sweep '{}' in the database; plan it again ({})", sweep,
         error.what());
  }
}

std::vector<Cell> read_cells(Connection& connection, std::int64_t revision_id,
                             const std::vector<std::uint32_t>& chosen) {
  constexpr std::string_view kCells =
      "SELECT cell, levels, is_baseline, coalesce(baseline, -1) FROM cell WHERE revision_id = ?1 ";
  const auto cell_of = [](Statement& row) {
    return Cell{Parameters::from_json(row.text(1)), static_cast<int>(row.integer(3)),
                row.integer(2) != 0};
  };
  std::vector<Cell> out;
  if (!chosen.empty()) {
    Statement row = connection.prepare(fmt::format("{}AND cell = ?2", kCells));
    for (const std::uint32_t number : chosen) {
      if (!row.with(revision_id, number).step()) fail_missing(number);
      out.push_back(cell_of(row));
      row.reset();
    }
    return out;
  }
  Statement rows = connection.prepare(fmt::format("{}ORDER BY cell", kCells));
  rows.with(revision_id);
  while (rows.step()) {
    if (rows.integer(0) != static_cast<std::int64_t>(out.size())) fail_missing(out.size());
    out.push_back(cell_of(rows));
  }
  return out;
}

}  // namespace polysweep
