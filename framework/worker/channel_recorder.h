// Sends what a trial reports over the worker's channel: metrics and progress in
// batches, everything else at once.
//
// The functions of Recorder are called by the trial's thread, tick() by another.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "framework/sweep/experiment.h"
#include "framework/worker/channel.h"

namespace polysweep {

class ChannelRecorder : public Recorder {
 public:
  explicit ChannelRecorder(Channel& channel) : channel_(channel) {}

  void metric(std::string_view name, std::int64_t step, double value) override;
  void text(std::string_view name, std::int64_t step, std::string_view value) override;
  void progress(double done, double total) override;
  // Of an experiment that runs a command also after metrics: the attempt has then
  // reported itself what earlier attempts reported up to `step`, and takes nothing
  // over from them (runners/command/trial_report.h).
  void resumed(std::int64_t step) override;
  bool stop_requested() override { return stop_.load(std::memory_order_relaxed); }

  // Starts the attempt that the following reports belong to, and tells the host.
  // `spec`, which must outlive the attempt, says which metrics have their own clock;
  // null: none has.
  void begin(const TrialId& trial, std::uint32_t attempt, const ExperimentSpec* spec);
  // Ends it. What it reported is sent before; if `more` trials wait, the message is
  // sent with the next one's begin.
  void end(AttemptEnded ended, bool more);

  // Sends a message that belongs to no trial.
  void send(const Message& message);
  // Sends what has been gathered, and a heartbeat if `heartbeat`.
  void tick(bool heartbeat);
  void request_stop() { stop_.store(true); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  std::uint32_t name_index(std::string_view name);  // in metrics_.names
  bool has_own_clock(std::string_view name) const;
  void gather_metrics();  // into the channel's buffer; the mutex is held

  std::mutex mutex_;
  Channel& channel_;
  std::atomic<bool> stop_{false};
  bool active_ = false;
  bool has_recorded_ = false;  // a metric, a text or a resumption of this attempt
  bool has_resumed_ = false;
  const ExperimentSpec* spec_ = nullptr;
  MetricsRecorded metrics_;  // not yet sent; its trial and attempt are those that run
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> name_indexes_;
  bool has_progress_ = false;
  double done_ = 0;
  double total_ = 0;
};

}  // namespace polysweep
