// What each parameter does beside the others: an additive model by least squares.
//
// value = constant + a smooth function of each number + an effect of each word + error. The
// functions are natural cubic splines (linear beyond the outer knots; Hastie, Tibshirani and
// Friedman, The Elements of Statistical Learning, 5.2.1) with 3, 2 or 1 coefficients: knots
// at the quantiles .05, .35, .65, .95 (4 knots) or .10, .50, .90 (3 knots) of the different
// values' sample (F. E. Harrell, Regression Modeling Strategies, 2.4.6), 1 is a line. The
// most that leaves three values for each coefficient of the model is used. No penalty.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace polysweep {

struct ModelVariable {
  std::vector<double> x;  // by value; the index of a word
  std::size_t words = 0;  // at least 2; 0: numbers
};

// The effect is 0 on average over the values.
struct EffectPoint {
  double x = 0;
  double effect = 0;
  double low = 0;  // pointwise Student's t interval
  double high = 0;
};

struct PartialEffect {
  std::size_t coefficients = 0;
  std::vector<EffectPoint> points;  // evenly spaced numbers, or one for each word
};

struct AdditiveModel {
  // Why there is none: "14 values are too few for 7 coefficients, which need three each";
  // "" where there is one.
  std::string reason;
  std::vector<PartialEffect> effects;  // by variable
  std::size_t values = 0;
  std::size_t coefficients = 0;  // the constant included
  double residual_sd = 0;
  double adjusted_r2 = 0;
};

struct ModelOptions {
  double confidence = 0.95;
  std::size_t places = 61;  // of an effect of numbers
};

// Throws std::logic_error where a variable has not as many numbers as there are values.
// Everything is finite.
AdditiveModel additive_model(std::span<const ModelVariable> variables, std::span<const double> y,
                             const ModelOptions& options = {});

}  // namespace polysweep
