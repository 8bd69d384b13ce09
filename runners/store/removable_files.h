// What lies in a store and is needed by nobody: what `polysweep gc` takes away.
//
// Never logs, outputs, journals or what a report reads. Of a trial's folder only
// the checkpoints and the parameters that its program was handed can go, and the
// folder itself where nothing else is in it. A trial without its checkpoint
// begins anew and ends with the same bits. Symbolic links are not followed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "framework/sweep/trial.h"

namespace polysweep {

enum class RemovableKind : std::uint8_t {
  kCheckpoint,     // a file or folder of a trial that needs it no more
  kTrialFolder,    // nothing but such things is in it
  kSpareFolder,    // left by a run that was killed (command/trial_folder_pool.h)
  kTemporaryFile,  // left by a process that died before it renamed it
};
std::string_view removable_kind_name(RemovableKind kind);  // "checkpoint", "trial folder", ...

struct RemovableFile {
  std::filesystem::path path;
  RemovableKind kind = RemovableKind::kCheckpoint;
  std::uint64_t bytes = 0;
};

// Whether a trial will not be gone on with: it has its result, or no sweep holds it.
using NeedsNoCheckpoint = std::function<bool(const TrialId&)>;

// By path. Only while nobody else uses the store (run_lock.h).
std::vector<RemovableFile> find_removable_files(const std::filesystem::path& store,
                                                const NeedsNoCheckpoint& needs_no_checkpoint);

// Throws Error where it cannot be removed; what is gone already is no error.
void remove_from_store(const RemovableFile& waste);

}  // namespace polysweep
