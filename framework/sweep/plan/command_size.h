// Commands that the system can start: the limits of execve(2) on Linux.
#pragma once

#include <cstddef>

namespace polysweep {

class Plan;

// An argument, or a variable as NAME=VALUE, has no more bytes than this
// (MAX_ARG_STRLEN, 32 pages, less the zero at its end).
inline constexpr std::size_t kMaxArgumentBytes = 32 * 4096 - 1;

// Bytes that the arguments and the environment of a program can take together on
// this machine: a quarter of the stack's limit, at least 128 KiB, at most 6 MiB.
std::size_t argument_space();

// Throws Error with the place, the size and the limit if the command of a trial is
// too large to be started. Paths that only the run knows are not counted; the
// environment of this process is.
void expect_startable(const Plan& plan);

}  // namespace polysweep
