#include "reports/analysis/factor_effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <unordered_map>

#include "framework/core/error.h"
#include "reports/analysis/normal_equations.h"
#include "reports/analysis/statistics.h"
#include "reports/analysis/titles.h"
#include "reports/analysis/two_way_fit.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

// Of all factors together, where their effects are solved for as one system.
constexpr std::size_t kMostLevels = 2000;
constexpr std::size_t kMostFittedReplicates = 4000;

// A factor of the design: the level index of every cell.
struct Axis {
  std::string name;
  std::vector<std::string> levels;
  std::vector<std::size_t> level_of;  // by cell
  std::unordered_map<std::string, std::size_t> index_of;

  void add_cell(const std::string& level) {
    const auto [known, is_new] = index_of.try_emplace(level, levels.size());
    if (is_new) levels.push_back(level);
    level_of.push_back(known->second);
  }
};

// The names of cells as one factor, called by the factors that these are made of.
Axis axis_of_names(const SweepResults& results, const CellLabels& labels) {
  Axis axis;
  for (const auto& factor : results.factors) {
    const auto& context = labels.context_factors;
    if (std::find(context.begin(), context.end(), factor.name) == context.end()) {
      append_item(axis.name, factor.name, " and ");
    }
  }
  for (const auto& cell : labels.cells) axis.add_cell(cell.name);
  return axis;
}

std::vector<Axis> axes_of(const SweepResults& results, const CellLabels& labels) {
  std::vector<Axis> axes;
  bool conditional = false;
  for (const auto& factor : results.factors) {
    Axis axis;
    axis.name = factor.name;
    for (const auto& cell : results.cells) {
      const Value* level = cell.levels.find(factor.name);
      if (level != nullptr) axis.add_cell(labels.level_text(factor.name, *level));
    }
    const bool everywhere = axis.level_of.size() == results.cells.size();
    conditional = conditional || !everywhere;
    if (everywhere && axis.levels.size() > 1) axes.push_back(std::move(axis));
  }
  if (!conditional) return axes;
  Axis names = axis_of_names(results, labels);
  // What the name determines is not an axis of its own.
  std::erase_if(axes, [&](const Axis& axis) {
    std::set<std::pair<std::size_t, std::size_t>> combinations;
    for (std::size_t i = 0; i < names.level_of.size(); ++i) {
      combinations.insert({names.level_of[i], axis.level_of[i]});
    }
    return combinations.size() == names.levels.size();
  });
  axes.insert(axes.begin(), std::move(names));
  return axes;
}

// Of all levels, planned or not.
double combinations_of(const std::vector<Axis>& axes) {
  double combinations = 1;
  for (const auto& axis : axes) combinations *= static_cast<double>(axis.levels.size());
  return combinations;
}

// Values by cell and replicate.
ValueGrid grid_of(const std::vector<CellValues>& cells) {
  std::unordered_map<std::string_view, std::size_t> columns;
  for (const auto& cell : cells) {
    for (const Measured& one : cell.values) columns.try_emplace(one.replicate, columns.size());
  }
  ValueGrid grid(cells.size(), columns.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (const Measured& one : cells[i].values) grid.set(i, columns.at(one.replicate), one.value);
  }
  return grid;
}

using Rows = std::vector<std::vector<double>>;  // [replicate][cell or level]

// The cells that count: those with values, of the largest component.
std::vector<std::size_t> comparable_cells(const TwoWayFit& fit, std::size_t cells) {
  std::map<std::size_t, std::vector<std::size_t>> components;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    if (const auto component = fit.row_component(cell)) components[*component].push_back(cell);
  }
  std::vector<std::size_t> largest;
  for (auto& [component, members] : components) {
    if (members.size() > largest.size()) largest = std::move(members);
  }
  return largest;
}

// For each replicate what the cells' means would be if it alone counted: their mean over
// replicates is the least-squares mean of a cell, their spread that of the replicates'
// contributions. Without missing values these are the values less the replicate's effect.
Rows contributions(const ValueGrid& grid, const TwoWayFit& fit, double scale,
                   const std::vector<std::size_t>& cells) {
  const std::size_t replicates = grid.columns();
  // moved[s][r]: how residuals of replicate r enter the effect of replicate s.
  std::vector<double> sums(replicates * replicates);
  std::vector<double> counts;
  for (const std::size_t cell : cells) {
    std::vector<std::size_t> present;
    for (std::size_t s = 0; s < replicates; ++s) {
      if (grid.has(cell, s)) present.push_back(s);
    }
    counts.push_back(static_cast<double>(present.size()));
    for (const std::size_t r : present) {
      const double residual = fit.scaled_residual(cell, r) / counts.back();
      for (const std::size_t s : present) sums[s * replicates + r] += residual;
    }
  }
  std::vector<double> moved(replicates * replicates);
  for (std::size_t s = 0; s < replicates; ++s) {
    for (std::size_t k = 0; k < replicates; ++k) {
      for (std::size_t r = 0; r < replicates; ++r) {
        moved[s * replicates + r] += fit.inverse(s, k) * sums[k * replicates + r];
      }
    }
  }
  Rows rows(replicates, std::vector<double>(cells.size()));
  const double n = static_cast<double>(replicates);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (std::size_t r = 0; r < replicates; ++r) {
      double own = grid.has(cells[i], r) ? fit.scaled_residual(cells[i], r) : 0;
      for (std::size_t s = 0; s < replicates; ++s) {
        if (grid.has(cells[i], s)) own += moved[s * replicates + r];
      }
      rows[r][i] = (fit.scaled_row_effect(cells[i]) + n * own / counts[i]) * scale;
    }
  }
  return rows;
}

