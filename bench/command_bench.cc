// What a trial costs whose program does nothing: `polysweep run` from its start
// to its end, planning, journal and database included, in 2 slots, with
// command = ["/bin/true", "{i}"], without code and with a script beside the
// sweep (a snapshot, and a folder of links for every trial), interleaved with
// `xargs -P2 -n1 /bin/true`.
//   command_bench POLYSWEEP [TRIALS [REPEATS [FOLDER]]]
#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "bench/benchmark.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "runners/process/program_output.h"

namespace polysweep {

namespace {

struct BenchOptions {
  std::filesystem::path polysweep;
  std::size_t trials = 5000;
  int repeats = 5;
  std::filesystem::path folder = "/tmp";
};

double us_per_run(std::size_t runs, const std::vector<std::string>& argv) {
  const double before_s = system_clock().monotonic_s();
  const ProgramResult end = run_program(argv, {600});
  const double took_s = system_clock().monotonic_s() - before_s;
  if (!end.succeeded()) fail("{} failed: {}", argv.back(), end.output);
  return took_s / static_cast<double>(runs) * 1e6;
}

double polysweep_us(const BenchOptions& bench, bool with_code) {
  std::string pattern = (bench.folder / "command-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) fail("cannot make a folder in {}", bench.folder.string());
  const std::string file = pattern + "/sweep.toml";
  std::ofstream(file) << fmt::format(
      "sweep = \"nothing\"\nexperiment = \"true\"\ncommand = [\"/bin/true\", \"{{i}}\"]\n"
      "{}parameters = {{ i = 0 }}\nfactors = {{ i = {{ range = [1, {}] }} }}\n"
      "metrics = {{ primary = {{ name = \"elapsed_s\", goal = \"minimize\" }} }}\n",
      with_code ? "" : "files = []\n", bench.trials);
  if (with_code) std::ofstream(pattern + "/train.py") << "print('not run')\n";
  const double us = us_per_run(bench.trials, {bench.polysweep.string(), "run", file, "--store",
                                              pattern + "/store", "--slots", "2", "--quiet"});
  std::filesystem::remove_all(pattern);
  return us;
}

double xargs_us(std::size_t runs) {
  return us_per_run(runs, {"/bin/sh", "-c", fmt::format("seq {} | xargs -P2 -n1 /bin/true", runs)});
}

int bench_main(int argc, char** argv) {
  if (argc < 2) fail("usage: command_bench POLYSWEEP [TRIALS [REPEATS [FOLDER]]]");
  BenchOptions bench;
  bench.polysweep = std::filesystem::absolute(argv[1]);
  if (argc > 2) bench.trials = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3) bench.repeats = std::atoi(argv[3]);
  if (argc > 4) bench.folder = argv[4];
  std::vector<double> bare;
  std::vector<double> coded;
  std::vector<double> theirs;
  for (int i = 0; i < bench.repeats; ++i) {
    bare.push_back(polysweep_us(bench, false));
    theirs.push_back(xargs_us(bench.trials));
    coded.push_back(polysweep_us(bench, true));
  }
  std::printf("a program that does nothing, 2 slots, %zu trials\n", bench.trials);
  const double bare_us = print_spread("polysweep run, from start to end", bare, "us a trial", 1);
  const double coded_us = print_spread("the same with a script beside it", coded, "us a trial", 1);
  const double their_us = print_spread("xargs -P2 -n1 /bin/true", theirs, "us a trial", 1);
  std::printf("%.2f and %.2f times xargs\n", bare_us / their_us, coded_us / their_us);
  return 0;
}

}  // namespace

}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("command_bench", polysweep::bench_main, argc, argv);
}
