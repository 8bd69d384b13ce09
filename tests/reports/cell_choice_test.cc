#include "reports/analysis/cell_choice.h"

#include "framework/core/error.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

const SweepResults& sample() {
  static const SweepResults results = sample_sweep({2, false, false, false});
  return results;
}

std::vector<std::string> found(const std::string& words) {
  const CellLabels labels = cell_labels(sample());
  std::vector<std::string> found;
  for (const std::size_t cell : find_cells(sample(), labels, words)) {
    found.push_back(labels.cells[cell].label);
  }
  return found;
}

using FoundLabels = std::vector<std::string>;

}  // namespace

TEST_CASE("cells are found by levels, with or without their factor", "[cells]") {
  const FoundLabels rope = {"rope, dimension 64", "rope, dimension 128"};
  CHECK(found("encoding=rope") == rope);
  CHECK(found("encoding rope") == rope);
  CHECK(found(" rope ,") == rope);
  CHECK(found("rope, dimension 128") == FoundLabels{"rope, dimension 128"});
  CHECK(found("dimension=128.0,encoding=rope") == FoundLabels{"rope, dimension 128"});
  CHECK(found("order=full,128") == FoundLabels{"legendre_position, order full, dimension 128"});
  // Of a number that is a level of one factor alone the factor is known.
  CHECK(found("16").size() == 2);
}

TEST_CASE("what names no cell is an error with what would be right", "[cells]") {
  CHECK_THROWS_WITH(found("encoding=ropes"),
                    "unknown level of 'encoding' 'ropes' (did you mean 'rope'?)");
  CHECK_THROWS_WITH(found("encodng=rope"), "unknown factor 'encodng' (did you mean 'encoding'?)");
  CHECK_THROWS_WITH(found("sinusoida"), "unknown level 'sinusoida' (did you mean 'sinusoidal'?)");
  CHECK_THROWS_WITH(found("rope,order=4"), "no cell of sweep 'encodings' has 'rope,order=4'");
  CHECK_THROWS_AS(found(" , "), Error);
}

TEST_CASE("a level of two factors must be named with its factor", "[cells]") {
  SweepBuilder builder("twice");
  builder.factor("a", {"1", "2"}).factor("b", {"1", "2"});
  builder.cell({"1", "2"});
  const auto results = builder.build();
  const auto labels = cell_labels(results);
  CHECK_THROWS_WITH(find_cells(results, labels, "1"), "'1' is a level of a and of b: write a=1");
  CHECK(find_cells(results, labels, "a=1") == std::vector<std::size_t>{0});
}

TEST_CASE("a long level is shown short, and its cell is found by that", "[cells]") {
  SweepBuilder builder("rates");
  builder.factor("rate", {"0.1", "0.00464158883361", "0.000316227766017"});
  for (const char* rate : {"0.1", "0.00464158883361", "0.000316227766017"}) {
    builder.done(builder.cell({rate}), 0, 1);
  }
  const SweepResults results = builder.build();
  const CellLabels labels = cell_labels(results);
  CHECK(labels.cells[0].label == "rate 0.1");
  CHECK(labels.cells[1].label == "rate 4.64e-3");
  CHECK(labels.cells[2].label == "rate 3.16e-4");
  using Indexes = std::vector<std::size_t>;
  for (const char* text : {"rate 4.64e-3", "rate=4.64e-3", "0.00464", "rate 0.00464158883361"}) {
    CAPTURE(text);
    CHECK(find_cells(results, labels, text) == Indexes{1});
    const auto levels = levels_named(results, text);
    REQUIRE(levels);
    CHECK(levels->at("rate").real() == 0.00464158883361);
  }
  CHECK_THROWS_WITH(find_cells(results, labels, "rate=4.65e-3"),
                    Catch::Matchers::Contains("did you mean '4.64e-3'"));
}

TEST_CASE("any arm can be the baseline of another, at equal other factors", "[cells]") {
  const CellLabels labels = cell_labels(sample());
  const auto other = rebased(sample(), labels, "rope", "learned");
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < other.cells.size(); ++i) {
    if (other.cells[i].baseline < 0) continue;
    ++pairs;
    const auto& base = labels.cells[static_cast<std::size_t>(other.cells[i].baseline)];
    CHECK(base.name == "learned");
    CHECK(labels.cells[i].name == "rope");
    CHECK(base.context_index == labels.cells[i].context_index);
  }
  CHECK(pairs == 2);
  CHECK_THROWS_WITH(rebased(sample(), labels, "rope", "legendre_position"),
                    Catch::Matchers::Contains("name more levels"));
  CHECK_THROWS_WITH(rebased(sample(), labels, "rope", "rope"),
                    Catch::Matchers::Contains("no cell with 'rope' agrees"));
}

}  // namespace polysweep
