// What a trial costs that does nothing: leased and ended durably in a journal,
// run by real workers in 2 slots, interleaved with `xargs -P2 -n1 /bin/true`.
//   toy_bench WORKER [TRIALS [REPEATS [FOLDER]]]
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "bench/benchmark.h"
#include "framework/core/clock.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/sweep/experiment.h"
#include "runners/host/host.h"
#include "runners/process/program_output.h"

namespace polysweep {

namespace {

struct BenchOptions {
  std::filesystem::path worker;
  std::size_t trials = 100000;
  int repeats = 5;
  std::filesystem::path folder = "/tmp";
};

double seconds(const std::function<void()>& work) {
  const double before_s = system_clock().monotonic_s();
  work();
  return system_clock().monotonic_s() - before_s;
}

double host_us(const BenchOptions& bench, const Catalogue& catalogue) {
  std::string pattern = (bench.folder / "toy-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) fail("cannot make a folder in {}", bench.folder.string());
  HostOptions options;
  options.store = pattern;
  options.name = "bench";
  options.worker.program = bench.worker;
  options.worker.build = catalogue.build;
  options.worker.catalogue_digest = sha256_hex(catalogue.to_json());
  options.slots = cpu_slots(2);

  const ExperimentSpec& toy = catalogue.at("toy");
  const auto trial_at = [&toy](std::size_t index) {
    Trial trial;
    trial.experiment = toy.name;
    trial.experiment_version = toy.version;
    Parameters given;
    given.set("seed", Value(static_cast<std::int64_t>(index)));
    given.set("steps", Value(0));
    trial.parameters = toy.schema.complete(given);
    trial.id = identity_of(trial);
    return trial;
  };
  std::vector<TrialToRun> list(bench.trials);
  for (std::size_t i = 0; i < list.size(); ++i) list[i].index = i;
  SilentProgress silent;
  StopFlag stop;
  HostResult result;
  const double took_s = seconds([&] {
    Host host(system_files(), options);
    result = host.run(std::move(list), trial_at, RunSize{}, silent, stop);
  });
  std::filesystem::remove_all(pattern);
  if (result.done != bench.trials) fail("only {} of {} were done", result.done, bench.trials);
  return took_s / static_cast<double>(bench.trials) * 1e6;
}

double xargs_us(std::size_t runs) {
  const std::string command = fmt::format("seq {} | xargs -P2 -n1 /bin/true", runs);
  ProgramResult end;
  const double took_s = seconds([&] { end = run_program({"/bin/sh", "-c", command}); });
  // /bin/true ignores its arguments.
  if (!end.succeeded()) fail("{} failed: {}", command, end.output);
  return took_s / static_cast<double>(runs) * 1e6;
}

int bench_main(int argc, char** argv) {
  if (argc < 2) fail("usage: toy_bench WORKER [TRIALS [REPEATS [FOLDER]]]");
  BenchOptions bench;
  bench.worker = std::filesystem::absolute(argv[1]);
  if (argc > 2) bench.trials = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3) bench.repeats = std::atoi(argv[3]);
  if (argc > 4) bench.folder = argv[4];
  const Catalogue catalogue =
      Catalogue::from_json(run_program({bench.worker.string(), "--schema"}).output);
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int i = 0; i < bench.repeats; ++i) {
    ours.push_back(host_us(bench, catalogue));
    theirs.push_back(xargs_us(2000));
  }
  std::printf("a trial that does nothing, 2 slots, %zu trials\n", bench.trials);
  print_spread("polysweep, durable in the journal", ours, "us a trial", 1);
  print_spread("xargs -P2 -n1 /bin/true", theirs, "us a trial", 1);
  return 0;
}

}  // namespace

}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("toy_bench", polysweep::bench_main, argc, argv);
}
