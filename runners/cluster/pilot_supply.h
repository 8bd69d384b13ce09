// Submits pilots of a sweep, as many as there is work for.
//
// The intent comes first: the store has a job's unique name before sbatch is called. A
// job is recognised by that name alone (ids are reused), and is alive while Slurm's queue
// has it. After an error or a timeout of sbatch the name is looked for before anything
// is submitted again. A surplus pilot finds nothing to do and ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "framework/core/file_system.h"
#include "runners/cluster/cluster_file.h"
#include "runners/cluster/pilot_folder.h"
#include "runners/cluster/slurm.h"

namespace polysweep {

// How many jobs in a row that settle nothing stop the submission of more.
inline constexpr int kFruitlessJobs = 3;

// A job, by what the store and the queue say.
struct PilotState {
  PilotJob job;
  std::optional<SlurmJob> queued;
  std::vector<PilotRun> runs;
  bool may_live = false;

  // It is over, and settled nothing although there was work.
  bool fruitless(const PilotFolder& folder) const;
};

// By time. `queue`: empty if Slurm did not answer; then a job whose last run has not ended
// may live. `now_us`: the time of day.
std::vector<PilotState> pilot_states(const PilotFolder& folder,
                                     const std::optional<std::vector<SlurmJob>>& queue,
                                     std::int64_t now_us);

// Why no more pilots are submitted: the last jobs since `since_us` were all fruitless; ""
// otherwise. Quotes the last lines of the last job's log.
std::string fruitless_sentence(FileSystem& files, const PilotFolder& folder,
                               const std::vector<PilotState>& states, std::int64_t since_us);

struct PilotDemand {
  std::uint64_t trials_left = 0;
  // The job that we are in and that ends: it does not count, and a new one waits for its
  // end. "": none.
  std::string ending_job;
  std::string ending_id;
};

struct PilotSupply {
  bool answered = false;  // Slurm said which jobs there are; else nothing was done
  std::size_t submitted = 0;
  std::size_t waiting = 0;  // including those just submitted
  std::size_t running = 0;
  std::string problem;  // why not all that are wanted were submitted; "" if they were
  std::vector<PilotState> states;

  std::size_t alive() const { return waiting + running; }
};

// Once, under the folder's lock: if another process holds it, that process submits, and
// nothing is done here. Throws Error where there is no valid submission.json, or files
// cannot be written.
PilotSupply supply_pilots(FileSystem& files, const std::filesystem::path& store,
                          const std::string& sweep, const PilotDemand& demand);

// The script of a job.
std::string pilot_script(const ClusterSpec& cluster, const SubmissionRecord& submission,
                         const std::filesystem::path& store, const std::string& sweep,
                         const std::string& job);
// The options of sbatch for it. `excluded`: nodes.
std::vector<std::string> pilot_options(const ClusterSpec& cluster,
                                       const std::filesystem::path& store,
                                       const std::filesystem::path& log, const std::string& job,
                                       const std::vector<std::string>& excluded);

}  // namespace polysweep
