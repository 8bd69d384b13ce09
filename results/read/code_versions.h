// The versions of the code that the trials of a sweep were planned with.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "results/read/last_planning.h"
#include "results/schema/database.h"

namespace polysweep {

// The factor that stands for the version where two are compared.
inline constexpr std::string_view kCodeFactor = "code";

struct CodeVersion {
  std::string code;                          // Trial::code_digest
  std::string name;                          // its first digits, at least 8, that no other has
  std::map<std::string, std::string> files;  // PlanDescription::code_files
  LastPlanning planning;                     // the last one with this code
  std::int64_t planned_us = 0;               // its time
  std::uint64_t trials = 0;                  // of that planning
  // Of these, done or diverged. Not counted (0) where the sweep has one version.
  std::uint64_t settled = 0;
};

// By the time of their last planning: the sweep as last planned has the last one. Empty for
// an experiment of a worker. Throws Error that names the nearest known sweep.
std::vector<CodeVersion> load_code_versions(const Database& database, const std::string& sweep);

// The version whose digest begins with `prefix`. Throws Error that lists the versions of
// `sweep` where there is not exactly one.
const CodeVersion& find_code_version(const std::vector<CodeVersion>& versions,
                                     const std::string& sweep, std::string_view prefix);

// "train.py differs; new.py is new; old.py is gone": what `now` has otherwise than `before`.
std::string file_changes(const std::map<std::string, std::string>& before,
                         const std::map<std::string, std::string>& now);

// A sentence for whoever reads results of the last of `versions`: under which other versions
// trials are done. "" for none.
std::string other_versions_sentence(const std::string& sweep,
                                    const std::vector<CodeVersion>& versions);

// The ids (hex) of settled trials whose identity has `code` and that did not run `runs`.
std::unordered_set<std::string> settled_under_other_code(const Database& database,
                                                         const std::string& code,
                                                         const std::string& runs);

// The parameters (canonical JSON) of the version's trials that are done or diverged.
std::unordered_set<std::string> settled_parameters(const Database& database,
                                                   const CodeVersion& version);

}  // namespace polysweep
