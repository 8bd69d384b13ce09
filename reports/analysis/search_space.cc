#include "reports/analysis/search_space.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "framework/core/error.h"
#include "framework/sweep/level_names.h"
#include "reports/analysis/statistics.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostListed = 6;     // numbers that are drawn as words
constexpr double kLogarithmicRange = 20;   // of listed numbers
constexpr double kFarRanges = 3;           // Tukey's "far out"
constexpr std::size_t kLeastForRange = 8;  // settings, for quartiles to mean something
constexpr std::size_t kLongestWord = 20;

bool all_numbers(const FactorInfo& factor) {
  return std::all_of(factor.levels.begin(), factor.levels.end(),
                     [](const Value& level) { return level.is_number(); });
}

bool spans_powers(const FactorInfo& factor) {
  double low = factor.levels.front().real();
  double high = low;
  for (const Value& level : factor.levels) {
    low = std::min(low, level.real());
    high = std::max(high, level.real());
  }
  return low > 0 && high / low >= kLogarithmicRange;
}

// How the levels of a factor become numbers.
struct Reading {
  const FactorInfo* factor = nullptr;
  bool numeric = false;
  std::map<Value, std::size_t> words;

  explicit Reading(const FactorInfo& source, const std::set<Value>& used) : factor(&source) {
    numeric = all_numbers(source) && (is_sampled(source) || source.levels.size() > kMostListed);
    if (numeric) return;
    for (const Value& level : source.levels) {
      if (used.contains(level)) words.emplace(level, words.size());
    }
  }

  std::optional<double> at(const CellResult& cell) const {
    const Value* level = cell.levels.find(factor->name);
    if (level == nullptr) return std::nullopt;
    return numeric ? level->real() : static_cast<double>(words.at(*level));
  }

  SearchParameter parameter() const {
    SearchParameter out;
    out.name = factor->name;
    out.title = shortened(factor->name, 60) +
                (factor->unit.empty() ? "" : " (" + shortened(factor->unit, 30) + ")");
    out.sampled = is_sampled(*factor);
    const bool by_logarithm =
        factor->sampling == Sampling::kLogUniform || factor->sampling == Sampling::kLogNormal;
    const bool by_rule =
        factor->sampling != Sampling::kNone && factor->sampling != Sampling::kChoice;
    out.logarithmic = numeric && (by_rule ? by_logarithm : spans_powers(*factor));
    out.words.resize(words.size());
    const LevelNames names(factor->levels);
    for (const auto& [level, index] : words) {
      out.words[index] = shortened(names.of(level), kLongestWord);
    }
    return out;
  }
};

std::vector<Reading> readings_of(const SweepResults& results, Search& search) {
  std::vector<Reading> readings;
  for (const FactorInfo& factor : results.factors) {
    std::set<Value> used;
    bool applies = true;
    for (const CellResult& cell : results.cells) {
      const Value* level = cell.levels.find(factor.name);
      if (level == nullptr) {
        applies = false;
      } else {
        used.insert(*level);
      }
    }
    if (used.size() >= 2 || (used.size() == 1 && !applies)) {
      readings.emplace_back(factor, used);
      search.parameters.push_back(readings.back().parameter());
    } else if (is_sampled(factor)) {
      search.constant.push_back(factor.name);
    }
  }
  return readings;
}

void widen(std::optional<Interval>& range, const std::optional<double>& value) {
  if (!value) return;
  if (!range) range = Interval{*value, *value};
  range->low = std::min(range->low, *value);
  range->high = std::max(range->high, *value);
}

void mark_far_out(std::vector<SearchSetting>& settings, Goal goal) {
  if (settings.size() < kLeastForRange) return;
  const double sign = goal == Goal::kMinimize ? 1 : -1;
  std::vector<double> losses;  // lower is better
  for (const auto& setting : settings) losses.push_back(sign * setting.value);
  std::sort(losses.begin(), losses.end());
  const double upper = sorted_quantile(losses, 0.75);
  const double range = upper - sorted_quantile(losses, 0.25);
  if (!(range > 0)) return;
  for (auto& setting : settings) {
    setting.far_out = sign * setting.value - upper > kFarRanges * range;
  }
}

std::vector<std::size_t> order_of_finish(const SweepResults& results,
                                         const std::vector<SearchSetting>& settings) {
  std::vector<std::int64_t> ends;
  for (const auto& setting : settings) {
    std::int64_t end = 0;
    for (const std::size_t trial : results.cells[setting.cell].trials) {
      end = std::max(end, results.trials[trial].finished_us);
    }
    ends.push_back(end);
  }
  std::vector<std::size_t> order(settings.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ends[a] < ends[b]; });
  return order;
}

}  // namespace

bool is_sampled(const FactorInfo& factor) { return factor.sampling != Sampling::kNone; }

bool is_sampled(const SweepResults& results) {
  return std::any_of(results.factors.begin(), results.factors.end(),
                     [](const FactorInfo& factor) { return is_sampled(factor); });
}

std::optional<Interval> parameter_range(const Search& search, std::size_t parameter) {
  std::optional<Interval> range;
  for (const SearchSetting& setting : search.settings) widen(range, setting.at[parameter]);
  for (const SearchPlace& place : search.lost) widen(range, place[parameter]);
  return range;
}

Interval value_range(const Search& search) {
  std::optional<Interval> range;
  for (const SearchSetting& setting : search.settings) {
    if (!setting.far_out) widen(range, setting.value);
  }
  return range.value_or(Interval{0, 0});
}

Search search_of(const SweepResults& results, const std::vector<CellValues>& values) {
  check(values.size() == results.cells.size(), "there are values of every cell");
  Search search;
  const std::vector<Reading> readings = readings_of(results, search);
  for (std::size_t cell = 0; cell < results.cells.size(); ++cell) {
    search.replicates = std::max(search.replicates, values[cell].planned());
    if (!values[cell].complete() && values[cell].selective_missing() == 0) {
      ++search.waiting;
      continue;
    }
    SearchPlace at;
    for (const Reading& reading : readings) at.push_back(reading.at(results.cells[cell]));
    if (values[cell].complete()) {
      search.settings.push_back({cell, std::move(at), mean_of(values[cell].numbers()), false});
    } else {
      search.lost.push_back(std::move(at));
    }
  }
  mark_far_out(search.settings, results.primary.goal);
  search.finished = order_of_finish(results, search.settings);
  return search;
}

}  // namespace polysweep
