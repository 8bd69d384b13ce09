#include "reports/analysis/ablation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/analysis/cell_values.h"
#include "reports/analysis/comparison.h"
#include "reports/analysis/escaping.h"
#include "reports/analysis/number_text.h"

namespace polysweep {
namespace {

// A factor of the factorial: the level index of every cell.
struct Axis {
  std::string name;
  std::vector<std::string> levels;
  std::vector<std::size_t> level_of;  // by cell
};

void put(Axis& axis, const std::string& level) {
  const auto known = std::find(axis.levels.begin(), axis.levels.end(), level);
  axis.level_of.push_back(static_cast<std::size_t>(known - axis.levels.begin()));
  if (known == axis.levels.end()) axis.levels.push_back(level);
}

std::vector<Axis> axes_of(const SweepResults& results, const Arms& arms) {
  std::vector<Axis> axes;
  Axis arm{"arm", {}, {}};
  bool conditional = false;
  for (const auto& factor : results.factors) {
    Axis axis{factor.name, {}, {}};
    for (const auto& cell : results.cells) {
      const Value* level = cell.levels.find(factor.name);
      if (level != nullptr) put(axis, level_text(factor.name, *level));
    }
    const bool everywhere = axis.level_of.size() == results.cells.size();
    conditional = conditional || !everywhere;
    if (everywhere && axis.levels.size() > 1) axes.push_back(std::move(axis));
  }
  if (!conditional) return axes;
  for (const auto& cell : arms.cells) put(arm, cell.arm);
  // What is inside the arm is no axis of its own.
  std::erase_if(axes, [&](const Axis& axis) {
    std::set<std::pair<std::size_t, std::size_t>> combinations;
    for (std::size_t i = 0; i < arm.level_of.size(); ++i) {
      combinations.insert({arm.level_of[i], axis.level_of[i]});
    }
    return combinations.size() == arm.levels.size();
  });
  axes.insert(axes.begin(), std::move(arm));
  return axes;
}

// "" where every combination of levels is one cell.
std::string incompleteness(const std::vector<Axis>& axes, std::size_t cells) {
  if (axes.empty()) return "no factor varies";
  std::size_t combinations = 1;
  for (const auto& axis : axes) combinations *= axis.levels.size();
  std::set<std::vector<std::size_t>> seen;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    std::vector<std::size_t> key;
    for (const auto& axis : axes) key.push_back(axis.level_of[cell]);
    seen.insert(std::move(key));
  }
  if (seen.size() == combinations && seen.size() == cells) return "";
  return fmt::format("not a full factorial: {} of {} combinations are planned", seen.size(),
                     combinations);
}

// values[replicate][cell] of complete replicates.
std::vector<std::vector<double>> complete_replicates(const SweepResults& results, const Arms& arms,
                                                     const std::string& metric,
                                                     std::vector<std::string>& left_out) {
  std::vector<CellValues> cells;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    cells.push_back(cell_values(results, i, metric));
    for (std::size_t trial : results.cells[i].trials) {
      const auto& name = results.trials[trial].replicate;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  std::vector<std::vector<double>> complete;
  for (const auto& name : names) {
    std::vector<double> row;
    std::string hole;
    for (std::size_t i = 0; i < cells.size() && hole.empty(); ++i) {
      const Measured* measured = cells[i].find(name);
      if (measured == nullptr) {
        hole = arms.cells[i].label;
      } else {
        row.push_back(measured->value);
      }
    }
    if (hole.empty()) {
      complete.push_back(std::move(row));
    } else {
      left_out.push_back(replicate_noun(results) + " " + name + " (no value for " + hole + ")");
    }
  }
  return complete;
}

double mean_where(const std::vector<double>& row, const Axis& a, std::size_t level_a, const Axis* b,
                  std::size_t level_b) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t cell = 0; cell < row.size(); ++cell) {
    if (a.level_of[cell] != level_a) continue;
    if (b != nullptr && b->level_of[cell] != level_b) continue;
    sum += row[cell];
    ++count;
  }
  return sum / static_cast<double>(count);
}

Effect effect_over(std::string factor, std::string level, const std::vector<double>& effects,
                   double confidence) {
  return {std::move(factor), std::move(level), mean_of(effects), t_interval(effects, confidence)};
}

