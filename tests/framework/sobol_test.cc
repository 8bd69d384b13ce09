#include "framework/core/sobol.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "framework/core/normal_distribution.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

// scipy 1.17.1: qmc.Sobol(64, scramble=False).random(2**14)[12345] * 2**14.
constexpr std::uint32_t kPoint12345[kMaxSobolDimensions] = {
    10501, 13327, 2627,  8631,  14557, 965,   2085, 1857,  13137, 7039,  1217,  9811,  15253,
    15431, 565,   10499, 1025,  835,   5233,  5627, 3265,  1331,  9945,  14135, 7231,  4845,
    5997,  7897,  1437,  6627,  4701,  10847, 8235, 10835, 3117,  14919, 43,    5281,  15727,
    15535, 3531,  13115, 12487, 9379,  4733,  7817, 16087, 3929,  10865, 10041, 12639, 7429,
    145,   10089, 14191, 9029,  7309,  15935, 7573, 15887, 1771,  10283, 15891, 7629};

}  // namespace

TEST_CASE("Sobol's points are those of scipy, in 64 dimensions", "[sobol]") {
  // qmc.Sobol(3, scramble=False).random(8)
  const double first[8][3] = {{0, 0, 0},
                              {0.5, 0.5, 0.5},
                              {0.75, 0.25, 0.25},
                              {0.25, 0.75, 0.75},
                              {0.375, 0.375, 0.625},
                              {0.875, 0.875, 0.125},
                              {0.625, 0.125, 0.875},
                              {0.125, 0.625, 0.375}};
  for (std::uint32_t i = 0; i < 8; ++i) {
    for (std::size_t d = 0; d < 3; ++d) {
      CHECK(SobolDimension(d).at(i) * 0x1p-32 == first[i][d]);
    }
  }
  for (std::size_t d = 0; d < kMaxSobolDimensions; ++d) {
    INFO("dimension " << d);
    CHECK(SobolDimension(d).at(12345) == kPoint12345[d] << 18);
  }
}

TEST_CASE("a scrambled sequence is still a net, and another one with another stream", "[sobol]") {
  for (const std::size_t d : {0U, 1U, 17U, 63U}) {
    const SobolDimension dimension(d);
    const OwenScramble scramble(3, "lr");
    // One of the first 64 points is in each of 64 intervals.
    std::vector<std::uint32_t> intervals;
    for (std::uint32_t i = 0; i < 64; ++i) intervals.push_back(scramble(dimension.at(i)) >> 26);
    CHECK_FALSE(std::is_sorted(intervals.begin(), intervals.end()));
    std::sort(intervals.begin(), intervals.end());
    for (std::uint32_t i = 0; i < 64; ++i) CHECK(intervals[i] == i);
  }
  CHECK(OwenScramble(3, "lr")(0) == OwenScramble(3, "lr")(0));
  CHECK(OwenScramble(3, "lr")(0) != OwenScramble(4, "lr")(0));
  CHECK(OwenScramble(3, "lr")(0) != OwenScramble(3, "wd")(0));
  // A coordinate and its neighbour in the last bit stay neighbours.
  CHECK((OwenScramble(3, "lr")(4) ^ OwenScramble(3, "lr")(5)) == 1);
}

// scipy.stats.norm.ppf
TEST_CASE("the quantiles of the normal distribution are those of scipy", "[sobol]") {
  const double known[][2] = {{1e-10, -6.361340902404056},  {0.001, -3.090232306167813},
                             {0.025, -1.9599639845400545}, {0.5, 0},
                             {0.8, 0.8416212335729143},    {0.975, 1.959963984540054}};
  for (const auto& [p, z] : known) CHECK(std::abs(normal_quantile(p) - z) < 1e-13);
  CHECK(std::abs(normal_probability(-1.959963984540054) - 0.025) < 1e-15);
}
