// Kills random processes of a sweep and shows that nothing is lost by it.
//   kill_run --sweep FILE [--kills N] [--pause SECONDS] [--seed N] [--folder FOLDER]
//            [--polysweep PROGRAM] [--timed METRIC]... [-- WORDS for `polysweep run`]
// FOLDER is new, or holds an earlier kill run of the same sweep: its undisturbed
// store is used again. Without one a temporary folder is used, and removed.
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include "framework/core/error.h"
#include "tests/faults/kill_run.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

KillRunOptions parse(int argc, char** argv) {
  KillRunOptions options;
  options.polysweep = std::filesystem::absolute(argv[0]).parent_path() / "polysweep";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--") {
      options.words.assign(argv + i + 1, argv + argc);
      break;
    }
    if (i + 1 == argc) fail("{} wants a value behind it", word);
    const std::string value = argv[++i];
    if (word == "--sweep") {
      options.sweep = std::filesystem::absolute(value);
    } else if (word == "--kills") {
      options.kills = std::stoi(value);
    } else if (word == "--pause") {
      options.pause_s = std::stod(value);
    } else if (word == "--seed") {
      options.seed = static_cast<std::uint32_t>(std::stoul(value));
    } else if (word == "--folder") {
      options.folder = std::filesystem::absolute(value);
    } else if (word == "--polysweep") {
      options.polysweep = std::filesystem::absolute(value);
    } else if (word == "--timed") {
      options.timed.push_back(value);
    } else {
      fail("'{}' is no option of kill_run; see the head of kill_run_main.cc", word);
    }
  }
  if (options.sweep.empty()) fail("kill_run wants --sweep FILE");
  return options;
}

int kill_run_main(int argc, char** argv) {
  KillRunOptions options = parse(argc, argv);
  std::optional<TemporaryFolder> temporary;
  if (options.folder.empty()) options.folder = temporary.emplace().path();
  const KillRunReport report = KillRun(options).run();
  std::printf("kill run of %s, seed %u\n%s", options.sweep.filename().c_str(), options.seed,
              report.text().c_str());
  return report.problems.empty() ? 0 : 1;
}

}  // namespace

}  // namespace polysweep

int main(int argc, char** argv) try {
  return polysweep::kill_run_main(argc, argv);
} catch (const std::exception& error) {
  std::fprintf(stderr, "kill_run: %s\n", error.what());
  return 2;
}
