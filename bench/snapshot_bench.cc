// What a snapshot of a sweep's code costs: finding 2,000 files of Python in a git work
// tree, reading them, and copying them into a store, durably; and the same again while
// nothing has changed. Interleaved with `cp -r` of the same folder and `sync -f`.
//   snapshot_bench [FILES [REPEATS [FOLDER]]]
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bench/benchmark.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "runners/code/code_files.h"
#include "runners/code/code_snapshot.h"
#include "runners/process/program_output.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

double ms_since(double begin_s) { return (system_clock().monotonic_s() - begin_s) * 1e3; }

void shell(const std::string& script, const fs::path& folder) {
  const ProgramResult result = run_program({"/bin/sh", "-c", script, folder.string()}, {600});
  if (!result.succeeded()) fail("{} failed: {}", script, result.output);
}

void write_code(const fs::path& folder, std::size_t files) {
  for (std::size_t i = 0; i < files; ++i) {
    const fs::path package = folder / fmt::format("package_{}", i / 50);
    fs::create_directories(package);
    std::ofstream out(package / fmt::format("module_{}.py", i));
    for (std::size_t line = 0; line < 100; ++line) out << "value_" << line << " = " << i << "\n";
  }
  std::ofstream(folder / "train.py") << "import package_0\n";
  shell("cd \"$0\" && git init -q && git add -A", folder);
}

// As `polysweep run` takes a snapshot.
double snapshot_ms(const fs::path& folder, const fs::path& store) {
  const double begin_s = system_clock().monotonic_s();
  CommandSpec command;
  command.words = {{{WordTemplate("python3")}, {}}, {{WordTemplate("train.py")}, {}}};
  command.sweep_folder = folder.string();
  DigestCache digests(snapshots_folder(store) / "digests");
  resolve_code(command, digests);
  digests.save();
  make_snapshot(store, command);
  return ms_since(begin_s);
}

int bench_main(int argc, char** argv) {
  const std::size_t files = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2000;
  const int repeats = argc > 2 ? std::atoi(argv[2]) : 5;
  std::string pattern = std::string(argc > 3 ? argv[3] : "/tmp") + "/snapshot-bench-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) fail("cannot make {}", pattern);
  const fs::path place = pattern;
  const fs::path folder = place / "code";
  fs::create_directories(folder);
  write_code(folder, files);
  sleep(3);  // until the files' times are settled
  std::vector<double> first;
  std::vector<double> second;
  std::vector<double> copies;
  for (int i = 0; i < repeats; ++i) {
    const fs::path store = place / fmt::format("store_{}", i);
    fs::create_directories(store);
    first.push_back(snapshot_ms(folder, store));
    second.push_back(snapshot_ms(folder, store));
    const double begin_s = system_clock().monotonic_s();
    shell("cp -r \"$0\"/code \"$0\"/copy && sync -f \"$0\"/copy", place);
    copies.push_back(ms_since(begin_s));
    fs::remove_all(place / "copy");
  }
  fs::remove_all(place);
  std::printf("code of %zu files\n", files);
  print_spread("the first snapshot", first, "ms", 1);
  print_spread("the second, of the same code", second, "ms", 1);
  print_spread("cp -r and sync -f", copies, "ms", 1);
  return 0;
}

}  // namespace

}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("snapshot_bench", polysweep::bench_main, argc, argv);
}
