#include "framework/worker/checkpoint_file.h"

#include <fmt/format.h>

#include <fstream>
#include <string>

namespace polysweep {

std::filesystem::path checkpoint_path(const std::filesystem::path& trial_folder,
                                      std::uint64_t generation) {
  return trial_folder / fmt::format("checkpoint-{}.psc", generation % kKeptCheckpoints);
}

bool is_checkpoint_name(const std::filesystem::path& name) {
  for (std::uint64_t i = 0; i < kKeptCheckpoints; ++i) {
    if (name == checkpoint_path("", i)) return true;
  }
  return false;
}

bool is_checkpoint_file(const std::filesystem::path& path) {
  std::error_code unreadable;
  const std::filesystem::file_type type = std::filesystem::symlink_status(path, unreadable).type();
  if (!is_checkpoint_name(path.filename()) || type != std::filesystem::file_type::regular)
    return false;
  std::string start(kCheckpointMagic.size(), '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  return in.good() && start == kCheckpointMagic;
}

}  // namespace polysweep
