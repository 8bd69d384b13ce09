#include "reports/analysis/factor_effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "framework/core/error.h"
#include "reports/analysis/statistics.h"
#include "reports/analysis/titles.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

// A factor of the factorial: the level index of every cell.
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
      if (level != nullptr) axis.add_cell(level_text(factor.name, *level));
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

// "" where every combination of levels is one cell.
std::string incompleteness(const std::vector<Axis>& axes, std::size_t cells) {
  if (axes.empty()) return "no factor varies";
  double combinations = 1;
  for (const auto& axis : axes) combinations *= static_cast<double>(axis.levels.size());
  std::set<std::vector<std::size_t>> seen;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    std::vector<std::size_t> key;
    for (const auto& axis : axes) key.push_back(axis.level_of[cell]);
    seen.insert(std::move(key));
  }
  if (static_cast<double>(seen.size()) == combinations && seen.size() == cells) return "";
  return fmt::format("not a full factorial: {} of {:.0f} combinations are planned", seen.size(),
                     combinations);
}

// values[replicate][cell] of complete replicates.
std::vector<std::vector<double>> complete_replicates(const SweepResults& results,
                                                     const CellLabels& labels,
                                                     const std::vector<CellValues>& cells,
                                                     std::vector<std::string>& left_out) {
  std::vector<std::string> names;
  std::unordered_set<std::string> known;
  for (const auto& cell : results.cells) {
    for (const std::size_t trial : cell.trials) {
      const auto& name = results.trials[trial].replicate;
      if (known.insert(name).second) names.push_back(name);
    }
  }
  std::vector<std::vector<double>> complete;
  for (const auto& name : names) {
    std::vector<double> row;
    for (const auto& cell : cells) {
      const Measured* measured = cell.find(name);
      if (measured == nullptr) break;
      row.push_back(measured->value);
    }
    if (row.size() == cells.size()) {
      complete.push_back(std::move(row));
    } else {
      left_out.push_back(replicate_noun(results) + " " + name + " (no value for " +
                         labels.cells[row.size()].label + ")");
    }
  }
  return complete;
}

// The mean of `row` over the cells of each of `levels` levels.
std::vector<double> level_means(const std::vector<double>& row,
                                const std::vector<std::size_t>& level_of, std::size_t levels) {
  std::vector<double> sums(levels);
  std::vector<double> counts(levels);
  for (std::size_t cell = 0; cell < row.size(); ++cell) {
    sums[level_of[cell]] += row[cell];
    counts[level_of[cell]] += 1;
  }
  for (std::size_t level = 0; level < levels; ++level) {
    check(counts[level] > 0, "a full factorial has a cell of every level");
    sums[level] /= counts[level];
  }
  return sums;
}

Effect effect_over(std::string factor, std::string level, const std::vector<double>& effects,
                   double confidence) {
  return {std::move(factor), std::move(level), mean_of(effects), t_interval(effects, confidence)};
}

using Rows = std::vector<std::vector<double>>;  // [replicate][cell or level]

Rows level_means(const Rows& rows, const std::vector<std::size_t>& level_of, std::size_t levels) {
  Rows means;
  for (const auto& row : rows) means.push_back(level_means(row, level_of, levels));
  return means;
}

void add_main_effects(Effects& found, const Axis& axis, const Rows& means,
                      const std::vector<double>& grand, double confidence) {
  for (std::size_t level = 0; level < axis.levels.size(); ++level) {
    std::vector<double> effects;
    for (std::size_t i = 0; i < grand.size(); ++i) effects.push_back(means[i][level] - grand[i]);
    found.main.push_back(effect_over(axis.name, axis.levels[level], effects, confidence));
  }
}

struct AxisMeans {
  const Axis* axis;
  Rows means;  // [replicate][level]
};

void add_interactions(Effects& found, const AxisMeans& a, const AxisMeans& b, const Rows& rows,
                      const std::vector<double>& grand, double confidence) {
  const std::size_t width = b.axis->levels.size();
  std::vector<std::size_t> both;
  for (std::size_t cell = 0; cell < a.axis->level_of.size(); ++cell) {
    both.push_back(a.axis->level_of[cell] * width + b.axis->level_of[cell]);
  }
  const Rows means = level_means(rows, both, a.axis->levels.size() * width);
  for (std::size_t i = 0; i < a.axis->levels.size(); ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      std::vector<double> effects;
      for (std::size_t row = 0; row < rows.size(); ++row) {
        effects.push_back(means[row][i * width + j] - a.means[row][i] - b.means[row][j] +
                          grand[row]);
      }
      found.interactions.push_back(effect_over(a.axis->name + " x " + b.axis->name,
                                               a.axis->levels[i] + ", " + b.axis->levels[j],
                                               effects, confidence));
    }
  }
}

}  // namespace

Effects effects_of(const SweepResults& results, const CellLabels& labels,
                   const std::vector<CellValues>& values, double confidence) {
  check(values.size() == results.cells.size(), "there are values of every cell");
  Effects found;
  const auto axes = axes_of(results, labels);
  found.reason = incompleteness(axes, results.cells.size());
  if (!found.reason.empty()) return found;
  const Rows rows = complete_replicates(results, labels, values, found.left_out);
  found.replicates = rows.size();
  if (rows.empty()) {
    found.reason = "no " + replicate_noun(results) + " has a value in every cell";
    return found;
  }
  std::vector<double> grand;
  for (const auto& row : rows) grand.push_back(mean_of(row));
  std::vector<AxisMeans> means;
  for (const auto& axis : axes) {
    means.push_back({&axis, level_means(rows, axis.level_of, axis.levels.size())});
    add_main_effects(found, axis, means.back().means, grand, confidence);
  }
  for (std::size_t a = 0; a < means.size(); ++a) {
    for (std::size_t b = a + 1; b < means.size(); ++b) {
      add_interactions(found, means[a], means[b], rows, grand, confidence);
    }
  }
  return found;
}

}  // namespace polysweep
