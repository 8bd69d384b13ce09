#include "results/read/trial_artifacts.h"

#include <nlohmann/json.hpp>

#include "results/schema/connection.h"

namespace polysweep {

std::vector<std::string> recorded_artifacts(const Database& database, const TrialId& id) {
  Statement rows = database.connection().prepare(
      "SELECT x.value FROM text x JOIN trial t ON t.trial_id = x.trial_id "
      "WHERE t.trial = ? AND x.name = 'artifact'");
  const std::string hex = id.hex();
  rows.with(hex);
  std::vector<std::string> paths;
  while (rows.step()) {
    const auto artifact = nlohmann::json::parse(rows.text(0), nullptr, false);
    if (!artifact.is_object()) continue;
    const auto path = artifact.find("path");
    if (path != artifact.end() && path->is_string()) paths.push_back(path->get<std::string>());
  }
  return paths;
}

}  // namespace polysweep
