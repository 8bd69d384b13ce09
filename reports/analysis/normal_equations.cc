#include "reports/analysis/normal_equations.h"

#include <cmath>

#include "framework/core/error.h"

namespace polysweep {

std::optional<NormalEquations> NormalEquations::decomposed(std::vector<double> matrix,
                                                           std::size_t size) {
  constexpr double kSingular = 1e-10;
  check(matrix.size() == size * size, "a system of equations is square");
  for (std::size_t j = 0; j < size; ++j) {
    const double diagonal = matrix[j * size + j];
    for (std::size_t i = j; i < size; ++i) {
      double sum = matrix[i * size + j];
      for (std::size_t k = 0; k < j; ++k) sum -= matrix[i * size + k] * matrix[j * size + k];
      if (i == j && !(sum > kSingular * diagonal)) return std::nullopt;
      matrix[i * size + j] = i == j ? std::sqrt(sum) : sum / matrix[j * size + j];
    }
  }
  return NormalEquations(std::move(matrix), size);
}

void NormalEquations::solve(std::span<double> right_side) const {
  check(right_side.size() == size_, "the right side fits the equations");
  const auto& l = lower_;
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t k = 0; k < i; ++k) right_side[i] -= l[i * size_ + k] * right_side[k];
    right_side[i] /= l[i * size_ + i];
  }
  for (std::size_t i = size_; i > 0; --i) {
    for (std::size_t k = i; k < size_; ++k) {
      right_side[i - 1] -= l[k * size_ + i - 1] * right_side[k];
    }
    right_side[i - 1] /= l[(i - 1) * size_ + i - 1];
  }
}

}  // namespace polysweep
