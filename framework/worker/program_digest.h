// Identifies the machine code that this process runs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace polysweep {

// 16 hexadecimal digits. Equal for two processes that run the same program with
// the same libraries, leaving out the system's (those in /lib and /usr/lib).
// A program is identified by the build id that the linker wrote into it, which
// depends on all of its content, or else by the SHA-256 of its file; a library by
// its build id, or else by its name and size. Throws Error where the program's
// own file cannot be read.
std::string program_digest();

// The libraries that count in program_digest(), sorted: absolute paths.
std::vector<std::filesystem::path> program_libraries();

}  // namespace polysweep
