// A ferromagnet on a square lattice (the Ising model without a field), cooled by
// the Metropolis rule: a compiled program as an experiment of polysweep.
//
// Nothing of polysweep is linked: the program appends JSON lines to the file that
// $POLYSWEEP_METRICS_FILE names, and keeps its state in the folder that
// $POLYSWEEP_CHECKPOINT_FOLDER names (docs/protocol.md). Without them it prints
// what it reports and keeps nothing.
//   ising TEMPERATURE SIZE SWEEPS SEED
// Onsager (1944): below the temperature 2/ln(1 + sqrt 2) = 2.269... the lattice
// stays magnetised, (1 - sinh(2/T)^-4)^(1/8) for each spin.
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

constexpr int kStoppedWithCheckpoint = 75;
constexpr long kSweepsBetweenReports = 50;

volatile std::sig_atomic_t stop_requested = 0;

// xorshift64* (Vigna 2016): its entire state is one number.
struct Random {
  std::uint64_t state;
  double uniform() {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return static_cast<double>((state * 0x2545F4914F6CDD1DULL) >> 11) * 0x1p-53;
  }
};

struct Lattice {
  int size = 0;
  std::vector<signed char> spins;  // +1 or -1, row by row

  int at(int row, int column) const {
    const int y = (row + size) % size;
    const int x = (column + size) % size;
    return spins[static_cast<std::size_t>(y * size + x)];
  }
  double magnetisation() const {
    double sum = 0;
    for (const signed char spin : spins) sum += spin;
    return std::abs(sum) / static_cast<double>(spins.size());
  }
  // For each spin, in units of the coupling.
  double energy() const {
    double sum = 0;
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) sum -= at(y, x) * (at(y + 1, x) + at(y, x + 1));
    }
    return sum / static_cast<double>(spins.size());
  }
  void sweep(double temperature, Random& random) {
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        const int around = at(y - 1, x) + at(y + 1, x) + at(y, x - 1) + at(y, x + 1);
        const double cost = 2.0 * at(y, x) * around;
        if (cost > 0 && random.uniform() >= std::exp(-cost / temperature)) continue;
        signed char& spin = spins[static_cast<std::size_t>(y * size + x)];
        spin = static_cast<signed char>(-spin);
      }
    }
  }
};

struct State {
  long done = 0;  // sweeps
  Random random{1};
  Lattice lattice;
};

std::string checkpoint_path() {
  const char* folder = std::getenv("POLYSWEEP_CHECKPOINT_FOLDER");
  return folder == nullptr ? "" : std::string(folder) + "/lattice";
}

// Written to a second file, then renamed: the state is complete or absent.
bool save(const State& state) {
  const std::string path = checkpoint_path();
  if (path.empty()) return true;
  std::FILE* file = std::fopen((path + ".new").c_str(), "wb");
  if (file == nullptr) return false;
  std::fprintf(file, "%ld %d %llu\n", state.done, state.lattice.size,
               static_cast<unsigned long long>(state.random.state));
  std::fwrite(state.lattice.spins.data(), 1, state.lattice.spins.size(), file);
  const bool written = std::fclose(file) == 0;
  return written && std::rename((path + ".new").c_str(), path.c_str()) == 0;
}

bool load(State& state) {
  std::FILE* file = std::fopen(checkpoint_path().c_str(), "rb");
  if (file == nullptr) return false;
  unsigned long long random = 0;
  int size = 0;
  std::vector<signed char> spins(state.lattice.spins.size());
  const bool read = std::fscanf(file, "%ld %d %llu", &state.done, &size, &random) == 3 &&
                    size == state.lattice.size && std::fgetc(file) == '\n' &&
                    std::fread(spins.data(), 1, spins.size(), file) == spins.size();
  std::fclose(file);
  if (!read) return false;
  state.random.state = random;
  state.lattice.spins = spins;
  return true;
}

void report(std::FILE* out, const State& state) {
  std::fprintf(out, "{\"metrics\": {\"magnetisation\": %.17g, \"energy\": %.17g}, \"step\": %ld}\n",
               state.lattice.magnetisation(), state.lattice.energy(), state.done);
  std::fflush(out);
}

int run(double temperature, State& state, long sweeps, std::FILE* out) {
  if (load(state)) std::fprintf(out, "{\"resumed\": %ld}\n", state.done);
  while (state.done < sweeps) {
    state.lattice.sweep(temperature, state.random);
    ++state.done;
    if (state.done % kSweepsBetweenReports != 0 && state.done != sweeps) continue;
    report(out, state);
    std::fprintf(out, "{\"progress\": %ld, \"total\": %ld}\n", state.done, sweeps);
    if (!save(state)) {
      std::perror("ising: cannot save the lattice");
      return 1;
    }
    if (stop_requested != 0 && state.done < sweeps) return kStoppedWithCheckpoint;
  }
  std::fprintf(out, "{\"result\": {\"magnetisation\": %.17g}}\n", state.lattice.magnetisation());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const double temperature = argc == 5 ? std::atof(argv[1]) : 0;
  const int size = argc == 5 ? std::atoi(argv[2]) : 0;
  if (temperature <= 0 || size < 2) {
    std::fprintf(stderr, "usage: ising TEMPERATURE SIZE SWEEPS SEED\n");
    return 2;
  }
  std::signal(SIGTERM, [](int) { stop_requested = 1; });
  State state;
  state.random.state = std::strtoull(argv[4], nullptr, 10) * 0x9E3779B97F4A7C15ULL + 1;
  state.lattice.size = size;
  state.lattice.spins.assign(static_cast<std::size_t>(size) * static_cast<std::size_t>(size), 1);
  const char* path = std::getenv("POLYSWEEP_METRICS_FILE");
  std::FILE* out = path == nullptr ? stdout : std::fopen(path, "a");
  if (out == nullptr) {
    std::perror("ising: cannot open the metrics file");
    return 1;
  }
  const int status = run(temperature, state, std::atol(argv[3]), out);
  return std::fclose(out) == 0 ? status : 1;
}
