// The names of hosts, which are the names of their journals.
#pragma once

#include <filesystem>
#include <string>

#include "framework/core/file_system.h"

namespace polysweep {

// The name of this machine.
std::string machine_name();

// The first of NAME, NAME-2, NAME-3, ... whose journal has no writer. Hold the
// store's lock (run_lock.h) until the journal is open, so that nobody else takes
// the same name. Throws Error if 1,000 names are in use.
std::string free_host_name(FileSystem& files, const std::filesystem::path& store,
                           const std::string& name);

}  // namespace polysweep
