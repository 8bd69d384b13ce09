#include "framework/worker/channel_recorder.h"

#include <algorithm>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr std::size_t kMostPoints = 4096;  // in one message
constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestText = 1024 * 1024;

void check_name(std::string_view name) {
  const bool control = std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (name.empty() || name.size() > kLongestName || control) {
    fail(
        "a metric's or text's name must have 1 to {} bytes and no control characters; this one "
        "has {} bytes",
        kLongestName, name.size());
  }
}

}  // namespace

void ChannelRecorder::metric(std::string_view name, std::int64_t step, double value) {
  const std::lock_guard lock(mutex_);
  metrics_.points.push_back({name_index(name), step, value});
  has_recorded_ = true;
  if (metrics_.points.size() < kMostPoints) return;
  gather_metrics();
  channel_.flush_all();
}

std::uint32_t ChannelRecorder::name_index(std::string_view name) {
  const auto known = name_indexes_.find(name);
  if (known != name_indexes_.end()) return known->second;
  check_name(name);
  const auto index = static_cast<std::uint32_t>(metrics_.names.size());
  metrics_.names.emplace_back(std::string(name), has_own_clock(name));
  name_indexes_.emplace(name, index);
  return index;
}

bool ChannelRecorder::has_own_clock(std::string_view name) const {
  if (spec_ == nullptr) return false;
  const auto metric = std::find_if(spec_->metrics.begin(), spec_->metrics.end(),
                                   [&](const MetricSpec& each) { return each.name == name; });
  return metric != spec_->metrics.end() && metric->step != spec_->clock;
}

void ChannelRecorder::text(std::string_view name, std::int64_t step, std::string_view value) {
  check_name(name);
  if (value.size() > kLongestText) {
    fail("the text {} has {} bytes; at most {} are kept", name, value.size(), kLongestText);
  }
  const std::lock_guard lock(mutex_);
  gather_metrics();
  has_recorded_ = true;
  channel_.send(TextRecorded{metrics_.trial, metrics_.attempt, std::string(name), step,
                             std::string(value), name == kArtifactText});
  channel_.flush_all();
}

void ChannelRecorder::progress(double done, double total) {
  const std::lock_guard lock(mutex_);
  has_progress_ = true;
  done_ = done;
  total_ = total;
}

void ChannelRecorder::resumed(std::int64_t step) {
  const std::lock_guard lock(mutex_);
  const bool runs_command = spec_ != nullptr && spec_->command.has_value();
  if (has_resumed_ || (has_recorded_ && !runs_command)) {
    fail("resumed() must be called once, before any metric or text");
  }
  has_recorded_ = true;
  has_resumed_ = true;
  gather_metrics();
  channel_.send(AttemptResumed{metrics_.trial, metrics_.attempt, step});
  channel_.flush_all();
}

void ChannelRecorder::begin(const TrialId& trial, std::uint32_t attempt,
                            const ExperimentSpec* spec) {
  const std::lock_guard lock(mutex_);
  check(metrics_.points.empty(), "all points of an attempt are sent before its end");
  spec_ = spec;
  has_recorded_ = false;
  has_resumed_ = false;
  metrics_.trial = trial;
  metrics_.attempt = attempt;
  active_ = true;
  channel_.send(AttemptRunning{trial, attempt});
  channel_.flush_all();
}

void ChannelRecorder::end(AttemptEnded ended, bool more) {
  const std::lock_guard lock(mutex_);
  gather_metrics();
  has_progress_ = false;
  active_ = false;
  channel_.send(ended);
  if (!more) channel_.flush_all();
}

void ChannelRecorder::send(const Message& message) {
  const std::lock_guard lock(mutex_);
  channel_.send(message);
  channel_.flush_all();
}

void ChannelRecorder::tick(bool heartbeat) {
  const std::lock_guard lock(mutex_);
  if (active_) gather_metrics();
  if (active_ && has_progress_) {
    channel_.send(ProgressMade{metrics_.trial, metrics_.attempt, done_, total_});
    has_progress_ = false;
  }
  if (heartbeat) channel_.send(Heartbeat{});
  channel_.flush_all();
}

void ChannelRecorder::gather_metrics() {
  if (metrics_.points.empty()) return;
  channel_.send(metrics_);
  metrics_.points.clear();
  metrics_.names.clear();
  name_indexes_.clear();
}

}  // namespace polysweep
