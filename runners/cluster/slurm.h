// Slurm's commands: what may still be alive, submission, cancellation.
//
// Commands run without the SLURM_* and SBATCH_* variables of a job that we may be in
// (SLURM_CONF and SLURM_CLUSTERS stay), without a shell, and with a time limit: a
// controller that is down or hangs is an answer that did not come, never an Error.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace polysweep {

// A job that waits, runs, or is ending.
struct SlurmJob {
  std::string id;
  std::string name;
  std::string state;      // "PENDING", "RUNNING", ...
  std::string reason;     // why it waits; "None": it does not
  std::string node;       // "": none yet
  std::string time_left;  // as Slurm shows it
};

// Whether the program `name` of Slurm can be found.
bool has_slurm_program(const std::string& name);

// What squeue printed with kQueueFormat. Lines that cannot be read are skipped: they
// belong to jobs that are not ours.
inline constexpr const char* kQueueFormat = "%i|%T|%L|%N|%r|%j";
std::vector<SlurmJob> parse_queue(const std::string& output);

// The jobs of this user; empty if no answer came.
std::optional<std::vector<SlurmJob>> slurm_queue();

// What partitions there are, with limits and sizes, as a table; "" if no answer came.
std::string slurm_partitions();

struct SbatchAnswer {
  std::string id;       // "": not submitted, as far as sbatch knows
  std::string message;  // what it printed otherwise
};
// `arguments`: options of sbatch, and the script's path. An answer without id does not
// prove that there is no job: look for its name.
SbatchAnswer slurm_submit(const std::vector<std::string>& arguments);

// Cancels jobs by id. Returns what scancel printed if it failed, "" otherwise.
std::string slurm_cancel(const std::vector<std::string>& ids);
// Sends SIGUSR1 to the batch processes of these jobs: their pilots stop at checkpoints.
std::string slurm_warn(const std::vector<std::string>& ids);

}  // namespace polysweep
