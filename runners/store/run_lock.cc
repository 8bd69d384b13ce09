#include "runners/store/run_lock.h"

#include <unistd.h>

#include <chrono>
#include <thread>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "runners/store/active_hosts.h"
#include "runners/store/host_name.h"

namespace polysweep {

RunLock::RunLock(FileSystem& files, const std::filesystem::path& store, double wait_s) {
  files.create_folders(store);
  const std::filesystem::path path = store / "run.lock";
  const std::string note = fmt::format("process {} on {}", getpid(), machine_name());
  const double deadline_s = system_clock().monotonic_s() + wait_s;
  do {
    lock_ = files.try_lock(path, note);
    if (lock_ != nullptr) return;
    if (wait_s > 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  } while (system_clock().monotonic_s() < deadline_s);
  std::string holder = files.read(path);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  fail("the store {} is in use by {}; wait until it ends, stop it, or use another --store",
       store.string(), holder.empty() ? "another process" : holder);
}

RunLock RunLock::alone(FileSystem& files, const std::filesystem::path& store) {
  RunLock lock(files, store);
  std::string users;
  for (const std::string& user : users_of_store(files, store)) {
    users += (users.empty() ? "" : ", ") + user;
  }
  if (!users.empty()) {
    fail("the store {} is in use by {}; wait until it ends, or stop it (`polysweep stop`)",
         store.string(), users);
  }
  return lock;
}

}  // namespace polysweep
