// A sampled design: the settings that were tried, what each is worth, and which trials
// were lost.
//
// A design is sampled where the levels of at least one factor were drawn. A setting is a
// cell, worth the mean over its replicates; it counts when all of these have a value.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/cell_values.h"
#include "reports/text/interval.h"
#include "results/read/sweep_results.h"

namespace polysweep {

bool is_sampled(const SweepResults& results);
bool is_sampled(const FactorInfo& factor);

// A factor with at least two different levels among the settings.
struct SearchParameter {
  std::string name;
  std::string title;  // with its unit
  bool sampled = false;
  bool logarithmic = false;
  // Of a factor whose levels are not on a scale: those that settings have, in the sweep's
  // order. Empty: numbers. Listed numbers are on a scale where they are more than six.
  std::vector<std::string> words;

  bool numeric() const { return words.empty(); }
};

// Where a cell is: by parameter its number, or the index of its word; none where the
// factor does not apply.
using SearchPlace = std::vector<std::optional<double>>;

struct SearchSetting {
  std::size_t cell = 0;
  SearchPlace at;
  double value = 0;  // mean over its replicates
  // Worse than the quartile on that side by more than three interquartile ranges: drawn at
  // the edge, and not in the fits.
  bool far_out = false;
};

struct Search {
  std::vector<SearchParameter> parameters;  // in the sweep's order
  std::vector<std::string> constant;        // sampled factors with one level, by name
  std::vector<SearchSetting> settings;      // in the order of the plan
  std::vector<SearchPlace> lost;            // cells of which a trial failed or diverged
  std::size_t waiting = 0;                  // other cells of which a trial has no value yet
  std::size_t replicates = 1;               // the most trials of a cell
  // Indexes into settings in the order in which they were finished: when the last trial of
  // each ended; ties in the order of the plan.
  std::vector<std::size_t> finished;
};

// From the smallest to the largest number that a setting, lost ones included, has of a
// parameter; none where none has one.
std::optional<Interval> parameter_range(const Search& search, std::size_t parameter);
// The same of the settings' values, without those that are far out; 0 to 0 where there is none.
Interval value_range(const Search& search);

// `values` are those of the primary metric, by cell. Linear in cells times factors.
Search search_of(const SweepResults& results, const std::vector<CellValues>& values);

}  // namespace polysweep
