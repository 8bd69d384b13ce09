// Which hosts of a store live, as one observer sees it.
//
// A host has ended if its lease says so or a later epoch of it was seen; it is
// dead if its journal's lock is free (where locks are trusted, lock_trust.h);
// it has expired if its beat did not change for its lease's time while we
// looked. One that expired may only be stopped and come back; the others cannot.
// Time in which we did not look ourselves counts against nobody.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "framework/core/file_system.h"
#include "runners/store/host_lease.h"

namespace polysweep {

enum class HostLife : std::uint8_t { kLives, kExpired, kGone };

class LivingHosts {
 public:
  // `own_name` is never looked at: our own journal; "" for an observer that is
  // no host.
  LivingHosts(FileSystem& files, const std::filesystem::path& store, std::string own_name);
  // For tests: says whether locks are trusted.
  LivingHosts(FileSystem& files, const std::filesystem::path& store, std::string own_name,
              bool trust_locks);

  // Reads what the hosts say. To be called about once a second while it matters.
  void look();

  // Of that epoch of the host, as of the last look. An unknown host is gone.
  HostLife life(const std::string& host, WriterEpoch epoch) const;
  bool lives(const std::string& host, WriterEpoch epoch) const {
    return life(host, epoch) == HostLife::kLives;
  }
  // That epoch was seen to do what only the living do: it is looked at anew.
  void heard_of(const std::string& host, WriterEpoch epoch);

  // Nobody else lives, nor may come back.
  bool all_are_gone() const;
  // Those that live, by name.
  std::vector<LeaseFacts> living() const;
  // All that were ever seen to live, by name: whose journals may have grown.
  std::vector<std::string> ever_lived() const;

 private:
  struct Seen {
    LeaseFacts facts;
    HostLife life = HostLife::kGone;
    bool ever_lived = false;
    double silent_s = 0;
    int looks_to_skip = 0;  // one that is gone is looked at seldom
  };

  void look_at(const std::string& host, double passed_s);

  FileSystem& files_;
  std::filesystem::path journals_;
  std::string own_name_;
  bool trust_locks_;
  double looked_s_ = -1;
  std::map<std::string, Seen> hosts_;
};

// Hosts whose journal is locked or whose lease may hold, described for a person;
// empty where nobody uses the store. For what must be alone in it.
std::vector<std::string> users_of_store(FileSystem& files, const std::filesystem::path& store);

}  // namespace polysweep
