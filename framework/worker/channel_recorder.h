// Sends what a trial reports over the worker's channel: at once what must be
// attributed, metrics and progress in batches.
//
// record functions are called by the trial's thread, tick() by another.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/experiment.h"
#include "framework/worker/channel.h"

namespace polysweep {

class ChannelRecorder : public Recorder {
 public:
  explicit ChannelRecorder(Channel& channel) : channel_(channel) {}

  void metric(std::string_view name, std::int64_t step, double value) override;
  void text(std::string_view name, std::int64_t step, std::string_view value) override;
  void progress(double done, double total) override;
  void resumed(std::int64_t step) override;
  bool stop_requested() override { return stop_.load(std::memory_order_relaxed); }

  // The attempt that the following reports belong to; says so to the host.
  void begin(const TrialId& trial, std::uint32_t attempt);
  // Its end. What it reported is sent before; where `more` trials wait, the
  // message goes out with the next one's begin.
  void end(AttemptEnded ended, bool more);

  // Sends a message that belongs to no trial.
  void send(const Message& message);
  // Sends what has been gathered, and a heartbeat if asked.
  void tick(bool heartbeat);
  void request_stop() { stop_.store(true); }

 private:
  void gather_metrics();  // into the channel's buffer; the mutex is held

  std::mutex mutex_;
  Channel& channel_;
  std::atomic<bool> stop_{false};
  bool active_ = false;
  MetricsRecorded metrics_;  // its trial and attempt are those that run
  bool has_progress_ = false;
  double done_ = 0;
  double total_ = 0;
};

}  // namespace polysweep
