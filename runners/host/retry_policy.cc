#include "runners/host/retry_policy.h"

#include <algorithm>
#include <cctype>

#include "framework/core/error.h"

namespace polysweep {

namespace {

// "1 line was ...: X" and "3 lines were ..., the first: X" are the same failure.
std::string without_number(std::string_view word) {
  if (word == "were") return "was";
  if (word == "are") return "is";
  if (word == "have") return "has";
  const bool plural = word.size() >= 4 && word.ends_with('s') && !word.ends_with("ss");
  return std::string(plural ? word.substr(0, word.size() - 1) : word);
}

}  // namespace

std::string failure_class(Outcome outcome, std::string_view text) {
  std::string message(text);
  constexpr std::string_view kFirst = ", the first:";
  for (std::size_t at; (at = message.find(kFirst)) != std::string::npos;) {
    message.replace(at, kFirst.size(), ":");
  }
  std::string result(outcome_name(outcome));
  result += ':';
  for (std::size_t i = 0; i < message.size();) {
    std::size_t end = i;
    bool has_digit = false;
    while (end < message.size() && std::isalnum(static_cast<unsigned char>(message[end]))) {
      has_digit = has_digit || std::isdigit(static_cast<unsigned char>(message[end]));
      ++end;
    }
    if (has_digit) {
      result += '#';
    } else {
      result += without_number(std::string_view(message).substr(i, end - i));
    }
    if (end < message.size()) result += message[end++];
    i = end;
  }
  return result;
}

void FailureCounts::add(Outcome outcome) {
  if (outcome == Outcome::kCrashed) ++crashed;
  if (outcome == Outcome::kOutOfMemory) ++out_of_memory;
  if (outcome == Outcome::kHung || outcome == Outcome::kTimedOut) ++hung;
}

NextStep next_step(Outcome outcome, const FailureCounts& counts, const RetryLimits& limits) {
  check(counts.crashed >= 0 && counts.out_of_memory >= 0 && counts.hung >= 0, "counts only grow");
  switch (outcome) {
    case Outcome::kDone:
    case Outcome::kDiverged:
      return NextStep::kSettled;
    case Outcome::kError:
      return NextStep::kFailed;
    case Outcome::kCrashed:
      return counts.crashed > limits.crashed ? NextStep::kFailed : NextStep::kRetry;
    case Outcome::kOutOfMemory:
      return counts.out_of_memory > limits.out_of_memory ? NextStep::kFailed
                                                         : NextStep::kRetryAlone;
    case Outcome::kHung:
    case Outcome::kTimedOut:
      return counts.hung > limits.hung ? NextStep::kFailed : NextStep::kRetry;
    case Outcome::kPreempted:
      return counts.preempted > limits.preempted ? NextStep::kFailed : NextStep::kRetry;
    case Outcome::kHostLost:
    case Outcome::kStopped:
      return NextStep::kRetry;
  }
  check(false, "an outcome has a known value");
  return NextStep::kFailed;
}

void CircuitBreaker::settled(Outcome outcome, std::string_view message) {
  check(same_ <= std::max(k_, 0), "the breaker counts up to k");
  if (!open_ || same_ >= k_) return;
  if (outcome == Outcome::kDone || outcome == Outcome::kDiverged) {
    open_ = false;
    return;
  }
  const std::string its_class = failure_class(outcome, message);
  if (same_ == 0) {
    first_class_ = its_class;
    first_message_ = message;
  }
  if (its_class == first_class_) {
    ++same_;
  } else {
    open_ = false;
  }
}

std::optional<std::string> CircuitBreaker::sentence() const {
  if (k_ <= 0 || !open_ || same_ < k_) return std::nullopt;
  return fmt::format("the first {} trials all failed in the same way, so no more are started: {}",
                     k_, first_message_);
}

}  // namespace polysweep
