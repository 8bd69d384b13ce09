// What a store knows of the pilots of a sweep: STORE/pilots/SWEEP/.
//
//   submission.json  what the last `submit` or `run --cluster` asked for; follow-up pilots
//                    get the same
//   JOB.job          one job of the batch system, written before it is submitted
//   JOB.sh, JOB.log  its script and what it printed
//   HOST.pilot       one start of a pilot: which job, where, and how it ended
//
// JOB is a unique name, which the job also has in Slurm; HOST is the pilot's journal. The
// files are small JSON objects, each replaced in one step by one writer at a time. They
// decide nothing about trials: without them, only pilots are submitted needlessly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework/core/file_system.h"

namespace polysweep {

// Times: microseconds since 1970.
struct SubmissionRecord {
  std::string cluster_file;            // where the cluster file was read from
  std::string cluster;                 // its text
  std::vector<std::string> arguments;  // of `polysweep pilot`, beside --store, --sweep, --job
  std::string program;                 // the path of polysweep
  std::int64_t time_us = 0;
  int most = 0;          // pilots at once; 0: as the cluster file says
  bool stopped = false;  // `polysweep stop`: no follow-up pilots
};

struct PilotJob {
  std::string name;
  std::string id;  // Slurm's; "": not known (yet)
  std::int64_t submitted_us = 0;
  std::string refusal;    // what sbatch said if it refused
  bool answered = false;  // sbatch has said whether it took the job
};

struct PilotRun {
  std::string host;  // its journal
  std::string job;   // "": started by hand
  std::string job_id;
  std::string node;
  std::int64_t restarts = 0;  // how often Slurm had started the job before
  std::int64_t pid = 0;
  std::int64_t started_us = 0;
  std::int64_t ended_us = 0;  // 0: it runs, or was killed
  std::string end;            // why it ended, a sentence
  std::uint64_t settled = 0;  // trials
  std::uint64_t failed = 0;   // of these
  bool idle = false;          // there was nothing left for it
  bool bad_node = false;      // everything failed there (runners/host/machine_breaker.h)
};

class PilotFolder {
 public:
  // Nothing is created before something is written.
  PilotFolder(FileSystem& files, const std::filesystem::path& store, const std::string& sweep);

  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path script_path(const std::string& job) const;
  std::filesystem::path log_path(const std::string& job) const;
  // The trials that this pilot has settled: as it recorded at its end, or, where it was
  // killed, by its journal.
  std::uint64_t settled_by(const PilotRun& run) const;

  std::optional<SubmissionRecord> submission() const;
  // By time, then name. Files that cannot be read are skipped.
  std::vector<PilotJob> jobs() const;
  std::vector<PilotRun> runs() const;

  void write(const SubmissionRecord& record);
  void write(const PilotJob& job);
  void write(const PilotRun& run);

  // Held while pilots are counted and submitted; empty if another process holds it.
  std::unique_ptr<FileLock> try_lock();

 private:
  std::string read(const std::string& name) const;

  FileSystem& files_;
  std::filesystem::path store_;
  std::filesystem::path folder_;
};

// The name of a new job: "polysweep-SWEEP-" and 12 random hex digits, of [a-z0-9-].
std::string new_job_name(const std::string& sweep);
// A new host name of a pilot: "pilot-" and 16 random hex digits.
std::string new_pilot_name();

}  // namespace polysweep
