#include "cli/shared/declared_commands.h"

#include <algorithm>

#include "framework/core/file_system.h"

namespace polysweep {

namespace fs = std::filesystem;

std::vector<ExperimentSpec> declared_commands(const fs::path& store) {
  const fs::path folder = store / "commands";
  std::vector<std::pair<fs::file_time_type, ExperimentSpec>> found;
  for (const std::string& name : system_files().list(folder)) {
    if (!name.ends_with(".json")) continue;
    Catalogue catalogue = Catalogue::from_json(system_files().read(folder / name));
    if (catalogue.experiments.size() != 1 || !catalogue.experiments[0].command) continue;
    found.emplace_back(fs::last_write_time(folder / name), std::move(catalogue.experiments[0]));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<ExperimentSpec> out;
  for (auto& [time, spec] : found) out.push_back(std::move(spec));
  return out;
}

}  // namespace polysweep
