// polysweep cluster check: whether a cluster file and its cluster work.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include "cli/commands/command_table.h"
#include "cli/shared/absolute_path.h"
#include "cli/shared/cluster_head.h"
#include "cli/shared/worker_program.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/suggestion.h"
#include "reports/text/escaping.h"
#include "runners/sharing/recorded_sweep.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSweep = "cluster_check";
constexpr std::size_t kTrials = 10;
constexpr int kLook_ms = 500;
constexpr double kQueue_s = 5;
constexpr std::int64_t kClocksDiffer_us = 60'000'000;

constexpr const char* kSweepText = R"(sweep = "cluster_check"
experiment = "toy"
replicate = "seed"
[fixed]
steps = 3
[factors]
seed = { range = [0, 9] }
[metrics]
primary = { name = "objective", goal = "minimize" }
)";

void declare_cluster_command(CommandOptions& options) {
  declare_store(options);
  declare_worker(options);
  options.shown.add_options()("wait",
                              po::value<double>()->default_value(600)->value_name("SECONDS"),
                              "how long to wait until the pilot has started");
  options.argument("action");
  options.argument("name");
}

std::string log_of(const PilotFolder& folder, const PilotJob& job) {
  std::error_code none;
  const fs::path log = folder.log_path(job.name);
  return fs::exists(log, none) ? system_files().read(log) : std::string();
}

class ClusterCheck {
 public:
  ClusterCheck(const po::variables_map& given, const std::string& name)
      : given_(given),
        name_(name),
        folder_(absolute_path("store", given["store"].as<std::string>()) / new_job_name("check")),
        pilots_(system_files(), folder_, kSweep) {}

  int run();

 private:
  void expect_hard_links() const;
  int submit() const;
  std::string watch();
  std::string end_without_pilot(const PilotState& state) const;
  std::string end_of(const PilotRun& run, const PilotJob& job) const;

  const po::variables_map& given_;
  std::string name_;
  fs::path folder_;  // a store of its own
  PilotFolder pilots_;
};

// Claims of trials are made by hard links.
void ClusterCheck::expect_hard_links() const {
  const fs::path file = folder_ / "hard-link";
  const bool made = system_files().create_atomically(file, "1");
  if (made && !system_files().create_atomically(file, "2")) return;
  fail("{} is on a file system on which hard links do not work as they must; use another --store",
       folder_.string());
}

int ClusterCheck::submit() const {
  std::vector<std::string> words = {(folder_ / "check.toml").string(),
                                    "--cluster",
                                    name_,
                                    "--pilots",
                                    "1",
                                    "--store",
                                    folder_.string()};
  if (given_.count("worker") > 0) {
    words.insert(words.end(), {"--worker", given_["worker"].as<std::string>()});
  }
  return find_command("submit").run(
      parse_arguments(find_command("submit"), CommandOptions(find_command("submit")), words));
}

std::string ClusterCheck::end_without_pilot(const PilotState& state) const {
  const std::string log = log_of(pilots_, state.job);
  if (log.empty()) {
    return fmt::format(
        "job {} ended without any output: the nodes do not see {}, or may not write there; use a "
        "--store on a folder that the login node and all nodes share",
        state.job.id, folder_.string());
  }
  return fmt::format("job {} ended before its pilot started; it printed:\n{}", state.job.id, log);
}

std::string ClusterCheck::end_of(const PilotRun& run, const PilotJob& job) const {
  const RecordedSweep sweep = read_recorded_sweep(system_files(), folder_, kSweep);
  if (sweep.done != kTrials) {
    return fmt::format("the pilot on {} ended with {} of {} trials: {}; it printed:\n{}", run.node,
                       sweep.done, kTrials, run.end, log_of(pilots_, job));
  }
  const std::int64_t now_us = system_clock().wall_us();
  const bool is_early = run.started_us < job.submitted_us - kClocksDiffer_us;
  const bool is_late = run.started_us > now_us + kClocksDiffer_us;
  if (is_early || is_late) {
    fmt::print(
        "the clock of {} is {:.0f} s away from the one here: dates of its trials are wrong, "
        "results are not affected\n",
        run.node,
        1e-6 * static_cast<double>(is_early ? job.submitted_us - run.started_us
                                            : run.started_us - now_us));
  }
  fmt::print("cluster {} works: {} trials on {}\n", name_, kTrials, run.node);
  return "";
}

// What is wrong; "" if nothing is.
std::string ClusterCheck::watch() {
  const double start_s = system_clock().monotonic_s();
  double asked_s = start_s;
  while (true) {
    const std::vector<PilotRun> runs = pilots_.runs();
    const std::vector<PilotJob> jobs = pilots_.jobs();
    check(!jobs.empty(), "a pilot was submitted");
    if (!runs.empty() && runs.back().ended_us > 0) return end_of(runs.back(), jobs.back());
    const double now_s = system_clock().monotonic_s();
    if (now_s - asked_s >= kQueue_s) {
      asked_s = now_s;
      const auto queue = slurm_queue();
      const PilotState state = pilot_states(pilots_, queue, system_clock().wall_us()).back();
      if (queue && !state.may_live && state.runs.empty()) return end_without_pilot(state);
      if (queue && !state.may_live && pilots_.runs().back().ended_us == 0) {
        return fmt::format("the pilot was killed; it printed:\n{}", log_of(pilots_, state.job));
      }
      const std::string why = state.queued ? hopeless_reason(state.queued->reason) : "";
      if (!why.empty()) {
        return fmt::format("job {} will not start: Slurm says {}, {}", state.job.id,
                           state.queued->reason, why);
      }
      if (now_s - start_s > given_["wait"].as<double>()) {
        return fmt::format(
            "the pilot has not ended after {:.0f} s; Slurm says {}", now_s - start_s,
            state.queued ? state.queued->state + " " + state.queued->reason : "nothing");
      }
    }
    poll(nullptr, 0, kLook_ms);
  }
}

int ClusterCheck::run() {
  const fs::path file = find_cluster_file(name_, fs::current_path());
  const std::string text = system_files().read(file);
  parse_cluster(text, file.string());
  system_files().create_folders(folder_ / "clusters");
  system_files().replace(folder_ / "clusters" / (name_ + ".toml"), text);
  system_files().replace(folder_ / "check.toml", kSweepText);
  expect_hard_links();
  const int submitted = submit();
  const std::string problem = submitted == kExitComplete ? watch() : "";
  if (submitted == kExitComplete && problem.empty()) {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    return kExitComplete;
  }
  if (!problem.empty()) fmt::print(stderr, "polysweep: {}\n", problem);
  fmt::print(stderr, "what was tried is in {}\n", folder_.string());
  return kExitMissing;
}

int run_cluster(const po::variables_map& given) {
  const std::string action = required_argument(given, "action", "check");
  if (action != "check")
    fail("cluster {}: expected `polysweep cluster check NAME`", in_quotes(action));
  const std::string name = required_argument(given, "name", "the name of a cluster file");
  return ClusterCheck(given, name).run();
}

}  // namespace

const Command kClusterCommand = {
    "cluster",
    "Checks that a cluster file and its cluster work: a pilot runs ten small trials",
    "check NAME [--store FOLDER] [--wait SECONDS]",
    "  polysweep cluster check gpu --store /shared/runs",
    declare_cluster_command,
    run_cluster,
};

}  // namespace polysweep
