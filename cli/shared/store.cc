#include "cli/shared/store.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cli/shared/absolute_path.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "results/read/last_planning.h"
#include "results/read/lost_hosts.h"
#include "runners/store/active_hosts.h"

namespace polysweep {

Store::Store(const po::variables_map& given)
    : folder_(absolute_path("store", given["store"].as<std::string>())) {
  if (given.count("database") == 0) return;
  const std::filesystem::path folder =
      absolute_path("database", given["database"].as<std::string>());
  setenv(kDatabaseVariable, folder.c_str(), 1);
}

bool Store::can_be_written() const {
  const auto is_writable = [](const std::filesystem::path& path) {
    return access(path.c_str(), W_OK) == 0;
  };
  const std::filesystem::path database = database_path(folder_);
  std::error_code ignored;
  return is_writable(folder_) &&
         (!std::filesystem::exists(database, ignored) || is_writable(database));
}

std::filesystem::path Store::database_file() const {
  return database_path(scratch_ == nullptr ? folder_ : scratch_->path());
}

void Store::ingest(bool prints_damage) const {
  // It may lie elsewhere than the store.
  system_files().create_folders(database_file().parent_path());
  const IngestReport report = Ingest(system_files(), folder_, database_file()).catch_up();
  if (prints_damage) print_damage(report.damage);
}

void Store::catch_up() const {
  if (!std::filesystem::exists(journals_path(folder_))) {
    fail("there is no store in {}: no sweep was run there; --store FOLDER names another",
         folder_.string());
  }
  if (scratch_ == nullptr && !can_be_written()) {
    fmt::print(stderr,
               "polysweep: the store {} cannot be written; its journals are read into a temporary "
               "database\n",
               folder_.string());
    scratch_ = std::make_shared<ScratchFolder>("read");
  }
  ingest(true);
}

Database Store::open() const {
  Database database(database_file(), Access::kRead);
  if (unstopped_hosts(database).empty()) return database;
  const ActiveHosts hosts(system_files(), folder_, "");
  std::vector<HostStart> lost = unstopped_hosts(database);
  std::erase_if(lost, [&](const HostStart& each) {
    return hosts.status(each.host, each.epoch) != HostStatus::kGone;
  });
  if (lost.empty()) return database;
  // A host that is gone writes nothing more: what is read now is all that it wrote.
  ingest(false);
  const std::vector<HostStart> unstopped = unstopped_hosts(database);
  std::erase_if(lost, [&](const HostStart& each) {
    return std::find(unstopped.begin(), unstopped.end(), each) == unstopped.end();
  });
  mark_lost_hosts(database, lost);
  return database;
}

std::string sweep_argument(const Database& database, const po::variables_map& given) {
  const std::vector<std::string> names = texts_of(given, "sweep");
  return chosen_sweep(database, names.empty() ? "" : names[0]);
}

std::string chosen_sweep(const Database& database, const std::string& name) {
  if (!name.empty()) return name;
  const std::vector<std::string> names = sweep_names(database);
  if (names.size() == 1) return names[0];
  fail("SWEEP is missing: expected one of the store's sweeps: {}",
       names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
}

bool print_damage(const std::vector<StoreDamage>& damage) {
  bool lost = false;
  for (const StoreDamage& place : damage) {
    fmt::print(stderr, "polysweep: journal {}, segment {}, byte {}: {}{}\n", place.host,
               place.segment, place.offset, place.torn_tail ? "torn tail: " : "", place.what);
    lost = lost || !place.torn_tail;
  }
  return lost;
}

}  // namespace polysweep
