// A sweep as the journals of its store have it: for a host without a database.
//
// Reads every journal once. The states of trials are those of results/FORMAT.md; a test
// compares them with the database's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "framework/core/file_system.h"
#include "framework/journal/event.h"
#include "framework/journal/journal_reader.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/trial.h"
#include "runners/host/work_source.h"

namespace polysweep {

struct RecordedSweep {
  std::string sweep;
  std::string revision;
  std::string description;  // of the plan (framework/sweep/plan/plan_description.h), JSON
  std::size_t planned = 0;
  std::size_t done = 0;
  std::size_t diverged = 0;
  std::size_t failed = 0;

  // The trials without a final state, in plan order: TrialToRun::index is the position
  // here.
  struct OpenTrial {
    std::string identity;  // identity_text()
    std::uint32_t cell = 0;
  };
  std::vector<OpenTrial> open;
  std::vector<TrialToRun> to_run;
  // The levels of each cell, as in CellsPlanned::Row.
  std::vector<std::string> cells;
  // The identity of some trial of the plan.
  std::string some_identity;

  double longest_s = 0;  // of an attempt that gave a result; 0: none
  bool resumes = false;  // an attempt of a trial resumed from a checkpoint
  // Up to where each host's journal was read.
  std::map<std::string, JournalPosition> positions;

  Trial trial(std::size_t index) const;
  Parameters levels(std::size_t index) const;
};

// The sweep as last planned. Throws Error that names the sweeps of the store where it has
// none of this name, or where not all of its plan can be read.
RecordedSweep read_recorded_sweep(FileSystem& files, const std::filesystem::path& store,
                                  const std::string& sweep);

}  // namespace polysweep
