// A log file of bounded size: keeps the start and the end of what is printed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "runners/process/descriptor.h"

namespace polysweep {

struct LogLimits {
  std::size_t head_bytes = 4 * 1024 * 1024;  // written immediately
  std::size_t tail_bytes = 256 * 1024;       // of what follows; written by close()
};

class OutputLog {
 public:
  // The file is created with the first byte; an existing file is replaced.
  explicit OutputLog(std::filesystem::path path, LogLimits limits = {});

  // Never throws: a log that cannot be written does not fail the trial; see
  // problem().
  void write(std::string_view bytes);
  // Writes the kept end, and how many bytes were omitted before it.
  void close();

  bool empty() const { return file_.get() < 0; }
  // Why the log is incomplete; "" if it is not.
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