// The sum of `row` over the cells of each level.
std::vector<double> level_sums(const std::vector<double>& row,
                               const std::vector<std::size_t>& level_of, std::size_t levels) {
  std::vector<double> sums(levels);
  for (std::size_t cell = 0; cell < row.size(); ++cell) sums[level_of[cell]] += row[cell];
  return sums;
}

// True where every combination of levels is one cell.
bool is_full_factorial(const std::vector<Axis>& axes) {
  const std::size_t cells = axes.front().level_of.size();
  if (combinations_of(axes) != static_cast<double>(cells)) return false;
  std::vector<bool> seen(cells);
  for (std::size_t cell = 0; cell < cells; ++cell) {
    std::size_t index = 0;
    for (const Axis& axis : axes) index = index * axis.levels.size() + axis.level_of[cell];
    if (seen[index]) return false;
    seen[index] = true;
  }
  return true;
}

// value = mean + a level's effect for each axis, every cell weighing the same; the effects
// of an axis sum to 0. None where they cannot be separated.
class MainEffects {
 public:
  explicit MainEffects(const std::vector<Axis>& axes)
      : axes_(axes), full_(is_full_factorial(axes)) {
    for (const Axis& axis : axes) {
      first_.push_back(size_);
      size_ += axis.levels.size();
    }
    if (full_ || size_ > kMostLevels) return;
    std::vector<double> matrix(size_ * size_);
    const auto at = [&](std::size_t i, std::size_t j) -> double& { return matrix[i * size_ + j]; };
    const std::size_t cells = axes.front().level_of.size();
    std::vector<std::size_t> unknowns;
    for (std::size_t cell = 0; cell < cells; ++cell) {
      unknowns.assign(1, 0);
      for (std::size_t a = 0; a < axes.size(); ++a) {
        unknowns.push_back(first_[a] + axes[a].level_of[cell]);
      }
      for (const std::size_t i : unknowns) {
        for (const std::size_t j : unknowns) at(i, j) += 1;
      }
    }
    // The constraints as equations of their own: they hold exactly, because shifts of an
    // axis against the mean change nothing else.
    for (std::size_t a = 0; a < axes.size(); ++a) {
      for (std::size_t i = 0; i < axes[a].levels.size(); ++i) {
        for (std::size_t j = 0; j < axes[a].levels.size(); ++j) {
          at(first_[a] + i, first_[a] + j) += 1;
        }
      }
    }
    equations_ = NormalEquations::decomposed(std::move(matrix), size_);
  }

  bool separable() const { return full_ || equations_.has_value(); }

  // The mean, then the effects of each axis.
  std::vector<double> fit(const std::vector<double>& row) const {
    std::vector<double> effects = {full_ ? mean_of(row)
                                         : std::accumulate(row.begin(), row.end(), 0.0)};
    for (const Axis& axis : axes_) {
      auto sums = level_sums(row, axis.level_of, axis.levels.size());
      const double share =
          static_cast<double>(axis.levels.size()) / static_cast<double>(row.size());
      for (double& sum : sums) {
        if (full_) sum = sum * share - effects[0];
      }
      effects.insert(effects.end(), sums.begin(), sums.end());
    }
    if (!full_) equations_->solve(effects);
    return effects;
  }
  double effect(const std::vector<double>& fit, std::size_t axis, std::size_t level) const {
    return fit[first_[axis] + level];
  }

 private:
  const std::vector<Axis>& axes_;
  bool full_;  // effects are differences of means
  std::vector<std::size_t> first_;
  std::size_t size_ = 1;
  std::optional<NormalEquations> equations_;
};

Effect effect_over(std::string factor, std::string level, const std::vector<double>& effects,
                   double confidence) {
  return {std::move(factor), std::move(level), mean_of(effects), t_interval(effects, confidence)};
}

void add_main_effects(Effects& found, const std::vector<Axis>& axes, const MainEffects& model,
                      const Rows& fits, double confidence) {
  for (std::size_t a = 0; a < axes.size(); ++a) {
    for (std::size_t level = 0; level < axes[a].levels.size(); ++level) {
      std::vector<double> effects;
      for (const auto& fit : fits) effects.push_back(model.effect(fit, a, level));
      found.main.push_back(effect_over(axes[a].name, axes[a].levels[level], effects, confidence));
    }
  }
}

