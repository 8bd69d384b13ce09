// Short kill runs: real signals to real processes. The long ones: ./dev faults.
#include "tests/faults/kill_run.h"

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

KillRunOptions on_sweep(const std::string& name, const TemporaryFolder& folder) {
  KillRunOptions options;
  options.polysweep = PolysweepProgram::path();
  options.sweep = std::filesystem::path(POLYSWEEP_SOURCE_FOLDER) / "tests/faults/sweeps" / name;
  options.words = {"--slots", "2", "--worker", PolysweepProgram::worker().string()};
  options.folder = folder.path();
  options.kills = 20;
  options.pause_s = 0.08;
  return options;
}

void expect_unharmed(const KillRunOptions& options) {
  const KillRunReport report = KillRun(options).run();
  std::printf("%s", report.text().c_str());
  INFO(report.text());
  CHECK(report.problems.empty());
  CHECK(report.kills == options.kills);
  CHECK(report.trials > 0);
  CHECK(report.points > report.trials);
  CHECK(report.acknowledged > report.trials);
}

}  // namespace

TEST_CASE("twenty random kills of a sweep leave no trace in its results", "[faults]") {
  const TemporaryFolder folder;
  KillRunOptions options = on_sweep("toy_kills.toml", folder);
  options.words.insert(options.words.end(), {"seed=1..20", "sleep_ms=5", "--as", "killed"});
  expect_unharmed(options);
}

TEST_CASE("twenty random kills of a sweep of programs and their children leave no trace",
          "[faults]") {
  const TemporaryFolder folder;
  KillRunOptions options = on_sweep("command_kills.toml", folder);
  options.words.insert(options.words.end(), {"seed=1..30", "--as", "killed"});
  expect_unharmed(options);
}

TEST_CASE("a kill run that was too short for its kills says so", "[faults]") {
  const TemporaryFolder folder;
  KillRunOptions options = on_sweep("toy_kills.toml", folder);
  options.words.insert(options.words.end(), {"seed=1..1", "sleep_ms=0", "--as", "killed"});
  options.pause_s = 1000;
  const KillRunReport report = KillRun(options).run();
  REQUIRE(report.problems.size() == 1);
  CHECK_THAT(report.problems[0], Contains("complete after 0 of 20 kills"));
}
