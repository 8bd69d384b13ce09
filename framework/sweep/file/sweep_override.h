// Overrides on the command line: NAME=VALUE, NAME=VALUE,VALUE,
// NAME=FIRST..LAST (docs/sweep_file.md, "Overrides").
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/file/sweep_draft.h"
#include "framework/sweep/override.h"

namespace polysweep {

// Throws Error that begins with "override 'WORD'": for a word that is none, an unknown
// parameter, and values that are not its. `may_be_absent` says whether a parameter has
// the level "absent"; without it none has.
Override read_override(const Schema& schema, const std::string& word,
                       const std::function<bool(const std::string&)>& may_be_absent = {});

// Puts the override `word` into the draft: a factor gets new levels and keeps
// its conditions; another parameter becomes fixed, or with several values a
// factor. Throws Error that begins with "override 'WORD'".
void apply_override(SweepDraft& draft, const std::string& word);

// The values of VALUE,VALUE or FIRST..LAST. Throws Error.
std::vector<Value> levels_from_argument(std::string_view text);

}  // namespace polysweep