void add_interactions(Effects& found, const Axis& a, const Axis& b,
                      const std::vector<std::vector<double>>& rows, double confidence) {
  for (std::size_t i = 0; i < a.levels.size(); ++i) {
    for (std::size_t j = 0; j < b.levels.size(); ++j) {
      std::vector<double> effects;
      for (const auto& row : rows) {
        effects.push_back(mean_where(row, a, i, &b, j) - mean_where(row, a, i, nullptr, 0) -
                          mean_where(row, b, j, nullptr, 0) + mean_of(row));
      }
      found.interactions.push_back(effect_over(
          a.name + " x " + b.name, a.levels[i] + ", " + b.levels[j], effects, confidence));
    }
  }
}

// The factors in which two cells differ; those that apply to one of them only
// are left out where another factor differs.
std::vector<std::string> differing(const SweepResults& results, const Parameters& a,
                                   const Parameters& b) {
  std::vector<std::string> in_both;
  std::vector<std::string> in_one;
  for (const auto& factor : results.factors) {
    const Value* of_a = a.find(factor.name);
    const Value* of_b = b.find(factor.name);
    if ((of_a == nullptr) != (of_b == nullptr)) in_one.push_back(factor.name);
    if (of_a != nullptr && of_b != nullptr && !(*of_a == *of_b)) in_both.push_back(factor.name);
  }
  return in_both.empty() ? in_one : in_both;
}

}  // namespace

Effects effects_of(const SweepResults& results, const Arms& arms, const std::string& metric,
                   double confidence) {
  Effects found;
  const auto axes = axes_of(results, arms);
  found.reason = incompleteness(axes, results.cells.size());
  if (!found.reason.empty()) return found;
  const auto rows = complete_replicates(results, arms, metric, found.left_out);
  found.replicates = rows.size();
  if (rows.empty()) {
    found.reason = "no " + replicate_noun(results) + " has a value in every cell";
    return found;
  }
  for (const auto& axis : axes) {
    for (std::size_t level = 0; level < axis.levels.size(); ++level) {
      std::vector<double> effects;
      for (const auto& row : rows) {
        effects.push_back(mean_where(row, axis, level, nullptr, 0) - mean_of(row));
      }
      found.main.push_back(effect_over(axis.name, axis.levels[level], effects, confidence));
    }
  }
  for (std::size_t a = 0; a < axes.size(); ++a) {
    for (std::size_t b = a + 1; b < axes.size(); ++b) {
      add_interactions(found, axes[a], axes[b], rows, confidence);
    }
  }
  return found;
}

std::vector<OneOff> one_factor_off(const SweepResults& results, std::size_t reference,
                                   const std::string& metric, double confidence) {
  std::vector<OneOff> rows;
  const auto& base = results.cells.at(reference).levels;
  const CellValues base_values = cell_values(results, reference, metric);
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    if (i == reference) continue;
    const auto& levels = results.cells[i].levels;
    const auto factors = differing(results, levels, base);
    if (factors.size() != 1) continue;
    // With the factors that apply to this side alone: "legendre_position, order 4".
    const auto text = [&](const Parameters& side, const Parameters& other) {
      const Value* level = side.find(factors[0]);
      std::string words =
          level == nullptr ? factors[0] + " absent" : level_text(factors[0], *level);
      for (const auto& factor : results.factors) {
        const Value* own = side.find(factor.name);
        if (own == nullptr || other.find(factor.name) != nullptr || factor.name == factors[0]) {
          continue;
        }
        words += ", " + shortened(factor.name, 60) + " " + shortened(own->display(), 60);
      }
      return words;
    };
    const CellValues values = cell_values(results, i, metric);
    const auto differences = differences_of(paired(values, base_values));
    OneOff row;
    row.cell = i;
    row.factor = factors[0];
    row.change = text(levels, base) + " instead of " + text(base, levels);
    row.pairs = differences.size();
    row.planned = values.planned();
    if (!differences.empty()) row.difference = mean_of(differences);
    row.interval = t_interval(differences, confidence);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::size_t> best_cells(const SweepResults& results, const MetricInfo& metric) {
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    const CellValues values = cell_values(results, i, metric.name);
    if (values.values.empty() || !values.holes.empty()) continue;
    const double mean = mean_of(values.numbers());
    ranked.emplace_back(metric.goal == Goal::kMinimize ? mean : -mean, i);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::size_t> cells;
  for (const auto& [mean, cell] : ranked) cells.push_back(cell);
  return cells;
}

}  // namespace polysweep
