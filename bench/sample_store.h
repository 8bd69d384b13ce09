// A store with a large sweep in it, written as a host writes one: for the
// benchmarks of results/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "framework/journal/journal_writer.h"
#include "framework/sweep/plan/plan.h"

namespace polysweep {

struct SampleSize {
  int cells = 100;  // times 10 seeds: trials
  int metrics = 10;
  int steps = 1000;  // points a series
  int slots = 4;     // trials at a time
};

class SampleStore {
 public:
  static constexpr int kSeeds = 10;
  static constexpr const char* kSweep = "sample";

  // An empty folder below `where`, removed by the destructor.
  SampleStore(const std::filesystem::path& where, SampleSize size);
  ~SampleStore();
  SampleStore(const SampleStore&) = delete;
  SampleStore& operator=(const SampleStore&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::size_t trials() const { return plan_.size(); }
  std::uint64_t points() const;  // of all trials
  TrialId trial(std::size_t index) const { return plan_.id(index); }
  static std::string metric(int index);

  // Writes about so many more points and makes them durable; false once all
  // trials are done. `seen` is called with each point, in the journal's order.
  using Seen = std::function<void(std::size_t trial, int metric, std::int64_t step, double value)>;
  bool write(std::uint64_t points, const Seen& seen = {});

 private:
  struct Running {
    std::size_t trial;
    int step = 0;
  };
  void continue_trial(Running& running, const Seen& seen);

  std::filesystem::path path_;
  SampleSize size_;
  Plan plan_;
  std::unique_ptr<JournalWriter> writer_;
  std::vector<Running> running_;
  std::size_t next_trial_ = 0;
};

}  // namespace polysweep
