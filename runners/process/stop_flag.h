// Requests to stop a run: the first stops it gracefully, the second kills.
#pragma once

#include <atomic>
#include <initializer_list>
#include <vector>

namespace polysweep {

// Counts requests to stop. request() may be called from any thread and from a
// signal handler.
class StopFlag {
 public:
  StopFlag();
  ~StopFlag();
  StopFlag(const StopFlag&) = delete;
  StopFlag& operator=(const StopFlag&) = delete;

  // `signal`: the number of the signal that it comes from; 0: none.
  void request(int signal = 0);
  int requests() const { return requests_.load(); }
  // The signal of the first request; 0: none.
  int first_signal() const { return first_signal_.load(); }
  // Readable from a request until drain().
  int fd() const { return fd_; }
  void drain();

 private:
  std::atomic<int> requests_{0};
  std::atomic<int> first_signal_{0};
  int fd_ = -1;
};

// While this object exists, SIGINT, SIGTERM and SIGHUP (or `signals`) are requests to
// `flag`; a SIGHUP that is ignored (nohup) stays so. At most one per process.
class StopSignals {
 public:
  explicit StopSignals(StopFlag& flag);
  StopSignals(StopFlag& flag, std::initializer_list<int> signals);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  std::vector<int> signals_;
};

}  // namespace polysweep
