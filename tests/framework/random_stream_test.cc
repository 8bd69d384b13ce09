#include "framework/core/random_stream.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/catch.h"

using namespace polysweep;

TEST_CASE("Philox has the known answers of Random123", "[random]") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
        PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t ones = 0xffffffff;
  CHECK(philox4x32({ones, ones, ones, ones}, {ones, ones}) ==
        PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

// The numbers of the next two are from a program in Python that follows the
// header alone (hashlib, integers, math).
TEST_CASE("a stream is what its header says", "[random]") {
  CHECK(stream_key(7, "init") == PhiloxKey{0xc63bfd77, 0x632bab59});
  const std::uint64_t step = (std::uint64_t{5} << 32) | 3;
  RandomStream words(7, "init", step);
  CHECK(words.bits32() == 0xa1b1d12c);
  CHECK(words.bits32() == 0xd000b521);
  CHECK(words.bits64() == 0x8141493b6b14e741);
  CHECK(words.bits64() == 0x9470b50292ac635f);
  RandomStream uniforms(7, "init", step);
  CHECK(uniforms.uniform() == 0.812510796271176);
  CHECK(uniforms.uniform() == 0.5049024362625292);
  CHECK(uniforms.uniform() == 0.5798447734147643);
  CHECK(uniforms.uniform() == 0.42457194685787225);
}

TEST_CASE("normal numbers are Box-Muller on two uniforms", "[random]") {
  RandomStream stream(7, "init", (std::uint64_t{5} << 32) | 3);
  CHECK(stream.normal() == Approx(-1.8289046784037968).epsilon(1e-14));
  CHECK(stream.normal() == Approx(-0.05635342045981915).epsilon(1e-13));
}

TEST_CASE("seed, purpose and step each make another stream", "[random]") {
  const std::uint64_t first = RandomStream(1, "data").bits64();
  CHECK(first == RandomStream(1, "data").bits64());
  CHECK(first != RandomStream(2, "data").bits64());
  CHECK(first != RandomStream(1, "dropout").bits64());
  CHECK(first != RandomStream(1, "data", 1).bits64());
}

TEST_CASE("a copied stream continues from the same place", "[random]") {
  RandomStream stream(3, "copy");
  stream.normal();
  stream.bits32();
  RandomStream copy = stream;
  for (int i = 0; i < 20; ++i) {
    CHECK(stream.normal() == copy.normal());
    CHECK(stream.bits32() == copy.bits32());
  }
}

TEST_CASE("numbers below n are uniform", "[random]") {
  RandomStream stream(1, "below");
  std::vector<int> counts(6);
  const int draws = 60'000;
  for (int i = 0; i < draws; ++i) ++counts.at(stream.below(6));
  double chi_squared = 0;
  for (const int count : counts) chi_squared += (count - 1e4) * (count - 1e4) / 1e4;
  CHECK(chi_squared < 20.5);  // the 99.9% point with 5 degrees of freedom
  CHECK(RandomStream(1, "one").below(1) == 0);
  // More than half of 2^64: about every third draw is drawn again.
  const std::uint64_t large = (std::uint64_t{3} << 62) - 1;
  for (int i = 0; i < 100; ++i) CHECK(stream.below(large) < large);
  CHECK_THROWS_WITH(stream.below(0), Contains("n >= 1"));
}

TEST_CASE("uniform and normal numbers have the right moments", "[random]") {
  RandomStream stream(1, "moments");
  const int draws = 100'000;
  double uniform_sum = 0, normal_sum = 0, normal_squares = 0, normal_fourth = 0;
  for (int i = 0; i < draws; ++i) {
    const double u = stream.uniform();
    CHECK_FALSE((u < 0 || u >= 1));
    uniform_sum += u;
    const double n = stream.normal();
    normal_sum += n;
    normal_squares += n * n;
    normal_fourth += n * n * n * n;
  }
  // Within four standard errors.
  CHECK(std::abs(uniform_sum / draws - 0.5) < 4 * 0.2887 / std::sqrt(draws));
  CHECK(std::abs(normal_sum / draws) < 4 / std::sqrt(draws));
  CHECK(std::abs(normal_squares / draws - 1) < 4 * 1.4142 / std::sqrt(draws));
  CHECK(std::abs(normal_fourth / draws - 3) < 4 * 9.798 / std::sqrt(draws));
}

TEST_CASE("a shuffle keeps all items and gives each order as often", "[random]") {
  RandomStream stream(1, "shuffle");
  std::vector<int> counts(6);
  for (int i = 0; i < 12'000; ++i) {
    std::vector<int> items = {0, 1, 2};
    stream.shuffle(items);
    REQUIRE(std::accumulate(items.begin(), items.end(), 0) == 3);
    ++counts.at(static_cast<std::size_t>(2 * items[0] + (items[1] > items[2])));
  }
  double chi_squared = 0;
  for (const int count : counts) chi_squared += (count - 2e3) * (count - 2e3) / 2e3;
  CHECK(chi_squared < 20.5);
}
