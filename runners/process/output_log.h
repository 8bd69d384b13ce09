// What an attempt prints, in a file of bounded size: its beginning, and its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "runners/process/worker_process.h"

namespace polysweep {

// FOLDER/attempt-N.log
std::filesystem::path log_path(const std::filesystem::path& trial_folder, std::uint32_t attempt);

struct LogLimits {
  std::size_t head_bytes = 4 * 1024 * 1024;  // written as they come
  std::size_t tail_bytes = 256 * 1024;       // of what came after; written by close()
};

class OutputLog {
 public:
  // The file is made with the first byte; an old one is replaced.
  explicit OutputLog(std::filesystem::path path, LogLimits limits = {});

  // Never throws: a log that cannot be written costs no trial; see problem().
  void write(std::string_view bytes);
  // Writes what was kept of the end, and how much was left out before it.
  void close();

  bool empty() const { return file_.get() < 0; }
  // Why not all could be written; "" where it could.
  const std::string& problem() const { return problem_; }

 private:
  void put(std::string_view bytes);

  std::filesystem::path path_;
  LogLimits limits_;
  Descriptor file_;
  std::size_t written_ = 0;
  std::string tail_;
  std::uint64_t left_out_ = 0;  // bytes between head and tail
  std::string problem_;
};

}  // namespace polysweep
