// Which hosts of a store are active, as one observer sees them.
//
// A host is gone if its lease says that it ended, a later epoch of it was seen,
// or its journal's lock is free (where locks are reliable, reliable_locks.h). It
// has expired if its beat did not change for the duration of its lease while we
// watched. A host that expired may only be suspended and may resume; one that is
// gone cannot. Time during which we did not watch does not count.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "framework/core/file_system.h"
#include "runners/store/host_lease.h"

namespace polysweep {

enum class HostStatus : std::uint8_t { kActive, kExpired, kGone };

class ActiveHosts {
 public:
  // `own_name`: our own journal, which is skipped; "" if the observer is not a
  // host.
  ActiveHosts(FileSystem& files, const std::filesystem::path& store, std::string own_name);
  // For tests: with locks assumed reliable or not.
  ActiveHosts(FileSystem& files, const std::filesystem::path& store, std::string own_name,
              bool locks_reliable);

  // Reads the leases. Call it about once a second while the answer matters.
  void look();

  // The status of that epoch of the host, as of the last look(). An unknown host
  // is gone.
  HostStatus status(const std::string& host, WriterEpoch epoch) const;
  bool is_active(const std::string& host, WriterEpoch epoch) const {
    return status(host, epoch) == HostStatus::kActive;
  }
  // Reports a claim of that epoch, which only an active host makes: its lease is
  // read again.
  void saw_activity(const std::string& host, WriterEpoch epoch);

  // Whether every other host is gone: none is active or may resume.
  bool all_are_gone() const;
  // The active hosts, by name.
  std::vector<LeaseFacts> active() const;
  // Every host that was ever seen active or has made a claim, by name: their journals
  // may have grown.
  std::vector<std::string> ever_active() const;

 private:
  struct Seen {
    LeaseFacts facts;
    HostStatus status = HostStatus::kGone;
    bool ever_active = false;
    double unchanged_s = 0;
    int looks_to_skip = 0;  // a host that is gone is rarely looked at
  };

  void look_at(const std::string& host, double passed_s);

  FileSystem& files_;
  std::filesystem::path journals_;
  std::string own_name_;
  bool locks_reliable_;
  double looked_s_ = -1;
  std::map<std::string, Seen> hosts_;
};

// Descriptions of the hosts whose journal is locked or whose lease may hold, for
// messages; empty if nobody uses the store.
std::vector<std::string> users_of_store(FileSystem& files, const std::filesystem::path& store);

}  // namespace polysweep
