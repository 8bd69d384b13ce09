#include "runners/run_lock.h"

#include <unistd.h>

#include "framework/error.h"

namespace polysweep {

RunLock::RunLock(FileSystem& files, const std::filesystem::path& store) {
  files.create_folders(store);
  char machine[256] = "";
  if (gethostname(machine, sizeof machine - 1) != 0) fail("cannot ask for the machine's name");
  const std::filesystem::path path = store / "run.lock";
  lock_ = files.try_lock(path, fmt::format("process {} on {}", getpid(), machine));
  if (lock_ != nullptr) return;
  std::string holder = files.read(path);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  fail("the store {} is in use by {}; wait until it has ended, or stop it, or use another --store",
       store.string(), holder.empty() ? "another process" : holder);
}

}  // namespace polysweep
