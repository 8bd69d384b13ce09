#include "runners/host/worker_output.h"

#include <algorithm>

#include "framework/core/error.h"
#include "framework/worker/output_mark.h"
#include "runners/process/printable_output.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

constexpr std::size_t kKeptBytes = 4 * kTailBytes;

}  // namespace

void WorkerOutput::expect(const TrialId& trial, std::uint32_t attempt) {
  Attempt& added = attempts_.emplace_back();
  added.trial = trial;
  added.number = attempt;
}

std::deque<WorkerOutput::Attempt>::iterator WorkerOutput::find(const TrialId& trial,
                                                               std::uint32_t attempt,
                                                               std::size_t from) {
  const auto is_it = [&](const Attempt& each) {
    return each.number == attempt && each.trial == trial;
  };
  const auto middle = attempts_.begin() + static_cast<std::ptrdiff_t>(from);
  const auto found = std::find_if(middle, attempts_.end(), is_it);
  if (found != attempts_.end()) return found;
  const auto before = std::find_if(attempts_.begin(), middle, is_it);
  return before == middle ? attempts_.end() : before;
}

void WorkerOutput::add(std::string_view bytes) {
  const std::string joined = held_back_.empty() ? "" : held_back_ + std::string(bytes);
  if (!held_back_.empty()) bytes = joined;
  held_back_.clear();
  while (!bytes.empty()) {
    const std::size_t at = std::min(bytes.find(kOutputMark), bytes.size());
    print(bytes.substr(0, at));
    bytes.remove_prefix(at);
    if (bytes.empty()) return;
    const std::optional<OutputMark> mark = read_output_mark(bytes);
    const auto marked = mark ? find(mark->trial, mark->attempt, started_) : attempts_.end();
    if (marked != attempts_.end()) {
      marked->started = true;
      while (started_ < attempts_.size() && attempts_[started_].started) ++started_;
      bytes.remove_prefix(mark->size);
    } else if (!mark && bytes.size() < kLongestOutputMark) {
      held_back_ = bytes;
      return;
    } else {
      print(bytes.substr(0, 1));
      bytes.remove_prefix(1);
    }
  }
}

// Belongs to the attempt that started last; output before any attempt is dropped.
void WorkerOutput::print(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto started = std::find_if(attempts_.rbegin(), attempts_.rend(),
                                    [](const Attempt& each) { return each.started; });
  if (started == attempts_.rend()) return;
  started->tail.append(bytes);
  if (started->tail.size() > kKeptBytes) started->tail.erase(0, started->tail.size() - kTailBytes);
  if (!folder_of_) return;
  if (!started->log) {
    const std::filesystem::path folder = folder_of_(started->trial);
    std::error_code problem;  // the log reports it, too
    std::filesystem::create_directories(folder, problem);
    started->log = std::make_unique<OutputLog>(log_path(folder, started->number));
  }
  started->log->write(bytes);
}

std::string WorkerOutput::last_lines(const TrialId& trial, std::uint32_t attempt) {
  const auto found = find(trial, attempt);
  return found == attempts_.end() ? "" : polysweep::last_lines(found->tail + held_back_);
}

void WorkerOutput::forget(const TrialId& trial, std::uint32_t attempt) {
  const auto found = find(trial, attempt);
  if (found == attempts_.end()) return;
  if (!held_back_.empty() && found->started) {
    const std::string rest = std::move(held_back_);
    held_back_.clear();
    print(rest);
  }
  if (found->log) found->log->close();
  if (found - attempts_.begin() < static_cast<std::ptrdiff_t>(started_)) --started_;
  attempts_.erase(found);
  check(started_ <= attempts_.size(), "at most all attempts have started");
}

}  // namespace polysweep
