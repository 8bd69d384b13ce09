#include "cli/shared/store.h"

#include <fmt/format.h>
#include <cstdio>

#include "framework/core/error.h"
#include "framework/core/file_system.h"

namespace polysweep {

Store::Store(const po::variables_map& given)
    : folder_(std::filesystem::absolute(given["store"].as<std::string>())) {}

void Store::catch_up() const {
  if (!std::filesystem::exists(journals_path(folder_))) {
    fail("there is no store in {}: no sweep was run there; name another with --store FOLDER",
         folder_.string());
  }
  print_damage(Ingest(system_files(), folder_).catch_up().damage);
}

Database Store::open() const { return Database(database_path(folder_), Access::kRead); }

bool print_damage(const std::vector<IngestDamage>& damage) {
  bool lost = false;
  for (const IngestDamage& place : damage) {
    fmt::print(stderr, "polysweep: journal {}, segment {}, byte {}: {}{}\n", place.host,
               place.segment, place.offset, place.torn_tail ? "torn tail: " : "", place.what);
    lost = lost || !place.torn_tail;
  }
  return lost;
}

}  // namespace polysweep
