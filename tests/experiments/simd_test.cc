// The vector functions at the edges of their ranges, as each instruction set computes them.
#include "experiments/tensors/simd.h"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace polysweep {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Results {
  std::array<float, kLanes> powers;
  std::array<float, kLanes> larger_than_first;
};

POLYSWEEP_INLINE void compute(const std::array<float, kLanes>& x, Results& to) {
  const Floats lanes = load(x.data());
  store(to.powers.data(), exponential(lanes));
  store(to.larger_than_first.data(), larger(lanes, Floats{} + x[0]));
}

void by_default(const std::array<float, kLanes>& x, Results& to) { compute(x, to); }
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
__attribute__((target("avx2"))) void by_avx2(const std::array<float, kLanes>& x, Results& to) {
  compute(x, to);
}
__attribute__((target("arch=x86-64-v4"))) void by_v4(const std::array<float, kLanes>& x,
                                                     Results& to) {
  compute(x, to);
}
#endif

// The names of the instruction sets that this processor has, with their functions.
struct Variant {
  std::string name;
  void (*compute)(const std::array<float, kLanes>&, Results&);
};
std::vector<Variant> variants() {
  std::vector<Variant> found{{"default", by_default}};
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
  if (__builtin_cpu_supports("avx2")) found.push_back({"avx2", by_avx2});
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd")) {
    found.push_back({"x86-64-v4", by_v4});
  }
#endif
  return found;
}

}  // namespace

TEST_CASE("exponential is that of the standard library, at its edges too", "[simd]") {
  const std::array<float, kLanes> x = {0.0f,   -0.0f,  -1e-30f,  -1e-3f,    -0.5f,    -1.0f,
                                       -10.0f, -86.9f, -87.0f,   -87.1f,    -1000.0f, -3e38f,
                                       kNan,   -kNan,  -0.3466f, -kInfinity};
  for (const Variant& variant : variants()) {
    INFO(variant.name);
    Results found;
    variant.compute(x, found);
    for (std::size_t i = 0; i < x.size(); ++i) {
      INFO("e^" << x[i]);
      if (std::isnan(x[i])) {
        CHECK(std::isnan(found.powers[i]));
      } else if (x[i] <= -87) {
        CHECK(found.powers[i] == 0);
      } else {
        CHECK(found.powers[i] == Approx(std::exp(static_cast<double>(x[i]))).epsilon(3e-7));
      }
    }
  }
}

TEST_CASE("every instruction set gives the same bits", "[simd]") {
  for (const float first : {-1.0f, kNan, kInfinity, -kInfinity}) {
    const std::array<float, kLanes> x = {first,  kNan,   -kInfinity, -0.1f, -0.2f, -3.0f,
                                         -4.4f,  -5.0f,  -6.7f,      -7.0f, -8.1f, -9.0f,
                                         -10.3f, -50.0f, -86.0f,     -90.0f};
    Results wanted;
    variants().front().compute(x, wanted);
    for (const Variant& variant : variants()) {
      INFO(variant.name << ", first lane " << first);
      Results found;
      variant.compute(x, found);
      for (std::size_t i = 0; i < x.size(); ++i) {
        INFO("lane " << i << ": " << x[i]);
        CHECK(std::isnan(found.powers[i]) == std::isnan(wanted.powers[i]));
        CHECK(std::isnan(found.larger_than_first[i]) == std::isnan(wanted.larger_than_first[i]));
        if (!std::isnan(wanted.powers[i])) CHECK(found.powers[i] == wanted.powers[i]);
        if (!std::isnan(wanted.larger_than_first[i])) {
          CHECK(found.larger_than_first[i] == wanted.larger_than_first[i]);
        }
      }
    }
  }
}

}  // namespace polysweep
