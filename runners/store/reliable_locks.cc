#include "runners/store/reliable_locks.h"

#include <sys/vfs.h>

#include <algorithm>
#include <iterator>

namespace polysweep {

namespace {

constexpr std::int64_t kLocal[] = {
    0xEF53,      // ext2, ext3, ext4
    0x58465342,  // XFS
    0x9123683E,  // Btrfs
    0xF2F52010,  // F2FS
    0x01021994,  // tmpfs
    0x858458F6,  // ramfs
    0x794C7630,  // overlayfs
    0x2FC12FC1,  // ZFS
    0xCA451A4E,  // bcachefs
    0x3153464A,  // JFS
    0x52654973,  // ReiserFS
};

}  // namespace

bool locks_are_reliable(std::int64_t statfs_type) {
  return std::find(std::begin(kLocal), std::end(kLocal), statfs_type) != std::end(kLocal);
}

bool locks_are_reliable(const std::filesystem::path& folder) {
  struct statfs facts {};
  if (statfs(folder.c_str(), &facts) != 0) return false;
  return locks_are_reliable(static_cast<std::int64_t>(static_cast<std::uint32_t>(facts.f_type)));
}

}  // namespace polysweep
