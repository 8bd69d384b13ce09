#include "reports/analysis/additive_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "framework/core/error.h"
#include "reports/analysis/normal_equations.h"
#include "reports/analysis/statistics.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostCoefficients = 3;  // of a number
constexpr std::size_t kValuesPerCoefficient = 3;
constexpr double kRounding = 1e-13;

double cube_above(double x) { return x > 0 ? x * x * x : 0; }

// The columns of one variable, as functions of x.
class Basis {
 public:
  Basis(const ModelVariable& variable, std::size_t coefficients) : words_(variable.words) {
    std::vector<double> sorted = variable.x;
    std::sort(sorted.begin(), sorted.end());
    low_ = sorted.front();
    width_ = sorted.back() - low_;
    if (words_ > 0 || coefficients == 1 ||
        std::set<double>(sorted.begin(), sorted.end()).size() < 3)
      return;
    const std::vector<double> shares = coefficients == 2
                                           ? std::vector<double>{0.10, 0.50, 0.90}
                                           : std::vector<double>{0.05, 0.35, 0.65, 0.95};
    for (const double share : shares) {
      const double knot = scaled(sorted_quantile(sorted, share));
      if (knots_.empty() || knot > knots_.back()) knots_.push_back(knot);
    }
    if (knots_.size() < 3) knots_.clear();
  }

  std::size_t size() const {
    return words_ > 0 ? words_ - 1 : knots_.empty() ? 1 : knots_.size() - 1;
  }

  void append(double x, std::vector<double>& row) const {
    for (std::size_t word = 1; word < words_; ++word) {
      row.push_back(x == static_cast<double>(word) ? 1 : 0);
    }
    if (words_ > 0) return;
    const double s = scaled(x);
    row.push_back(s);
    for (std::size_t k = 0; k + 2 < knots_.size(); ++k) {
      row.push_back(bend(k, s) - bend(knots_.size() - 2, s));
    }
  }

  // Where the effect is shown.
  std::vector<double> places(std::size_t count) const {
    std::vector<double> places;
    const std::size_t all = words_ > 0 ? words_ : count;
    for (std::size_t i = 0; i < all; ++i) {
      const auto at = static_cast<double>(i);
      places.push_back(words_ > 0 ? at : low_ + width_ * at / static_cast<double>(count - 1));
    }
    return places;
  }

 private:
  double scaled(double x) const { return width_ > 0 ? (x - low_) / width_ : 0; }
  double bend(std::size_t k, double s) const {
    const double last = knots_.back();
    return (cube_above(s - knots_[k]) - cube_above(s - last)) / (last - knots_[k]);
  }

  std::size_t words_;
  double low_ = 0;
  double width_ = 0;
  std::vector<double> knots_;
};

std::vector<Basis> bases_of(std::span<const ModelVariable> variables, std::size_t coefficients) {
  std::vector<Basis> bases;
  for (const auto& variable : variables) bases.emplace_back(variable, coefficients);
  return bases;
}

std::size_t coefficients_of(const std::vector<Basis>& bases) {
  std::size_t count = 1;
  for (const Basis& basis : bases) count += basis.size();
  return count;
}

// The most flexible bases that the values allow; else those of lines.
std::vector<Basis> chosen_bases(std::span<const ModelVariable> variables, std::size_t values) {
  for (std::size_t most = kMostCoefficients; most > 1; --most) {
    std::vector<Basis> bases = bases_of(variables, most);
    if (values >= kValuesPerCoefficient * coefficients_of(bases)) return bases;
  }
  return bases_of(variables, 1);
}

// Columns with mean 0 and length 1, and y likewise but for its length.
struct Design {
  std::size_t width = 0;
  std::vector<std::vector<double>> rows;
  std::vector<double> means;
  std::vector<double> lengths;

  Design(const std::vector<Basis>& bases, std::span<const ModelVariable> variables,
         std::size_t values)
      : width(coefficients_of(bases) - 1), rows(values), means(width), lengths(width) {
    for (std::size_t i = 0; i < values; ++i) {
      for (std::size_t v = 0; v < bases.size(); ++v) bases[v].append(variables[v].x[i], rows[i]);
    }
    for (std::size_t c = 0; c < width; ++c) {
      for (const auto& row : rows) means[c] += row[c] / static_cast<double>(values);
      for (auto& row : rows) lengths[c] += (row[c] - means[c]) * (row[c] - means[c]);
      lengths[c] = std::sqrt(lengths[c]);
      for (auto& row : rows) row[c] = lengths[c] > 0 ? (row[c] - means[c]) / lengths[c] : 0;
    }
  }

  std::vector<double> products() const {
    std::vector<double> matrix(width * width);
    for (const auto& row : rows) {
      for (std::size_t a = 0; a < width; ++a) {
        for (std::size_t b = 0; b < width; ++b) matrix[a * width + b] += row[a] * row[b];
      }
    }
    return matrix;
  }
};

