// What changed in the code of a sweep since its trials were done, said before anything runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/shared/plan_from_file.h"
#include "results/read/code_versions.h"
#include "results/read/ledger.h"

namespace polysweep {

struct CodeRerun {
  CodeVersion before;         // the latest other version with trials that are done
  std::string now;            // digest of the plan's code, cut as before.name is
  std::string files;          // what differs, with its lines where they are at hand
  std::uint64_t again = 0;    // trials that are done under `before` and not under `now`
  bool has_snapshot = false;  // the store has the code of `before`
};

// Empty where the plan's trials are done under its code, or no such trial is done under
// another. `standing` is the plan's, `store` the folder of the database.
std::optional<CodeRerun> code_rerun(const Database& database, const std::filesystem::path& store,
                                    const Plan& plan, const PlanStanding& standing);

// Lines for the reader of `plan` and `run`, without a newline at the end.
std::string code_rerun_text(const CodeRerun& change, const Sweep& sweep);

// A sentence on a sweep whose code, as it lies in its folder now, is not that of its plan.
// "" where it is, and where that cannot be told (the sweep file is gone or not valid).
std::string changed_since_planned(const Database& database, const std::string& sweep);

}  // namespace polysweep
