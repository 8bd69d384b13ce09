// The processes that came from us, children's children included: found, killed,
// and found again after a crash.
//
// A process whose parent dies becomes a child of the nearest ancestor that asked
// for it (adopt_orphans()); so nothing that a child has left behind is lost to
// us while we live. What outlives us is known by a mark in its environment.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace polysweep {

// From now on orphans among our descendants become our children
// (PR_SET_CHILD_SUBREAPER).
void adopt_orphans();

// Set by a host: its process_mark(), for all processes that come from it.
inline constexpr const char* kKeeperVariable = "POLYSWEEP_KEEPER";

enum class Reap : bool { kNo, kYes };

struct Killed {
  std::size_t count = 0;  // processes that were killed
  std::size_t left = 0;   // that would not die within `patience_s`
};

// Kills (SIGKILL) all our descendants but `spared` and theirs, until none is
// left. `reap`: takes away the zombies among our children, but for `spared`;
// kNo where another thread waits for a child. Costs one system call where nobody
// is spared and we have no children.
Killed kill_descendants(std::span<const pid_t> spared, Reap reap, double patience_s = 5);

// Names this process for as long as the machine runs: its number, its start and
// its PID namespace, without spaces.
std::string process_mark();

// Kills the processes that have `variable` set to the process_mark() of one that
// lives no more and, in the variable `folder_variable`, a path below `folder`,
// until none is left, or for `patience_s`. Those of other users and other PID
// namespaces stay untouched. Returns how many.
std::size_t kill_orphans_of_the_dead(std::string_view variable, std::string_view folder_variable,
                                     const std::filesystem::path& folder, double patience_s = 5);

}  // namespace polysweep