// The coefficients, and what an interval needs.
struct Fit {
  NormalEquations equations;
  std::vector<double> coefficients;
  double residual_sd = 0;
  double quantile = 0;
};

EffectPoint point_at(const Design& design, const Fit& fit, const Basis& basis, std::size_t first,
                     double x) {
  std::vector<double> own;
  basis.append(x, own);
  std::vector<double> row(design.width);
  EffectPoint point;
  point.x = x;
  for (std::size_t k = 0; k < own.size(); ++k) {
    const std::size_t c = first + k;
    row[c] = design.lengths[c] > 0 ? (own[k] - design.means[c]) / design.lengths[c] : 0;
    point.effect += row[c] * fit.coefficients[c];
  }
  std::vector<double> solved = row;
  fit.equations.solve(solved);
  double variance = 0;
  for (std::size_t c = 0; c < design.width; ++c) variance += row[c] * solved[c];
  const double half = fit.quantile * fit.residual_sd * std::sqrt(std::max(0.0, variance));
  point.low = point.effect - half;
  point.high = point.effect + half;
  return point;
}

// y with mean 0, divided by `scale`: squares of huge values would overflow.
std::vector<double> centred(std::span<const double> y, double scale) {
  std::vector<double> values;
  double mean = 0;
  for (const double each : y) mean += each / scale / static_cast<double>(y.size());
  for (const double each : y) values.push_back(each / scale - mean);
  return values;
}

double squares_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum;
}

AdditiveModel without(std::string reason) {
  AdditiveModel model;
  model.reason = std::move(reason);
  return model;
}

double largest(std::span<const double> y) {
  double scale = 0;
  for (const double value : y) scale = std::max(scale, std::abs(value));
  return scale > 0 ? scale : 1;
}

// Scales the numbers of a model of values that were divided by `scale`.
void add_effects(AdditiveModel& model, const Design& design, const Fit& fit,
                 const std::vector<Basis>& bases, std::size_t places, double scale) {
  std::size_t first = 0;
  for (const Basis& basis : bases) {
    PartialEffect& effect = model.effects.emplace_back();
    effect.coefficients = basis.size();
    for (const double x : basis.places(places)) {
      EffectPoint point = point_at(design, fit, basis, first, x);
      point.effect *= scale;
      point.low *= scale;
      point.high *= scale;
      effect.points.push_back(point);
    }
    first += basis.size();
  }
}

}  // namespace

AdditiveModel additive_model(std::span<const ModelVariable> variables, std::span<const double> y,
                             const ModelOptions& options) {
  for (const auto& variable : variables) {
    check(variable.x.size() == y.size(), "a variable has a number for each value");
    check(variable.words != 1, "a variable has two words or more");
  }
  if (variables.empty()) return without("no parameter varies");
  if (y.size() < 2) return without(count_text(y.size(), "value") + " can have no fit");
  const std::vector<Basis> bases = chosen_bases(variables, y.size());
  AdditiveModel model;
  model.values = y.size();
  model.coefficients = coefficients_of(bases);
  if (y.size() < kValuesPerCoefficient * model.coefficients) {
    return without(fmt::format(
        "{} are too few for {}, which need {} values each", count_text(y.size(), "value"),
        count_text(model.coefficients, "coefficient"), kValuesPerCoefficient));
  }
  const double scale = largest(y);
  const std::vector<double> values = centred(y, scale);
  const double total = squares_of(values);
  if (total <= kRounding * kRounding * static_cast<double>(y.size())) {
    return without("all values are the same");
  }
  const Design design(bases, variables, y.size());
  auto equations = NormalEquations::decomposed(design.products(), design.width);
  if (!equations) {
    return without(
        "the parameters do not vary independently, so their effects cannot be separated");
  }
  Fit fit{std::move(*equations), std::vector<double>(design.width), 0, 0};
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t c = 0; c < design.width; ++c) {
      fit.coefficients[c] += design.rows[i][c] * values[i];
    }
  }
  fit.equations.solve(fit.coefficients);
  double residual = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    double rest = values[i];
    for (std::size_t c = 0; c < design.width; ++c) {
      rest -= design.rows[i][c] * fit.coefficients[c];
    }
    residual += rest * rest;
  }
  const auto degrees = static_cast<double>(y.size() - model.coefficients);
  fit.residual_sd = std::sqrt(residual / degrees);
  fit.quantile = student_t_quantile(0.5 + options.confidence / 2, degrees);
  model.residual_sd = scale * fit.residual_sd;
  model.adjusted_r2 = 1 - residual / degrees / (total / static_cast<double>(y.size() - 1));
  add_effects(model, design, fit, bases, options.places, scale);
  return model;
}

}  // namespace polysweep
