// What the code of a command ran with: its commit, interpreter, packages, container.
//
// Asked once at the start of a run, outside of the work tree and with a time limit; what
// cannot be found out is a fact that says so, never an error.
#pragma once

#include <filesystem>

#include "framework/core/provenance.h"
#include "framework/sweep/command_spec.h"

namespace polysweep {

// Facts "code.*" (commit, branch, dirty, diff), "interpreter.*", "package.NAME",
// "container". A diff against the commit is kept beside the snapshot in `store`, by its
// digest. `program`: the path of the program; "" where it is not known before a trial.
Provenance user_world(const CommandSpec& command, const std::filesystem::path& store,
                      const std::filesystem::path& program);

}  // namespace polysweep
