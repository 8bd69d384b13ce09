// Damage in the journals of a store, as table journal_damage keeps it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

// A place in a journal that could not be read, or a record that could not be
// used. The rest of the journal is in the database.
struct StoreDamage {
  std::string host;  // the journal's folder
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;  // bytes
  // The incomplete end of a segment whose host was killed: no acknowledged record
  // is lost.
  bool torn_tail = false;
  std::string what;

  friend bool operator==(const StoreDamage&, const StoreDamage&) = default;
};

// All damage known to the database, by host and place.
std::vector<StoreDamage> load_damage(const Database& database);

}  // namespace polysweep
