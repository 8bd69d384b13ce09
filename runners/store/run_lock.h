// The door of a store: the lock STORE/run.lock.
//
// A run holds it only while it becomes a host (takes a name and a journal), so
// that two that start at once do not take the same. What must be alone in the
// store (rebuild, gc) holds it all the time: no new run starts meanwhile.
#pragma once

#include <filesystem>
#include <memory>

#include "framework/core/file_system.h"

namespace polysweep {

// Longer than anybody needs to become a host.
inline constexpr double kDoorWait_s = 30;

class RunLock {
 public:
  // Makes the store's folder where there is none. Throws Error that says which
  // process on which machine holds the lock, if another does after `wait_s`.
  RunLock(FileSystem& files, const std::filesystem::path& store, double wait_s = 0);
  // The same, for what must be alone. Throws Error that names those who use the
  // store, if somebody does.
  static RunLock alone(FileSystem& files, const std::filesystem::path& store);

 private:
  std::unique_ptr<FileLock> lock_;
};

}  // namespace polysweep
