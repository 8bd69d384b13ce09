#include "runners/host/machine_breaker.h"

#include <algorithm>
#include <utility>

#include "framework/core/error.h"
#include "runners/host/retry_policy.h"

namespace polysweep {

namespace {

Parameters in_common(const Parameters& a, const Parameters& b) {
  Parameters common;
  for (const auto& [name, value] : a) {
    const Value* other = b.find(name);
    if (other != nullptr && *other == value) common.set(name, value);
  }
  return common;
}

}  // namespace

void MachineBreaker::settled(const FailedTrial& trial, Outcome outcome, std::string_view message,
                             const Parameters& levels) {
  if (k_ <= 0) return;
  if (outcome == Outcome::kDone || outcome == Outcome::kDiverged) {
    for (const auto& [name, value] : levels) proven_[name].insert(value);
    if (open_) return;
    failures_ = 0;
    failed_.clear();
    return;
  }
  const std::string its_class = failure_class(outcome, message);
  if (failures_ == 0 || (its_class != class_ && !open_)) {
    class_ = its_class;
    message_ = message;
    failures_ = 0;
    failed_.clear();
    shared_ = levels;
  }
  if (its_class != class_) return;
  ++failures_;
  failed_.push_back(trial);
  shared_ = in_common(shared_, levels);
  if (failures_ >= static_cast<std::size_t>(k_) && blames_machine()) open_ = true;
}

bool MachineBreaker::blames_machine() const {
  return failures_ > 0 && std::all_of(shared_.begin(), shared_.end(), [this](const auto& level) {
           const auto proven = proven_.find(level.first);
           return proven != proven_.end() && proven->second.contains(level.second);
         });
}

void MachineBreaker::open() {
  check(failures_ > 0, "a breaker opens after a failure");
  open_ = k_ > 0;
}

std::optional<std::string> MachineBreaker::sentence() const {
  if (!open_) return std::nullopt;
  return fmt::format(
      "the last {} trials of this run failed in the same way and none was done in between, so it "
      "starts no more; they are pending again: {}",
      failures_, message_);
}

std::vector<FailedTrial> MachineBreaker::take_failed() {
  if (!open_) return {};
  return std::exchange(failed_, {});
}

}  // namespace polysweep
