// The control group (cgroup v2) that this process is in.
#pragma once

#include <filesystem>

namespace polysweep {

// Its folder in the mounted hierarchy; "" without one.
std::filesystem::path own_control_group();

}  // namespace polysweep
