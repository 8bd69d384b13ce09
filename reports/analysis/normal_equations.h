// A symmetric positive definite system of equations, by Cholesky's decomposition.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace polysweep {

class NormalEquations {
 public:
  // `matrix` is size x size, row by row. None where it is singular: a pivot is less than
  // 1e-10 of what stood in its place.
  static std::optional<NormalEquations> decomposed(std::vector<double> matrix, std::size_t size);

  // Replaces the right side by the solution.
  void solve(std::span<double> right_side) const;

 private:
  NormalEquations(std::vector<double> lower, std::size_t size)
      : lower_(std::move(lower)), size_(size) {}

  std::vector<double> lower_;  // its lower half
  std::size_t size_;
};

}  // namespace polysweep
