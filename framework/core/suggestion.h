// Names in error messages: quoted safely, with the nearest known name.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace polysweep {

// " (did you mean 'momentum'?)" if a known name is within a third of the
// unknown one's length in edit distance (insert, delete, replace, swap of
// neighbours), else "". Ties go to the first.
std::string suggestion(std::string_view unknown, std::span<const std::string> known);

// The same; where no name is near, one that begins as `unknown` does, or the other way
// round: "val_acc" for "val_accuracy".
std::string suggestion_or_abbreviation(std::string_view unknown,
                                       std::span<const std::string> known);

// 'name', fit for a message: beyond 60 bytes cut short with its size, control
// characters and bytes that are not UTF-8 as \xNN.
std::string in_quotes(std::string_view name);

// "unknown metric 'blue' (did you mean 'bleu'?)", or, where nothing is near,
// "unknown metric 'x'; known: bleu, loss", with the same escapes. `kind` is the first noun.
std::string unknown_name(std::string_view kind, std::string_view unknown,
                         std::span<const std::string> known);

}  // namespace polysweep
