// One coordinator per store: the lock STORE/run.lock.
#pragma once

#include <filesystem>
#include <memory>

#include "framework/file_system.h"

namespace polysweep {

class RunLock {
 public:
  // Makes the store's folder where there is none. Throws Error that says which
  // process on which machine holds the lock, if another does.
  RunLock(FileSystem& files, const std::filesystem::path& store);

 private:
  std::unique_ptr<FileLock> lock_;
};

}  // namespace polysweep
