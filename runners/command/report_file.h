// The file that a program writes its report into, one an attempt: followed while
// it grows, and read again when a later attempt goes on from a checkpoint.
//
// What was written into it is there whoever dies after that: it is the program's
// own journal, and belongs to the trial's folder until the trial is settled.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "runners/command/trial_report.h"
#include "runners/process/worker_process.h"

namespace polysweep {

// FOLDER/attempt-N.metrics
std::filesystem::path report_path(const std::filesystem::path& trial_folder, std::uint32_t attempt);

// A file that may not be there yet.
class FollowedFile {
 public:
  explicit FollowedFile(std::filesystem::path path) : path_(std::move(path)) {}

  // Appends to `out` what has come since the last call, at most `limit` bytes;
  // true where more may be there. Throws Error where the path is no plain file,
  // cannot be read, or has become shorter (it is followed from its new end).
  bool read_more(std::string& out, std::size_t limit);

 private:
  bool open_file();

  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t offset_ = 0;
};

// Gives what attempts before `attempt` said on their way to the checkpoint taken
// after `step`, in its order: the lines of the last attempt that came so far, and
// before them those of the one that it went on from, and so on. With each the
// step beyond which its lines lead elsewhere. False, with nothing given, where no
// report reaches so far.
bool read_history(const std::filesystem::path& trial_folder, std::uint32_t attempt,
                  std::int64_t step, const HistoryVisitor& visit);

// Removes the reports of all attempts up to `attempt`.
void remove_reports(const std::filesystem::path& trial_folder, std::uint32_t attempt);

}  // namespace polysweep
