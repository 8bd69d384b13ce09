// A program for sweeps with a command: counts, checkpoints each step, and keeps
// a child in a session of its own that would live on for an hour.
//   polysweep-counting STEPS SEED PAUSE_MS
// Reports as docs/protocol.md says; the values depend on SEED and step alone.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace {

constexpr int kExitStopped = 75;
volatile sig_atomic_t asked_to_stop = 0;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void start_child() {
  if (fork() != 0) return;
  setsid();
  sleep(3600);
  _exit(0);
}

// In [0, 1), of SplitMix64 (Steele, Lea, Flood 2014).
double draw(std::uint64_t seed, std::uint64_t step) {
  std::uint64_t z = seed * 0x9E3779B97F4A7C15U + step * 0xD1B54A32D192ED03U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

struct State {
  std::uint64_t step = 0;
  double sum = 0;
};

class Saved {
 public:
  explicit Saved(std::string path) : path_(std::move(path)) {}
  State load() const {
    State state;
    std::ifstream in(path_, std::ios::binary);
    in.read(reinterpret_cast<char*>(&state), sizeof state);
    return in ? state : State{};
  }
  void save(const State& state) const {
    std::ofstream out(path_ + ".new", std::ios::binary);
    out.write(reinterpret_cast<const char*>(&state), sizeof state);
    out.close();
    std::filesystem::rename(path_ + ".new", path_);
  }

 private:
  std::string path_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto steps = std::strtoull(argv[1], nullptr, 10);
  const auto seed = std::strtoull(argv[2], nullptr, 10);
  const std::chrono::duration<double, std::milli> pause(std::strtod(argv[3], nullptr));
  signal(SIGTERM, [](int) { asked_to_stop = 1; });
  start_child();
  const Saved saved(variable("POLYSWEEP_CHECKPOINT_FOLDER") + "/state");
  std::FILE* report = std::fopen(variable("POLYSWEEP_METRICS_FILE").c_str(), "a");
  if (report == nullptr) return 2;
  State state = saved.load();
  if (state.step > 0) std::fprintf(report, "{\"resumed\": %lu}\n", state.step);
  while (state.step < steps) {
    if (asked_to_stop != 0) return kExitStopped;
    std::this_thread::sleep_for(pause);
    const double value = draw(seed, ++state.step);
    state.sum += value;
    std::fprintf(report, "{\"metric\": \"value\", \"step\": %lu, \"value\": %.17g}\n", state.step,
                 value);
    std::fflush(report);
    saved.save(state);
  }
  std::fprintf(report, "{\"result\": {\"sum\": %.17g}}\n", state.sum);
  std::fclose(report);
  return 0;
}
