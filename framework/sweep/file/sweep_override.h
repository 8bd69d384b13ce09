// Overrides on the command line: NAME=VALUE, NAME=VALUE,VALUE,
// NAME=FIRST..LAST (docs/sweep_file.md, "Overrides").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/file/sweep_draft.h"

namespace polysweep {

// Puts the override `word` into the draft: a factor gets new levels and keeps
// its conditions; another parameter becomes fixed, or with several values a
// factor. Throws Error that begins with "override 'WORD'".
void apply_override(SweepDraft& draft, const std::string& word);

// The values of VALUE,VALUE or FIRST..LAST; where `texts`, every piece is a text. Throws
// Error.
std::vector<Value> levels_from_argument(std::string_view text, bool texts);

}  // namespace polysweep