// The mean residual of the main effects over the cells of each combination of two levels.
void add_interactions(Effects& found, const Axis& a, const Axis& b, const Rows& residuals,
                      double confidence) {
  const std::size_t width = b.levels.size();
  const std::size_t combinations = a.levels.size() * width;
  std::vector<std::size_t> both;
  std::vector<double> counts(combinations);
  for (std::size_t cell = 0; cell < a.level_of.size(); ++cell) {
    both.push_back(a.level_of[cell] * width + b.level_of[cell]);
    counts[both.back()] += 1;
  }
  Rows sums;
  for (const auto& row : residuals) sums.push_back(level_sums(row, both, combinations));
  for (std::size_t at = 0; at < combinations; ++at) {
    if (counts[at] == 0) continue;
    std::vector<double> effects;
    for (const auto& row : sums) effects.push_back(row[at] / counts[at]);
    found.interactions.push_back(effect_over(a.name + " x " + b.name,
                                             a.levels[at / width] + ", " + b.levels[at % width],
                                             effects, confidence));
  }
}

Rows residuals_of(const Rows& rows, const Rows& fits, const std::vector<Axis>& axes,
                  const MainEffects& model) {
  Rows residuals = rows;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t cell = 0; cell < rows[r].size(); ++cell) {
      residuals[r][cell] -= fits[r][0];
      for (std::size_t a = 0; a < axes.size(); ++a) {
        residuals[r][cell] -= model.effect(fits[r], a, axes[a].level_of[cell]);
      }
    }
  }
  return residuals;
}

// The axes over the cells that count, without the levels that none of them has.
std::vector<Axis> restricted(const std::vector<Axis>& axes, const std::vector<std::size_t>& cells) {
  std::vector<Axis> some;
  for (const Axis& axis : axes) {
    Axis kept;
    kept.name = axis.name;
    for (const std::size_t cell : cells) kept.add_cell(axis.levels[axis.level_of[cell]]);
    if (kept.levels.size() > 1) some.push_back(std::move(kept));
  }
  return some;
}

void name_left_out(Effects& found, const SweepResults& results, const CellLabels& labels,
                   const std::vector<CellValues>& values, const std::vector<std::size_t>& cells) {
  const std::set<std::size_t> counted(cells.begin(), cells.end());
  for (std::size_t cell = 0; cell < values.size(); ++cell) {
    found.planned += values[cell].planned();
    if (counted.contains(cell)) {
      found.values += values[cell].values.size();
      continue;
    }
    found.left_out.push_back(labels.cells[cell].label +
                             (values[cell].values.empty()
                                  ? " (no value)"
                                  : " (no " + replicate_noun(results) + " in common)"));
  }
}

}  // namespace

Effects effects_of(const SweepResults& results, const CellLabels& labels,
                   const std::vector<CellValues>& values, double confidence) {
  check(values.size() == results.cells.size(), "there are values of every cell");
  Effects found;
  const auto all_axes = axes_of(results, labels);
  if (all_axes.empty()) {
    found.reason = "no factor varies";
    return found;
  }
  const ValueGrid grid = grid_of(values);
  found.replicates = grid.columns();
  if (grid.columns() == 0 || grid.columns() > kMostFittedReplicates) {
    found.reason = grid.columns() == 0 ? "no cell has a value"
                                       : fmt::format("more than {} {}s", kMostFittedReplicates,
                                                     replicate_noun(results));
    return found;
  }
  const double deviation = deviation_scale(grid);
  const double scale = deviation > 0 ? deviation : 1;
  const TwoWayFit fit(grid, scale);
  const auto cells = comparable_cells(fit, grid.rows());
  name_left_out(found, results, labels, values, cells);
  found.cells = cells.size();
  found.combinations = combinations_of(all_axes);
  const auto axes = restricted(all_axes, cells);
  std::size_t levels = 0;
  for (const auto& axis : axes) levels += axis.levels.size();
  const auto refuse = [&](const std::string& why) {
    found.reason = fmt::format("{}: {} of {:.0f} combinations have a value", why, cells.size(),
                               found.combinations);
    return found;
  };
  if (axes.empty()) return refuse("no factor varies among the cells with values");
  if (levels - axes.size() >= cells.size()) {
    return refuse("there are more levels than cells to separate them");
  }
  const MainEffects model(axes);
  if (!model.separable()) return refuse("the main effects cannot be separated");
  const Rows rows = contributions(grid, fit, scale, cells);
  Rows fits;
  for (const auto& row : rows) fits.push_back(model.fit(row));
  add_main_effects(found, axes, model, fits, confidence);
  const Rows residuals = residuals_of(rows, fits, axes, model);
  for (std::size_t a = 0; a < axes.size(); ++a) {
    for (std::size_t b = a + 1; b < axes.size(); ++b) {
      add_interactions(found, axes[a], axes[b], residuals, confidence);
    }
  }
  return found;
}

}  // namespace polysweep
