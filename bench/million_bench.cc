// A million trials that do nothing, in one sweep: how long `polysweep run` takes,
// the memory of its host, the bytes of its store; then, after kill -9 with all of
// them done, how long the next run takes from its start until a trial begins.
//   million_bench POLYSWEEP WORKER [TRIALS [REPEATS [FOLDER]]]      (thousands of trials)
#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "bench/benchmark.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/journal/journal_format.h"
#include "framework/journal/journal_reader.h"
#include "runners/process/child_process.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

struct BenchOptions {
  std::string polysweep;
  std::string worker;
  std::size_t trials = 1'000'000;
  int repeats = 5;
  fs::path folder;  // of this run, removed at its end
};

// Those of the last seed never end: they are there to begin.
std::string sweep_text(std::size_t seeds) {
  return fmt::format(
      "sweep = \"million\"\nexperiment = \"toy\"\nreplicate = \"seed\"\n[fixed]\nsteps = 0\n"
      "[factors]\nx = {{ linspace = [0, 999, 1000] }}\n"
      "fault = {{ values = [\"hang\"], when = {{ seed = {0} }} }}\n"
      "seed = {{ range = [1, {0}] }}\n"
      "[baseline]\nx = 0.0\n[metrics]\nprimary = {{ name = \"objective\", goal = \"minimize\" }}\n",
      seeds + 1);
}

std::vector<std::string> run_words(const BenchOptions& bench) {
  return {bench.polysweep,
          "run",
          (bench.folder / "million.toml").string(),
          "--store",
          (bench.folder / "store").string(),
          "--worker",
          bench.worker,
          "--slots",
          "2",
          "--quiet"};
}

ProcessOptions without_channel(std::vector<std::string> argv) {
  ProcessOptions options;
  options.argv = std::move(argv);
  options.channel = false;
  return options;
}

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

void run_all(const BenchOptions& bench) {
  std::vector<std::string> words = run_words(bench);
  words.push_back(fmt::format("seed=1..{}", bench.trials / 1000));
  const double before_s = system_clock().monotonic_s();
  ChildProcess run(without_channel(words));
  const ExitStatus status = run.wait();
  const double took_s = system_clock().monotonic_s() - before_s;
  const Exited* exited = std::get_if<Exited>(&status);
  if (exited == nullptr || exited->code != 0) fail("the run failed: {}", run.output_tail());
  const auto trials = static_cast<double>(bench.trials);
  const fs::path store = bench.folder / "store";
  const std::uint64_t journal = bytes_below(store / "journal");
  const std::uint64_t all = bytes_below(store);
  std::printf("%-44s %8.1f s      %.1f us a trial\n", "run, from start to end", took_s,
              took_s / trials * 1e6);
  std::printf("%-44s %8.0f MB     goal <= 500 MB\n", "largest memory of the host",
              run.peak_memory_bytes() / 1e6);
  std::printf("%-44s %8.0f B      goal <= 300 B (journal %.0f, database and rest %.0f)\n",
              "store, a trial", static_cast<double>(all) / trials,
              static_cast<double>(journal) / trials, static_cast<double>(all - journal) / trials);
  std::fflush(stdout);
}

fs::path journal_of(const BenchOptions& bench) {
  for (const auto& entry : fs::directory_iterator(bench.folder / "store" / "journal")) {
    if (entry.is_directory()) return entry.path();
  }
  fail("the store has no journal");
}

// Runs until a trial was leased, durably or about to be, then kills.
double seconds_to_first_start(const BenchOptions& bench) {
  const fs::path journal = journal_of(bench);
  const auto newest = [&] { return segment_numbers(system_files().list(journal)).back(); };
  const std::uint64_t before = newest();
  const double start_s = system_clock().monotonic_s();
  ChildProcess run(without_channel(run_words(bench)));
  const auto wait = [&] {
    if (run.poll()) fail("the run ended by itself: {}", run.output_tail());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  while (newest() == before) wait();
  JournalReader reader(system_files(), journal, {before + 1, 0, 0});
  while (true) {
    const std::optional<JournalRecord> record = reader.next();
    if (!record) {
      wait();
    } else if (std::holds_alternative<AttemptStarted>(record->event)) {
      break;
    }
  }
  const double took_s = system_clock().monotonic_s() - start_s;
  run.kill(SIGKILL);
  run.wait();
  return took_s;
}

int bench_main(int argc, char** argv) {
  if (argc < 3) fail("usage: million_bench POLYSWEEP WORKER [TRIALS [REPEATS [FOLDER]]]");
  BenchOptions bench;
  bench.polysweep = fs::absolute(argv[1]).string();
  bench.worker = fs::absolute(argv[2]).string();
  if (argc > 3) bench.trials = std::strtoull(argv[3], nullptr, 10) / 1000 * 1000;
  if (argc > 4) bench.repeats = std::atoi(argv[4]);
  std::string pattern = std::string(argc > 5 ? argv[5] : "/tmp") + "/million-bench-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) fail("cannot make a folder {}", pattern);
  bench.folder = pattern;
  std::ofstream(bench.folder / "million.toml") << sweep_text(bench.trials / 1000);
  std::printf("%zu trials that do nothing, 2 slots\n", bench.trials);
  run_all(bench);
  // Plans the trials that never end, and is killed like the others.
  std::printf("%-44s %8.2f s\n", "a larger plan, until a trial begins",
              seconds_to_first_start(bench));
  std::printf("%-44s %8.2f s\n", "killed then, and again: takes that plan in",
              seconds_to_first_start(bench));
  std::vector<double> restarts;
  for (int i = 0; i < bench.repeats; ++i) restarts.push_back(seconds_to_first_start(bench));
  print_spread("after kill -9, until a trial begins (goal <= 5)", restarts, "s", 2);
  fs::remove_all(bench.folder);
  return 0;
}

}  // namespace

}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("million_bench", polysweep::bench_main, argc, argv);
}
