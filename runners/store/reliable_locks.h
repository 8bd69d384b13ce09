// File systems whose locks reliably show that a process has ended.
//
// A lock (file_system.h) is released the moment its process ends. That can be
// relied on where all users of the file system are processes of one kernel:
// ext2/3/4, XFS, Btrfs, F2FS, tmpfs, overlayfs, ZFS, bcachefs, JFS, ReiserFS. Over
// a network (NFS, SMB, Lustre, GPFS, BeeGFS, Ceph, FUSE, 9p, virtiofs) a lock may
// be local to one machine, may be lost when a server restarts, and may outlive
// the machine that held it. There, and on unknown file systems, locks are used
// only between processes of one machine, and a free lock proves nothing: a host
// counts as active until its lease (host_lease.h) has expired. Claims are made
// exclusive by a hard link (claim_log.h), which servers create atomically, never
// by a lock.
#pragma once

#include <cstdint>
#include <filesystem>

namespace polysweep {

// `statfs_type`: f_type of statfs(2).
bool locks_are_reliable(std::int64_t statfs_type);
// For the file system of `folder`; false if it cannot be determined.
bool locks_are_reliable(const std::filesystem::path& folder);

}  // namespace polysweep
