// The lock of a store: STORE/run.lock.
//
// A run holds it only while it takes a host name and opens a journal, so that two
// runs that start at the same time do not take the same name. Commands that need
// the store for themselves (rebuild, gc) hold it until they end: no run can start
// meanwhile.
#pragma once

#include <filesystem>
#include <memory>

#include "framework/core/file_system.h"

namespace polysweep {

// Longer than any run needs to take a name and open its journal.
inline constexpr double kStoreLockWait_s = 30;

class RunLock {
 public:
  // Creates the store's folder if it does not exist. Throws Error with the process
  // and machine that hold the lock, if another process still does after `wait_s`.
  RunLock(FileSystem& files, const std::filesystem::path& store, double wait_s = 0);
  // The same, for exclusive use of the store. Throws Error with the hosts that use
  // it, if there are any.
  static RunLock alone(FileSystem& files, const std::filesystem::path& store);

 private:
  std::unique_ptr<FileLock> lock_;
};

}  // namespace polysweep
