// A host's lease: the file JOURNAL/LEASE in which it says, again and again, that
// it lives. Whoever has not seen it say so for lease_s takes its trials over.
//
// The file is one JSON object, replaced at each renewal; no clock is compared
// between machines, since others only look whether `beat` has changed.
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
  std::string sweep;      // that it runs
  double lease_s = 0;     // how long it is taken to live after a renewal
  std::vector<int> cpus;  // that its workers are pinned to
  bool ended = false;     // it has said that it ended

  std::string to_json() const;
  // Throws Error for a text that is no such object.
  static LeaseFacts from_json(std::string_view json);
  // "host NAME (process PID on MACHINE)".
  std::string who() const;
};

class HostLease {
 public:
  // Writes the first beat into `journal`, the host's folder. `facts`: host,
  // epoch, sweep, lease_s > 0, cpus; the rest is filled in.
  HostLease(FileSystem& files, const std::filesystem::path& journal, LeaseFacts facts);

  const LeaseFacts& facts() const { return facts_; }

  // To be called often; renews when a sixth of the lease is over. False where
  // the lease had run out before (we were stopped, or the machine slept): others
  // may have taken what was ours. It is renewed then, too.
  bool keep();
  // Says that the host has ended: what it held is free at once.
  void end();

 private:
  void write();

  FileSystem& files_;
  std::filesystem::path file_;
  LeaseFacts facts_;
  double renewed_s_ = 0;
};

// The name of this machine.
std::string machine_name();

}  // namespace polysweep
