#include "runners/store/host_name.h"

#include <unistd.h>

#include "framework/core/error.h"
#include "framework/journal/journal_format.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

constexpr int kMostNames = 1000;

}  // namespace

std::string machine_name() {
  char name[256] = "";
  if (gethostname(name, sizeof name - 1) != 0) fail("cannot read the machine's name (gethostname)");
  return name;
}

std::string free_host_name(FileSystem& files, const std::filesystem::path& store,
                           const std::string& name) {
  check(!name.empty(), "a host has a name");
  for (int i = 1; i <= kMostNames; ++i) {
    const std::string candidate = i == 1 ? name : fmt::format("{}-{}", name, i);
    if (!files.is_locked(journal_folder(store, candidate) / kJournalLock)) return candidate;
  }
  fail("{} processes on this machine use the store {}, which is the limit", kMostNames,
       store.string());
}

}  // namespace polysweep
