// Options that are paths.
#pragma once

#include <filesystem>
#include <string>

namespace polysweep {

// The path of option --`name`, from the root. Throws Error where it is empty.
std::filesystem::path absolute_path(const char* name, const std::string& path);

}  // namespace polysweep
