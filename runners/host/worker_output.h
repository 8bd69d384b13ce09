// The output of one worker, divided among its attempts: the last lines and the log
// of each.
//
// Marks in the output show where each attempt starts
// (framework/worker/output_mark.h). A mark of an attempt that was not assigned to
// the worker is treated as text.
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
  // Logs are written to `folder_of` a trial; empty: no logs.
  explicit WorkerOutput(FolderOfTrial folder_of) : folder_of_(std::move(folder_of)) {}

  // The attempt was assigned to the worker.
  void expect(const TrialId& trial, std::uint32_t attempt);
  void add(std::string_view bytes);
  // The last lines of the attempt, among the output added so far.
  std::string last_lines(const TrialId& trial, std::uint32_t attempt);
  // The attempt is over: its log is closed.
  void forget(const TrialId& trial, std::uint32_t attempt);

 private:
  struct Attempt {
    TrialId trial;
    std::uint32_t number = 0;
    bool started = false;
    std::string tail;
    std::unique_ptr<OutputLog> log;
  };

  // Searches from the attempt `from` on, then before it.
  std::deque<Attempt>::iterator find(const TrialId& trial, std::uint32_t attempt,
                                     std::size_t from = 0);
  void print(std::string_view bytes);

  FolderOfTrial folder_of_;
  std::deque<Attempt> attempts_;  // in the order of assignment
  std::size_t started_ = 0;       // the first so many have all started
  std::string held_back_;         // may be the first part of a mark
};

}  // namespace polysweep
