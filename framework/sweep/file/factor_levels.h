// The levels of a factor, written out or generated (docs/sweep_file.md, "Levels").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/sweep/file/listed_values.h"
#include "framework/sweep/file/toml_document.h"
#include "framework/sweep/sampling.h"
#include "framework/sweep/sweep.h"
#include "framework/sweep/value.h"

namespace polysweep {

// The keys of a table that make it a factor, and all that a factor may have.
const std::vector<std::string>& generator_keys();
const std::vector<std::string>& factor_keys();

// The levels of factor `name` from a list, or from a table with one of values,
// range, linspace, logspace, sample; a `when` of the table is left to the
// caller. Not typed yet; not empty. Throws Error with the place.
std::vector<PlacedValue> read_levels(const std::string& name, const TomlNode& node);

// The distribution that levels are drawn from; kNone where they are not. Throws Error with
// the place.
Sampling sampling_of(const TomlNode& node);

// The integers from `first` to `last`, both included. Throws Error (without a
// place) for a step of 0, one that leads away from `last`, or too many.
std::vector<std::int64_t> integer_range(std::int64_t first, std::int64_t last, std::int64_t step);

// Index of the first value that is equal to one before it.
std::optional<std::size_t> first_repeated(const std::vector<Value>& values);

}  // namespace polysweep
