#include "bench/benchmark.h"

#include <algorithm>
#include <cstdio>
#include <exception>

namespace polysweep {

int run_benchmark(const char* name, int (*work)(int argc, char** argv), int argc, char** argv) try {
  return work(argc, argv);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", name, error.what());
  return 2;
}

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double print_spread(const char* what, const std::vector<double>& values, const char* unit,
                    int decimals) {
  const double median = median_of(values);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  std::printf("%-44s median %9.*f %s  (%.*f ... %.*f, n = %zu)\n", what, decimals, median, unit,
              decimals, *low, decimals, *high, values.size());
  return median;
}

}  // namespace polysweep
