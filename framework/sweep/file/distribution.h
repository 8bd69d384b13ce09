// A distribution that the values of a factor are drawn from (docs/sweep_file.md,
// "Drawn values").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "framework/sweep/file/toml_document.h"
#include "framework/sweep/sampling.h"
#include "framework/sweep/value.h"

namespace polysweep {

struct Distribution {
  Sampling kind = Sampling::kNone;
  // Of what is drawn, both included; of the normal ones there may be none.
  std::optional<double> low, high;
  double mean = 0, sd = 1;         // of the normal ones; of log_normal those of the logarithm
  double quantum = 0;              // values are multiples of it; 0: they are not
  std::vector<Value> values;       // of a choice
  std::vector<double> cumulative;  // the probability of each and all before it

  // The value below which the share `u` of the distribution lies; 0 <= u < 1. A real is
  // rounded to 12 significant digits. Throws Error where it is not finite.
  Value at(double u) const;
};

// A generated real is rounded to 12 significant digits: levels look as meant, and do not
// depend on the last bit of a mathematical library.
double rounded_level(double value);

// The distribution named after 'sample'. Throws Error with the place.
Sampling distribution_name(const TomlNode& node);

// The keys beside `sample` that a distribution has.
std::vector<std::string> distribution_keys(Sampling kind);

// From a table with `sample` and the keys of that distribution; others are not looked at.
// Throws Error with the place.
Distribution read_distribution(const TomlNode& table);

}  // namespace polysweep
