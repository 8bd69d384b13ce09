#include "cli/shared/trial_replay.h"

#include <algorithm>
#include <map>
#include <optional>

#include "cli/shared/declared_commands.h"
#include "cli/shared/host_configuration.h"
#include "cli/shared/plan_from_file.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/sweep/file/sweep_file.h"
#include "results/ingest/ingest.h"
#include "results/read/replay_check.h"
#include "results/read/sweeps_of_trial.h"
#include "runners/code/code_files.h"
#include "runners/code/code_snapshot.h"
#include "runners/host/host.h"
#include "runners/store/host_name.h"
#include "runners/store/plan_journal.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

// What the trials ran must still be there: in the store, or unchanged in the work tree.
void expect_code(const ExperimentSpec& spec, const fs::path& store) {
  const CommandSpec& command = *spec.command;
  if (command.has_snapshot() && has_snapshot(store, command.code_digest())) return;
  CommandSpec in_tree = command;
  in_tree.code.is_live = true;
  DigestCache digests;
  const std::string difference = code_difference(in_tree, digests);
  if (difference.empty()) return;
  fail("the code of the trials is not there any more: in {}, {}; restore it", command.code.root,
       difference);
}

class Workers {
 public:
  Workers(const po::variables_map& given, const Database& database, const fs::path& store)
      : given_(given),
        database_(database),
        data_(data_folder(given)),
        store_(store),
        commands_(declared_commands(store)) {}

  // The index of the trial's worker in groups().
  std::size_t of(const Trial& trial) {
    bool has_name = false;
    for (const ExperimentSpec& spec : commands_) {
      if (spec.name != trial.experiment || spec.version < trial.experiment_version) continue;
      has_name = true;
      const std::string data = data_.digest_for(spec.data, trial.parameters);
      const EarlierParameters earlier = earlier_parameters(spec.schema, trial.experiment_version);
      if (spec.command->identity_digest(data, earlier) == trial.data_digest &&
          spec.command->identity_code() == trial.code_digest) {
        return of_command(spec);
      }
    }
    if (has_name) {
      fail(
          "trial {} ran a command, and no declaration in the store matches its digest {}: name the "
          "folder of its data with --data FOLDER",
          trial.id.brief(), trial.data_digest.substr(0, 12));
    }
    return of_worker(trial);
  }

  std::vector<ReplayGroup>& groups() { return groups_; }

 private:
  std::size_t of_command(const ExperimentSpec& spec) {
    const std::string digest = spec.command->to_json();
    const auto [place, is_new] = by_command_.try_emplace(digest, groups_.size());
    if (is_new) {
      expect_code(spec, store_);
      groups_.push_back({command_worker_of(spec), {}});
      groups_.back().worker.code_store = store_;
    }
    return place->second;
  }

  // All trials of an experiment are run by one worker: that of the first trial's
  // first sweep that names one.
  std::size_t group_of(const Trial& trial) {
    const auto [place, is_new] = by_experiment_.try_emplace(trial.experiment, groups_.size());
    if (!is_new) return place->second;
    std::optional<NamedWorker> named;
    if (given_.count("worker") == 0) {
      for (const SweepOfTrial& origin :
           load_sweeps_of_trial(database_, trial.id, trial.parameters)) {
        if (fs::exists(origin.file))
          named = named_worker(read_sweep_file(origin.file), origin.file);
        if (named) break;
      }
    }
    Worker worker = find_worker(given_, named);
    const auto same = std::find_if(groups_.begin(), groups_.end(), [&](const ReplayGroup& group) {
      return !group.worker.runs_command() && group.worker.program == worker.program;
    });
    place->second = static_cast<std::size_t>(same - groups_.begin());
    if (same == groups_.end()) groups_.push_back({std::move(worker), {}});
    return place->second;
  }

  std::size_t of_worker(const Trial& trial) {
    const std::size_t group = group_of(trial);
    const Worker& worker = groups_[group].worker;
    const ExperimentSpec& spec = worker.catalogue.at(trial.experiment);
    if (spec.version != trial.experiment_version) {
      fail(
          "trial {} used version {} of {}, but {} has version {}, whose results differ: name the "
          "earlier worker with --worker PROGRAM",
          trial.id.brief(), trial.experiment_version, trial.experiment, worker.program.string(),
          spec.version);
    }
    if (data_.digest_for(spec.data, trial.parameters) != trial.data_digest) {
      fail(
          "trial {} read other data than the data folder holds: name its folder with --data FOLDER",
          trial.id.brief());
    }
    return group;
  }

  const po::variables_map& given_;
  const Database& database_;
  DataFolder data_;
  fs::path store_;
  std::vector<ExperimentSpec> commands_;
  std::map<std::string, std::size_t> by_command_;
  std::map<std::string, std::size_t> by_experiment_;
  std::vector<ReplayGroup> groups_;
};

}  // namespace

std::set<std::string> ReplayGroup::time_metrics() const {
  std::set<std::string> out;
  for (const ExperimentSpec& spec : worker.catalogue.experiments) {
    for (const MetricSpec& metric : spec.metrics) {
      if (measures_time(metric.unit)) out.insert(metric.name);
    }
  }
  return out;
}

std::vector<ReplayGroup> replay_groups(const po::variables_map& given, const Database& database,
                                       const fs::path& store, std::vector<Trial> trials) {
  Workers workers(given, database, store);
  for (Trial& trial : trials) {
    const std::size_t group = workers.of(trial);
    workers.groups()[group].trials.push_back(std::move(trial));
  }
  return std::move(workers.groups());
}

bool run_again(const po::variables_map& given, const ReplayGroup& group, const fs::path& into,
               ProgressSink& sink, StopFlag& stop) {
  HostConfiguration setup(given, group.worker, data_folder(given), into);
  setup.options().sweep = "replay";
  setup.options().name = machine_name();
  setup.choose_slots({});
  check(!group.trials.empty(), "a group has trials");
  Host host(system_files(), setup.options());
  write_trials(host.journal(), "replay", group.trials);
  std::vector<TrialToRun> work;
  for (std::size_t i = 0; i < group.trials.size(); ++i) {
    work.push_back({i, 1, {}, group.trials[i].id});
  }
  RunSize size;
  size.planned = work.size();
  const HostResult result = host.run(
      std::move(work), [&](std::size_t index) { return group.trials[index]; }, size, sink, stop);
  if (!result.breaker_sentence.empty()) sink.notice(result.breaker_sentence);
  Ingest(system_files(), into).catch_up();
  return !result.stopped && result.breaker_sentence.empty();
}

}  // namespace polysweep
