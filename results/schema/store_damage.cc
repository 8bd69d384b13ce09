#include "results/schema/store_damage.h"

#include "results/schema/connection.h"

namespace polysweep {

std::vector<StoreDamage> load_damage(const Database& database) {
  Statement rows = database.connection().prepare(
      "SELECT host, segment, offset_bytes, torn_tail, what FROM damage ORDER BY 1, 2, 3");
  std::vector<StoreDamage> out;
  while (rows.step()) {
    out.push_back({rows.string(0), static_cast<std::uint64_t>(rows.integer(1)),
                   static_cast<std::uint64_t>(rows.integer(2)), rows.integer(3) != 0,
                   rows.string(4)});
  }
  return out;
}

}  // namespace polysweep
