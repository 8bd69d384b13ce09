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

// What a sweep file declares of its code (code_same_as), and how many trials count by it; ""
// where it declares nothing.
std::string declared_code_text(const Database& database, const Plan& plan,
                               const PlanStanding& standing);

// The code of a sweep as it lies in its folder now, where it is not that of its plan.
struct ChangedCode {
  std::string planned;  // first digits of the digests
  std::string now;
  std::string files;          // what differs
  std::string file;           // the sweep's
  std::string words;          // of the command line: " lr=0.1 --as NAME"; ""
  bool has_snapshot = false;  // the store has the code as planned
};
// Empty where it is that of the plan, and where that cannot be told.
std::optional<ChangedCode> changed_code(const Database& database,
                                        const std::filesystem::path& store,
                                        const std::string& sweep);

// A sentence on a sweep whose code, as it lies in its folder now, is not that of its plan.
// "" where it is, and where that cannot be told (the sweep file is gone or not valid).
std::string changed_since_planned(const Database& database, const std::string& sweep);

}  // namespace polysweep
