// What happens to a sweep when Slurm's controller, or the command that watches it, fails.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/cluster/cluster_sweep.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

void sleep_s(double s) { std::this_thread::sleep_for(std::chrono::duration<double>(s)); }

}  // namespace

TEST_CASE("a controller that hangs during a submission gets no pilot too many", "[cluster][slow]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=2", "MessageTimeout=5"};
  options.cluster = "cpus = 2\npilots = 2";
  options.trials = 16;
  options.steps = 40;
  options.step_ms = 100;
  const ClusterSweep sweep(options);
  // The intent is written, the controller asked, and its answer does not come: it hangs when
  // sbatch asks, not yet when squeue does.
  std::ofstream(sweep.cluster().shared() / "sbatch") << "";
  const std::filesystem::path bin = sweep.cluster().shared() / "bin";
  std::filesystem::create_directories(bin);
  std::ofstream(bin / "sbatch") << "#!/bin/sh\n"
                                << "test -e " << (bin / "hung").string() << " || { touch "
                                << (bin / "hung").string() << "; kill -STOP $(cat "
                                << (sweep.cluster().shared() / "slurm/run/slurmctld.pid").string()
                                << "); }\nexec /usr/bin/sbatch \"$@\"\n";
  std::filesystem::permissions(bin / "sbatch", std::filesystem::perms(0755));
  Environment environment = sweep.cluster().environment();
  environment.emplace_back("PATH", bin.string() + ":/usr/bin:/bin");
  const CommandEnd first = run_command(sweep.words("submit"), environment);
  INFO(first.output << first.error);
  CHECK(first.status != 0);
  CHECK_THAT(first.output + first.error, Contains("did not answer"));
  sweep.cluster().signal("slurmctld", "CONT");
  std::size_t most = 0;
  const int head = start_command(sweep.words("run"), sweep.cluster().environment(),
                                 (sweep.cluster().shared() / "head.log").string());
  const bool ended = wait_until(150, [&] {
    most = std::max(most, sweep.cluster().jobs());
    return poll_command(head).has_value();
  });
  CHECK(ended);
  CHECK(most <= 2);
  INFO(sweep.logs() << sweep.ask({"pilots", "toy"}).output);
  sweep.check_same_as_local();
}

TEST_CASE("a controller that forgets jobs gets others instead", "[cluster][slow]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=2"};
  options.cluster = "cpus = 2\npilots = 2";
  options.trials = 16;
  options.steps = 20;
  const ClusterSweep sweep(options);
  // All that the controller has taken since its start is lost with its state.
  const CommandEnd submitted = sweep.submit();
  INFO(submitted.output << submitted.error);
  REQUIRE(submitted.status == 0);
  sweep.cluster().signal("slurmctld", "KILL");
  for (const char* node : {"node1", "node2"}) sweep.cluster().power_off(node);
  std::filesystem::remove_all(sweep.cluster().shared() / "slurm" / "state");
  std::filesystem::create_directories(sweep.cluster().shared() / "slurm" / "state");
  sleep_s(0.3);
  for (const char* name : {"slurmctld", "node1", "node2"}) sweep.cluster().revive(name);
  // Ids start again: another job takes one that a pilot had.
  REQUIRE(sweep.cluster()
              .command({"sbatch", "-J", "other", "-o", "/dev/null", "--wrap", "sleep 60"})
              .status == 0);
  const CommandEnd end = sweep.run();
  INFO(end.output << end.error << sweep.logs());
  CHECK(end.status == 0);
  CHECK(wait_until(20, [&] { return sweep.cluster().jobs() == 1; }));
  sweep.cluster().command({"scancel", "--name", "other"});
  CHECK(sweep.listed_pilots().size() >= 4);
  sweep.check_same_as_local();
}

TEST_CASE("while the controller is down, pilots work and commands answer", "[cluster][slow]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=2"};
  options.cluster = "cpus = 4\npilots = 2";
  options.trials = 24;
  options.steps = 100;
  options.step_ms = 200;
  const ClusterSweep sweep(options);
  const std::string log = (sweep.cluster().shared() / "head.log").string();
  const int head = start_command(sweep.words("run"), sweep.cluster().environment(), log);
  REQUIRE(
      wait_until(10, [&] { return std::filesystem::exists(sweep.pilots() / "submission.json"); }));
  REQUIRE(wait_until(
      40, [&] { return sweep.query("SELECT * FROM attempts WHERE points > 5").size() >= 8; }));
  sweep.cluster().signal("slurmctld", "KILL");
  const auto began = std::chrono::steady_clock::now();
  CHECK(sweep.ask({"status", "toy"}).status <= 1);
  CHECK(sweep.ask({"pilots", "toy"}).status == 0);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(40));
  // 24 trials of 20 s on 8 slots take a minute; the controller comes back only afterwards.
  std::optional<int> end;
  CHECK(wait_until(150, [&] {
    end = poll_command(head);
    return end.has_value();
  }));
  std::ifstream in(log);
  std::ostringstream printed;
  printed << in.rdbuf();
  INFO(printed.str() << sweep.logs());
  CHECK(end == 0);
  CHECK_THAT(printed.str(), Contains("24 trials: 24 done"));
  sweep.cluster().revive("slurmctld");
  sweep.check_same_as_local();
}

TEST_CASE("a head that is killed leaves its pilots, and the next one submits none", "[cluster]") {
  POLYSWEEP_NEED_SLURM();
  ClusterSweepOptions options;
  options.slurm = {"nodes=2"};
  options.cluster = "cpus = 4\npilots = 2";
  options.trials = 24;
  options.steps = 40;
  options.step_ms = 100;
  const ClusterSweep sweep(options);
  const int head = start_command(sweep.words("run"), sweep.cluster().environment());
  REQUIRE(
      wait_until(10, [&] { return std::filesystem::exists(sweep.pilots() / "submission.json"); }));
  REQUIRE(wait_until(40, [&] { return sweep.settled() > 0; }));
  kill(head, SIGKILL);
  wait_command(head);
  const CommandEnd end = sweep.run();
  INFO(end.output << end.error << sweep.logs());
  CHECK(end.status == 0);
  CHECK(end.output.find("submitted") == std::string::npos);
  CHECK(sweep.listed_pilots().size() == 2);
  sweep.check_same_as_local();
}

}  // namespace polysweep
