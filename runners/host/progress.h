// Progress reports of a run: the interface that a host reports to, and two
// implementations, a status line on a terminal and plain lines elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "framework/core/clock.h"
#include "framework/journal/event.h"

namespace polysweep {

struct ProgressCounts {
  std::size_t planned = 0;  // trials of the plan
  std::size_t done = 0;     // including those of earlier runs
  std::size_t diverged = 0;
  std::size_t failed = 0;
  std::size_t running = 0;
  double trials_per_s = 0;       // in this run; running trials count with their fraction
  std::optional<double> left_s;  // empty until it can be estimated
};

// How an attempt ended that did not end well.
struct AttemptFailure {
  TrialId trial;
  std::uint32_t attempt = 1;
  Outcome outcome = Outcome::kError;
  bool final = false;  // otherwise the trial will be run again
  std::string message;
};

// Receives only what is durable. Called on the host's thread.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  // May be called very often.
  virtual void update(const ProgressCounts& counts) = 0;
  virtual void failure(const AttemptFailure& failure) = 0;
  // A sentence for the user, for instance why no more trials are started.
  virtual void notice(const std::string& sentence) = 0;
  // The last call.
  virtual void finished(const ProgressCounts& counts) = 0;
};

// Reports nothing.
class SilentProgress : public ProgressSink {
 public:
  void update(const ProgressCounts&) override {}
  void failure(const AttemptFailure&) override {}
  void notice(const std::string&) override {}
  void finished(const ProgressCounts&) override {}
};

// The texts of failures and notices, in which no message occurs twice.
class FailureTexts {
 public:
  // As failure_text(); of a message that was given before, which trial it was of.
  std::string failure(const AttemptFailure& failure);
  // `sentence` without a message at its end that was given before.
  std::string notice(std::string sentence) const;

 private:
  std::map<std::string, std::string> told_;  // message -> trial
};

// One line that is rewritten at most 10 times a second, truncated to the width of
// the terminal; failures and notices scroll above it.
class StatusLine : public ProgressSink {
 public:
  // `width`: columns of the terminal; 0: queried each time.
  StatusLine(std::FILE* out, const Clock& clock, std::size_t width = 0);
  void update(const ProgressCounts& counts) override;
  void failure(const AttemptFailure& failure) override;
  void notice(const std::string& sentence) override;
  void finished(const ProgressCounts& counts) override;

 private:
  void draw(const ProgressCounts& counts);
  void scroll(const std::string& line);

  std::FILE* out_;
  const Clock& clock_;
  std::size_t width_;
  double drawn_s_ = -1;
  ProgressCounts last_;
  FailureTexts texts_;
};

// A line every `interval_s`, and one per failure and notice.
class PlainLines : public ProgressSink {
 public:
  PlainLines(std::FILE* out, const Clock& clock, double interval_s = 5);
  void update(const ProgressCounts& counts) override;
  void failure(const AttemptFailure& failure) override;
  void notice(const std::string& sentence) override;
  void finished(const ProgressCounts& counts) override;

 private:
  void line(const std::string& text);

  std::FILE* out_;
  const Clock& clock_;
  double interval_s_;
  double printed_s_;
  FailureTexts texts_;
};

// A StatusLine if `out` is a terminal, otherwise PlainLines.
std::unique_ptr<ProgressSink> make_progress(std::FILE* out);

// "12/40 done, 2 running, 1 failed, 3.2 trials/s, 1m 20s left"
std::string progress_text(const ProgressCounts& counts);
// "trial 1a2b3c4d5e6f attempt 2 crashed (will be run again): message"
std::string failure_text(const AttemptFailure& failure);
// "850 ms", "12 s", "3m 05s", "2h 10m", "3d 4h".
std::string duration_text(double seconds);

}  // namespace polysweep
