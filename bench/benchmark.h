// What all benchmarks share: running the work, and printing a line for its repeats.
#pragma once

#include <vector>

namespace polysweep {

// Runs `work`; an exception is printed after `name`, with exit status 2.
int run_benchmark(const char* name, int (*work)(int argc, char** argv), int argc, char** argv);

// The median; of an even number the upper middle value. `values` is not empty.
double median_of(std::vector<double> values);

// Prints "WHAT median M UNIT  (LOWEST ... HIGHEST, n = N)"; returns the median.
double print_spread(const char* what, const std::vector<double>& values, const char* unit,
                    int decimals = 3);

}  // namespace polysweep
