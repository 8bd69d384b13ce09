// Where the files of a store are.
//
//   STORE/journal/HOST/                 a host's journal, lease and stop request
//   STORE/claims/                       the claims log (sharing/claim_log.h)
//   STORE/code/                         snapshots of code (code/code_snapshot.h)
//   STORE/commands/                     catalogues of command workers
//   STORE/trials/XX/<32 hex digits>/    a trial: XX are its first two digits
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "framework/sweep/trial.h"

namespace polysweep {

std::filesystem::path journal_folder(const std::filesystem::path& store, const std::string& host);

// A string, since it is needed at every start of a trial and a path is slow to
// build.
std::string trial_folder(const std::filesystem::path& store, const TrialId& id);

// Folders in STORE/trials that a worker keeps for its next trial begin with this
// (command/trial_folder_pool.h).
inline constexpr std::string_view kSpareFolderPrefix = ".spare-";

// In a trial's folder, for trials that run a program: where the program keeps its
// checkpoints, the parameters it was given, the metrics file of an attempt, and what was
// captured of it, as lines of the same form.
std::filesystem::path checkpoint_folder(const std::filesystem::path& trial_folder);
std::filesystem::path parameters_path(const std::filesystem::path& trial_folder);
std::filesystem::path report_path(const std::filesystem::path& trial_folder, std::uint32_t attempt);
std::filesystem::path captured_path(const std::filesystem::path& trial_folder,
                                    std::uint32_t attempt);
// Where the program runs and what it writes by relative paths (code/working_folder.h).
std::filesystem::path work_folder(const std::filesystem::path& trial_folder);
// The store of that folder.
std::filesystem::path store_of(const std::filesystem::path& trial_folder);
// What an attempt printed.
std::filesystem::path log_path(const std::filesystem::path& trial_folder, std::uint32_t attempt);

}  // namespace polysweep
