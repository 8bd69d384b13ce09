// Where locks can be believed.
//
// A lock (file_system.h) says at once that a process has died. That holds where
// all who use the file system are processes of one kernel: ext2/3/4, XFS, Btrfs,
// F2FS, tmpfs, overlayfs, ZFS, bcachefs, JFS, ReiserFS. Over a network (NFS,
// SMB, Lustre, GPFS, BeeGFS, Ceph, FUSE, 9p, virtiofs) a lock may be local to
// one machine, may be lost when a server restarts, and may outlive the machine
// that held it. There, and on whatever we do not know, a lock is only used
// between processes of one machine, and nothing is concluded from one that is
// free: a host lives until its lease (host_lease.h) has run out. What makes a
// claim exclusive (claim_log.h) is never a lock but a hard link, which servers
// make in one step.
#pragma once

#include <cstdint>
#include <filesystem>

namespace polysweep {

// `statfs_type`: f_type of statfs(2).
bool locks_are_trusted(std::int64_t statfs_type);
// Of the file system that `folder` is on; false where that cannot be found out.
bool locks_are_trusted(const std::filesystem::path& folder);

}  // namespace polysweep
