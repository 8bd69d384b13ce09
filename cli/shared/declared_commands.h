// The commands that sweeps of a store declared: STORE/commands/*.json.
#pragma once

#include <filesystem>
#include <vector>

#include "framework/sweep/experiment.h"

namespace polysweep {

// Newest first.
std::vector<ExperimentSpec> declared_commands(const std::filesystem::path& store);

}  // namespace polysweep
