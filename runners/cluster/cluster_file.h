// A cluster file: what a pilot asks of Slurm (docs/guide/cluster.md).
//
// Nothing in it is part of a trial's identity.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

struct ClusterSpec {
  std::string name;                     // of the file, without its ending
  std::string file;                     // where it was read from
  std::vector<std::string> partitions;  // Slurm takes the one that starts first
  std::string account;
  std::string qos;
  std::int64_t time_s = 0;             // of a pilot; 0: the partition's default
  int cpus = 1;                        // of a pilot, on one node
  int gpus = 0;                        // likewise
  std::string gpu_type;                // "": any
  std::string memory;                  // of a pilot, as Slurm takes it; "": the partition's default
  int pilots = 4;                      // most at once
  int slots = 0;                       // as `run --slots`
  int warning_s = 60;                  // before the end of its time, a pilot stops
  std::vector<std::string> options;    // more options of sbatch
  std::vector<std::string> before;     // lines of the script before the pilot
  std::vector<std::string> container;  // words before the pilot's command
  std::string database;                // where the database of a store lies; "": by default

  // How many trials a pilot runs at once.
  int trials_at_once() const;
};

// Reads the text of a cluster file. Throws Error with "file:line:column" for an unknown
// key (with the nearest one), a wrong type or an impossible size.
ClusterSpec parse_cluster(std::string_view text, const std::string& file);

// The folders with cluster files, first to last: `clusters` in `sweep_folder`, then in
// $XDG_CONFIG_HOME/polysweep or ~/.config/polysweep.
std::vector<std::filesystem::path> cluster_folders(const std::filesystem::path& sweep_folder);
// Finds NAME.toml there. Throws Error with the known names where there is none.
std::filesystem::path find_cluster_file(const std::string& name,
                                        const std::filesystem::path& sweep_folder);

// Seconds of a time as Slurm takes it: "90" (minutes), "90:00", "01:30:00", "2-12",
// "2-12:30", "2-12:30:00". -1 for another text.
std::int64_t slurm_seconds(std::string_view text);
// As D-HH:MM:SS.
std::string slurm_time(std::int64_t seconds);

}  // namespace polysweep
