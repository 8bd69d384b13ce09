// What a worker program can run, by its own account.
#pragma once

#include <filesystem>

#include "framework/sweep/experiment.h"

namespace polysweep {

// Requested once (`PROGRAM --schema`) and cached in $XDG_CACHE_HOME/polysweep, else
// ~/.cache/polysweep, under the digest of the program; requested again where a
// library that it loads has changed. Throws Error where the program is not a
// worker, crashes, or speaks another version of the protocol.
Catalogue worker_catalogue(const std::filesystem::path& program);

}  // namespace polysweep
