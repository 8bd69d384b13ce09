// An Ingest on a thread of its own, which catches up every 100 ms.
//
// Of several threads for one database the holder of the lock ingest.lock beside it does
// the work for all; another takes over when it ends. A database that cannot be written
// is tried again.
#pragma once

#include <filesystem>
#include <memory>

#include "framework/core/file_system.h"
#include "results/ingest/ingest.h"

namespace polysweep {

class IngestThread {
 public:
  IngestThread(FileSystem& files, const std::filesystem::path& store);
  // Stops without reading the journals again.
  ~IngestThread();

  // Throws the Error that ended the thread, if one did.
  void check_alive();
  // Reads all that the journals hold, ends the thread and returns what it read in
  // all. Throws the Error that ended the thread, if one did.
  IngestReport finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace polysweep
