// A Recorder that keeps what a trial reports, and asks it to stop when told to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "framework/sweep/experiment.h"

namespace polysweep {

class RecordingRecorder : public Recorder {
 public:
  void metric(std::string_view name, std::int64_t step, double value) override {
    metrics[std::string(name)][step] = value;
  }
  void text(std::string_view name, std::int64_t step, std::string_view value) override {
    texts[std::string(name)][step] = std::string(value);
  }
  void progress(double done, double total) override {
    last_progress = done;
    progress_total = total;
    ++progress_calls;
  }
  void resumed(std::int64_t step) override {
    (metrics.empty() && texts.empty() ? resumed_after : told_again_up_to) = step;
  }
  bool stop_requested() override { return stop_at_progress && last_progress >= *stop_at_progress; }

  // The last value of a series; throws where there is none.
  double last(const std::string& name) const { return metrics.at(name).rbegin()->second; }

  std::map<std::string, std::map<std::int64_t, double>> metrics;
  std::map<std::string, std::map<std::int64_t, std::string>> texts;
  std::optional<std::int64_t> resumed_after;     // before the first metric or text
  std::optional<std::int64_t> told_again_up_to;  // after them
  double last_progress = 0;
  double progress_total = 0;
  int progress_calls = 0;
  // Asks for a stop once so much progress was reported.
  std::optional<double> stop_at_progress;
};

}  // namespace polysweep
