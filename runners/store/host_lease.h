// A host's lease: the file JOURNAL/LEASE, which the host renews while it runs.
// Another host that has seen no renewal for lease_s takes over its trials.
//
// The file is one JSON object, replaced at each renewal. Clocks of different
// machines are never compared: others only watch whether `beat` changes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "framework/core/file_system.h"
#include "framework/journal/event.h"

namespace polysweep {

inline constexpr std::string_view kLeaseFile = "LEASE";

struct LeaseFacts {
  std::string host;
  WriterEpoch epoch = 0;
  std::uint64_t beat = 0;  // grows with every renewal
  std::int64_t pid = 0;
  std::string machine;
  std::string sweep;      // what it runs
  double lease_s = 0;     // how long the lease holds after a renewal
  std::vector<int> cpus;  // CPUs that its workers are pinned to
  bool ended = false;     // the host has ended

  std::string to_json() const;
  // Throws Error if the text is not such an object.
  static LeaseFacts from_json(std::string_view json);
  // "host NAME (process PID on MACHINE)".
  std::string who() const;
};

class HostLease {
 public:
  // Writes the first beat to `journal`, the folder of the host's journal. `facts`:
  // host, epoch, sweep, lease_s > 0, cpus; the other fields are filled in.
  HostLease(FileSystem& files, const std::filesystem::path& journal, LeaseFacts facts);

  const LeaseFacts& facts() const { return facts_; }

  // Renews the lease when a sixth of it has passed; call it often. False if the
  // lease had already expired (the process was stopped, or the machine slept):
  // others may have taken our trials. It is renewed in that case, too.
  bool keep();
  // Ends the lease: what the host held is free immediately.
  void end();

 private:
  void write();

  FileSystem& files_;
  std::filesystem::path file_;
  LeaseFacts facts_;
  double renewed_s_ = 0;
};

}  // namespace polysweep
