// What one worker prints, shared out among the attempts that it was given: the
// last lines of each, and its log.
//
// Whose a line is, the worker says by marks (framework/worker/output_mark.h). A mark of
// an attempt that the worker was not given is text like any other.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "framework/sweep/trial.h"
#include "runners/process/output_log.h"

namespace polysweep {

using FolderOfTrial = std::function<std::filesystem::path(const TrialId&)>;

class WorkerOutput {
 public:
  // Logs go to `folder_of` a trial; empty: none are written.
  explicit WorkerOutput(FolderOfTrial folder_of) : folder_of_(std::move(folder_of)) {}

  // The attempt was given to the worker.
  void expect(const TrialId& trial, std::uint32_t attempt);
  void add(std::string_view bytes);
  // The last lines that the attempt has printed so far, as far as they were
  // added.
  std::string last_lines(const TrialId& trial, std::uint32_t attempt);
  // The attempt is over: its log is closed.
  void forget(const TrialId& trial, std::uint32_t attempt);

 private:
  struct Attempt {
    TrialId trial;
    std::uint32_t number = 0;
    bool begun = false;
    std::string tail;
    std::unique_ptr<OutputLog> log;
  };

  // Looks from the attempt `from` on, then before it.
  std::deque<Attempt>::iterator find(const TrialId& trial, std::uint32_t attempt,
                                     std::size_t from = 0);
  void print(std::string_view bytes);

  FolderOfTrial folder_of_;
  std::deque<Attempt> attempts_;  // in the order they were given
  std::size_t begun_ = 0;         // so many of the first have all begun
  std::string held_back_;         // the beginning of what may become a mark
};

}  // namespace polysweep
