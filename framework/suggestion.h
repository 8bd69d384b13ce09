// The nearest known name to one that is not known, for error messages.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace polysweep {

// " (did you mean 'encoding'?)" if a known name is within a third of the
// unknown one's length in edit distance (insert, delete, replace, swap of
// neighbours), else "". Ties go to the first.
std::string suggestion(std::string_view unknown, std::span<const std::string> known);

}  // namespace polysweep
