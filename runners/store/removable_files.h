// Files of a store that nobody needs any more: what `polysweep gc` removes.
//
// Of a trial, only these can be removed, and only if it needs no checkpoint:
//   - checkpoints of a training, recognised by name and format
//     (framework/worker/checkpoint_file.h);
//   - the content of the checkpoint folder that a program was given;
//   - the parameters file that a program was given, if nothing else is left in the
//     trial's folder, and then the folder itself.
// A file or folder that the record or a metrics file names as an artifact is never
// removed, wherever it is, not even if it was refused; nor are logs, outputs, journals
// or anything that a report reads. A trial without its checkpoint starts from the
// beginning and ends with the same bits. Symbolic links are neither followed nor removed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/trial.h"

namespace polysweep {

enum class RemovableKind : std::uint8_t {
  kCheckpoint,     // a file or folder of a trial that needs no checkpoint
  kTrialFolder,    // contains nothing else
  kSpareFolder,    // left behind by a run that was killed (command/trial_folder_pool.h)
  kTemporaryFile,  // left behind by a process that ended before it renamed the file
  kCode,           // a snapshot of code that no trial ran, or a part of one
};
std::string_view removable_kind_name(RemovableKind kind);  // "checkpoint", "trial folder", ...

struct RemovableFile {
  std::filesystem::path path;
  RemovableKind kind = RemovableKind::kCheckpoint;
  std::uint64_t bytes = 0;
};

// What the record says about a trial.
struct RecordedTrial {
  // It has its result, or no sweep contains it: it will not be resumed.
  bool needs_no_checkpoint = false;
  // Files that its attempts have recorded, relative to the trial's folder.
  std::vector<std::string> artifacts;
};
using RecordOfTrial = std::function<RecordedTrial(const TrialId&)>;

// Sorted by path. Only while nobody else uses the store (run_lock.h).
std::vector<RemovableFile> find_removable_files(const std::filesystem::path& store,
                                                const RecordOfTrial& record_of);

// Throws Error if it cannot be removed; a file that does not exist is not an error.
void remove_from_store(const RemovableFile& file);

}  // namespace polysweep
