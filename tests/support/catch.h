// Catch2, whichever of v2 (Debian 12) and v3 is there, and how a test skips.
//
// Tests of LibTorch code include tests/support/torch_catch.h instead.
#pragma once

#if __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
using Catch::Matchers::Contains;
#else
#include <catch2/catch_all.hpp>
using Catch::Approx;
inline auto Contains(const std::string& part) { return Catch::Matchers::ContainsSubstring(part); }
#endif

#include <cstdio>
#include <string>

// Ends the test case here and has ctest count it as skipped, with the reason.
#define POLYSWEEP_SKIP(reason)               \
  do {                                       \
    std::printf("[skipped] %s\n", (reason)); \
    std::fflush(stdout);                     \
    SUCCEED("skipped");                      \
    return;                                  \
  } while (false)
