#include "reports/analysis/value_shape.h"

#include "framework/core/random_stream.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Cells = std::vector<std::vector<double>>;

ValueShape shape_of(const Cells& cells) {
  const std::vector<std::span<const double>> spans(cells.begin(), cells.end());
  return value_shape(spans);
}

Cells normal_cells(std::size_t cells, std::size_t seeds, std::uint64_t seed) {
  RandomStream stream(seed, "value shape");
  Cells drawn(cells);
  for (std::size_t i = 0; i < cells; ++i) {
    for (std::size_t k = 0; k < seeds; ++k) {
      drawn[i].push_back(static_cast<double>(i) + stream.normal());
    }
  }
  return drawn;
}

}  // namespace

TEST_CASE("a task that runs solve or do not is seen as two modes", "[value shape]") {
  RandomStream stream(1, "two modes");
  for (const std::size_t seeds : {3, 5, 10}) {
    Cells cells(8);
    for (auto& cell : cells) {
      for (std::size_t k = 0; k < seeds; ++k) {
        cell.push_back((stream.uniform() < 0.5 ? 0.1 : 0.9) + 0.005 * stream.normal());
      }
    }
    const ValueShape shape = shape_of(cells);
    REQUIRE(shape.two_modes.has_value());
    CHECK(shape.two_modes->gap == Approx(0.8).margin(0.02));
    CHECK(shape.two_modes->cells >= 3);
    CHECK(shape.remote.empty());
  }
}

TEST_CASE("normal values are neither two-moded nor remote", "[value shape]") {
  int remarks = 0;
  constexpr int kSweeps = 300;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    const std::size_t seeds = sweep % 3 == 0 ? 3 : sweep % 3 == 1 ? 5 : 10;
    const ValueShape shape = shape_of(normal_cells(4 + sweep % 10, seeds, sweep));
    remarks += shape.two_modes || !shape.remote.empty() ? 1 : 0;
  }
  std::printf("remarks on %d sweeps of normal values: %d\n", kSweeps, remarks);
  CHECK(remarks <= kSweeps / 50);
}

TEST_CASE("a run far away from its cell is named", "[value shape]") {
  Cells cells = normal_cells(6, 5, 3);
  cells[2][4] = -40;
  cells[5][0] = -90;
  const ValueShape shape = shape_of(cells);
  CHECK_FALSE(shape.two_modes.has_value());
  REQUIRE(shape.remote.size() == 2);
  CHECK(shape.remote[0].cell == 5);
  CHECK(shape.remote[0].index == 0);
  CHECK(shape.remote[1].cell == 2);
  CHECK(shape.remote[1].index == 4);
}

TEST_CASE("steps of a coarse metric are not modes, and a wide cell is not remote",
          "[value shape]") {
  // Right answers of 200, of which each cell has two neighbouring numbers.
  const Cells coarse(6, {0.950, 0.955, 0.955, 0.950});
  CHECK_FALSE(shape_of(coarse).two_modes.has_value());
  Cells wide = normal_cells(5, 5, 4);
  for (double& v : wide[1]) v *= 100;
  CHECK(shape_of(wide).remote.empty());
  CHECK(shape_of(Cells{}).remote.empty());
  CHECK(shape_of(Cells{{}, {1}, {2, 2, 2}}).remote.empty());
}

}  // namespace polysweep
