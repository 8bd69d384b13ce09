// The processes that descend from us: finds and kills them, also after a crash.
//
// A process whose parent dies becomes a child of the nearest ancestor that adopts
// orphans (adopt_orphans()), so we can find everything that a child left behind
// while we run. Processes that outlive us are recognised by a mark in their
// environment.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace polysweep {

// From now on, orphans among our descendants become our children
// (PR_SET_CHILD_SUBREAPER).
void adopt_orphans();

enum class Reap : bool { kNo, kYes };

struct Killed {
  std::size_t count = 0;  // processes that were killed
  std::size_t left = 0;   // still alive after `patience_s`
};

// Kills (SIGKILL) all our descendants except `spared` and their descendants, and
// repeats until none is left. `reap`: waits for the zombies among our children,
// except `spared`; kNo if another thread waits for a child. Costs one system call
// if nothing is spared and we have no children.
Killed kill_descendants(std::span<const pid_t> spared, Reap reap, double patience_s = 5);

// Identifies this process until the machine restarts: its number, its start time
// and its PID namespace, without spaces.
std::string process_mark();

// Kills the processes in whose environment `variable` is the process_mark() of a
// process that has ended and `folder_variable` is a path below `folder`. Repeats
// until none is left, or for `patience_s`. Processes of other users and other PID
// namespaces are not touched. Returns how many were killed.
std::size_t kill_orphans_of_dead_hosts(std::string_view variable, std::string_view folder_variable,
                                       const std::filesystem::path& folder, double patience_s = 5);

}  // namespace polysweep
