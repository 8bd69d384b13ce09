// What every benchmark has: the frame around its work, and a line for its repeats.
#pragma once

#include <vector>

namespace polysweep {

// Runs `work`; what it throws is printed behind `name`, with exit status 2.
int run_benchmark(const char* name, int (*work)(int argc, char** argv), int argc, char** argv);

// The middle one, of an even number the upper. `values` is not empty.
double median_of(std::vector<double> values);

// Prints "WHAT median M UNIT  (LOWEST ... HIGHEST, n = N)"; returns the median.
double print_spread(const char* what, const std::vector<double>& values, const char* unit,
                    int decimals = 3);

}  // namespace polysweep
