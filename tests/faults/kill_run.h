// A sweep whose processes are killed with SIGKILL, at random and again and
// again, and which must end as if nothing had happened.
//
// The sweep is run undisturbed in one store, then in another while random
// processes of it are killed: the coordinator (it is restarted), workers, the
// programs they run, what those started, or all at once. After the last kill it
// is let finish. Then all of this must hold: the same trials in the same states
// with the same points, final metrics, texts and comparison as undisturbed, bit
// for bit; every record that was ever seen in a journal is still there; every
// trial is settled once; the database is the one that a rebuild makes; no
// process is left.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/faults/journal_tail.h"
#include "tests/faults/marked_processes.h"

namespace polysweep {

struct KillRunOptions {
  std::filesystem::path polysweep;  // the program
  std::filesystem::path sweep;      // a sweep file
  std::vector<std::string> words;   // further ones for `polysweep run`
  std::filesystem::path folder;     // the stores FOLDER/undisturbed and FOLDER/killed
  int kills = 20;
  double pause_s = 1;  // mean time from one kill to the next (exponential)
  std::uint32_t seed = 1;
  std::vector<std::string> timed;  // metrics that measure time, not compared
};

struct VictimRow {
  int kills = 0;
  // From a kill until a trial was started again in that slot (of a coordinator:
  // in any); the longest.
  double longest_recovery_s = 0;
};

struct KillRunReport {
  std::map<std::string, VictimRow> victims;
  int kills = 0;
  int runs = 0;  // of `polysweep run`
  double undisturbed_s = 0;
  double killed_s = 0;
  std::uint64_t trials = 0;
  std::uint64_t points = 0;
  std::map<std::string, std::uint64_t> ends;  // of attempts, by outcome
  std::uint64_t attempts = 0;
  std::uint64_t acknowledged = 0;  // records that were seen while the sweep was killed
  std::uint64_t lost = 0;
  std::uint64_t settled_twice = 0;
  std::uint64_t counted_twice = 0;
  std::uint64_t left_behind = 0;      // processes, after recoveries and at the end
  std::vector<std::string> problems;  // what did not hold; empty: all did

  std::string text() const;  // the table
};

class KillRun {
 public:
  // Throws Error where there is no such program.
  explicit KillRun(KillRunOptions options);

  // Throws Error where the undisturbed run fails.
  KillRunReport run();

 private:
  void run_undisturbed();
  void disturb();
  void start();
  // True once the sweep is complete, or there is no hope of it.
  bool ended(int status);
  void strike();
  void fell(const std::string& victim, const MarkedProcess& process);
  void note_recovery();
  std::uint64_t lasting_orphans() const;
  void inspect();
  void wait_for_the_last();
  std::vector<std::string> run_words(const std::string& store) const;
  void expect(bool holds, std::string otherwise);

  // A kill from which the sweep has not recovered yet.
  struct Wound {
    std::string victim;
    double since_s = 0;
    std::optional<int> slot;
    std::uint64_t starts = 0;
  };

  KillRunOptions options_;
  KillRunReport report_;
  ProcessMark mark_;
  JournalTail tail_;
  std::mt19937 random_;
  std::filesystem::path log_;
  int coordinator_ = 0;
  int ends_without_kill_ = 0;  // in a row
  int kills_at_start_ = 0;
  std::vector<Wound> wounds_;
};

}  // namespace polysweep
