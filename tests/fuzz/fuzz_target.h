// A fuzz target: one file NAME_fuzz.cc that defines fuzz(), and a kept corpus in
// corpus/NAME.
//
// Built by clang with POLYSWEEP_FUZZ, libFuzzer calls it with inputs that it
// makes up; in every other build corpus_main.cc calls it with those that are
// kept. A target may throw Error for an input that is wrong: that is what is
// asked of parsers. Any other exception, and expect(false, ...), is a find.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace polysweep {

// Defined by each target.
void fuzz(std::string_view input);

// Ends the program, saying what did not hold.
void expect(bool condition, const char* claim);

}  // namespace polysweep

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
