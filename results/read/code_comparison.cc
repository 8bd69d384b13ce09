#include "results/read/code_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "framework/core/error.h"

namespace polysweep {
namespace {

FactorInfo* find_factor(SweepResults& results, const std::string& name) {
  const auto found = std::find_if(results.factors.begin(), results.factors.end(),
                                  [&](const FactorInfo& each) { return each.name == name; });
  return found == results.factors.end() ? nullptr : &*found;
}

// The factors of either plan, with the levels of both.
void join_factors(const SweepResults& first, SweepResults& joined) {
  for (const FactorInfo& factor : first.factors) {
    FactorInfo* known = find_factor(joined, factor.name);
    if (known == nullptr) {
      joined.factors.push_back(factor);
      joined.factors.back().partial = true;
      continue;
    }
    known->partial = known->partial || factor.partial;
    for (const Value& level : factor.levels) {
      if (std::find(known->levels.begin(), known->levels.end(), level) == known->levels.end()) {
        known->levels.push_back(level);
      }
    }
  }
}

// Pairs the cells of the second plan with those of the first. Returns how many have none.
std::size_t pair_cells(const CodeVersion& before, SweepResults& joined) {
  std::unordered_map<std::string, int> first;  // by the other levels
  std::size_t alone = 0;
  for (std::size_t i = 0; i < joined.cells.size(); ++i) {
    CellResult& cell = joined.cells[i];
    Parameters others = cell.levels;
    others.erase(kCodeFactor);
    cell.number = static_cast<std::uint32_t>(i);
    cell.is_baseline = cell.levels.text(kCodeFactor) == before.name;
    cell.baseline = -1;
    if (cell.is_baseline) {
      first.emplace(others.canonical(), static_cast<int>(i));
      continue;
    }
    const auto partner = first.find(others.canonical());
    if (partner == first.end()) {
      ++alone;
    } else {
      cell.baseline = partner->second;
    }
  }
  return alone;
}

}  // namespace

void expect_comparable(const SweepResults& first, const SweepResults& second,
                       const CodeVersion& before, const CodeVersion& now) {
  for (const SweepResults* each : {&first, &second}) {
    for (const FactorInfo& factor : each->factors) {
      if (factor.name == kCodeFactor) {
        fail("sweep '{}' has a factor 'code' of its own: versions of its code cannot be compared",
             second.sweep);
      }
    }
  }
  if (before.code == now.code) {
    fail("code={0} and code={0} are one version; name two", before.name);
  }
  for (const CodeVersion* each : {&before, &now}) {
    if (each->settled == 0) {
      fail("no trial of sweep '{}' is done under code {}", second.sweep, each->name);
    }
  }
  if (first.replicate != second.replicate) {
    fail(
        "the replicate of sweep '{}' is '{}' under code {} and '{}' under code {}: trials cannot "
        "be paired",
        second.sweep, first.replicate, before.name, second.replicate, now.name);
  }
}

void make_arms(const SweepResults& first, const CodeVersion& before, const CodeVersion& now,
               SweepResults& joined) {
  join_factors(first, joined);
  const std::size_t alone = pair_cells(before, joined);
  const auto total = static_cast<std::size_t>(
      std::count_if(joined.cells.begin(), joined.cells.end(),
                    [](const CellResult& cell) { return !cell.is_baseline; }));
  if (alone == total) {
    fail("no cell of code {} has the levels of a cell of code {}: there is nothing to compare",
         now.name, before.name);
  }
  FactorInfo code;
  code.name = kCodeFactor;
  code.levels = {Value(before.name), Value(now.name)};
  code.doc = "version of the code";
  joined.factors.push_back(std::move(code));
  joined.baseline = Parameters();
  joined.baseline.set(kCodeFactor, Value(before.name));
  joined.cell_count = joined.cells.size();
  // Not one code but two: the notes name them.
  joined.code_digest.clear();
  joined.code_files.clear();
  joined.data_digests.insert(first.data_digests.begin(), first.data_digests.end());
  joined.code_notes = {
      fmt::format("Two versions of the code are compared: {} is the baseline of "
                  "{} ({}).",
                  before.name, now.name, file_changes(before.files, now.files))};
  if (alone > 0) {
    joined.code_notes.push_back(fmt::format(
        "{} of {} cells of code {} have no cell of code {} with the same levels, and are not "
        "compared.",
        alone, total, now.name, before.name));
  }
}

}  // namespace polysweep
