// Where the program of a command is.
#pragma once

#include <filesystem>
#include <string>

namespace polysweep {

// The path of a command's program: a name with a slash is relative to
// `sweep_folder`; another is searched in $PATH and then in `own_folder`, the folder
// of polysweep. Throws Error with the places that were searched.
std::filesystem::path locate_program(const std::string& program,
                                     const std::filesystem::path& sweep_folder,
                                     const std::filesystem::path& own_folder);

}  // namespace polysweep
