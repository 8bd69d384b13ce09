// Where the checkpoints of a training are, and how they are recognised.
//
// A training keeps two generations in its trial's folder, checkpoint-0.psc and
// checkpoint-1.psc, both starting with kCheckpointMagic. Place and format together
// identify them: `polysweep gc` removes such files of settled trials, and no file
// that only has a similar name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace polysweep {

inline constexpr std::string_view kCheckpointMagic = "PSWCKPT\n";
inline constexpr std::uint64_t kKeptCheckpoints = 2;

// The file of this generation, in a trial's folder.
std::filesystem::path checkpoint_path(const std::filesystem::path& trial_folder,
                                      std::uint64_t generation);

// Whether a file of this name (without folder) can be a checkpoint.
bool is_checkpoint_name(const std::filesystem::path& name);

// Whether `path` is a checkpoint by its name and its first bytes, and a regular file
// (a symbolic link is not). False if it cannot be read.
bool is_checkpoint_file(const std::filesystem::path& path);

}  // namespace polysweep
