// The sweeps over `order` compare encodings at the same rank of their positions.
#include <optional>
#include <set>

#include "experiments/encodings/encoding.h"
#include "experiments/experiments.h"
#include "framework/sweep/data_files.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/plan.h"
#include "tests/support/torch_catch.h"

namespace polysweep {
namespace {

std::optional<std::int64_t> rank_of(const Parameters& parameters) {
  Weights weights(1, at::kDouble);
  EncodingContext context;
  context.options = encoding_options(parameters);
  context.width = parameters.integer("dimension");
  context.heads = parameters.integer("heads");
  context.head_width = context.width / context.heads;
  context.layers = parameters.integer("layers");
  context.longest = parameters.integer("longest");
  context.prefix = "stack.position.";
  context.weights = &weights;
  return make_encoding(parameters.text("encoding"), context)->rank();
}

// Planned on the generated corpus, which needs no files and changes no position.
Plan plan_of(const std::string& name, std::vector<std::string> overrides = {}) {
  overrides.emplace_back("corpus=synthetic");
  const std::string file =
      std::string(POLYSWEEP_SOURCE_FOLDER) + "/experiments/sweeps/" + name + ".toml";
  DataFolder none("");
  return Plan(load_sweep(file, overrides, Catalogue{"build", {translation_spec()}}), none);
}

// By cell.
std::vector<std::optional<std::int64_t>> ranks_in(const Plan& plan) {
  std::vector<std::optional<std::int64_t>> ranks(plan.cell_count());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    auto& rank = ranks[plan.cell_of(i)];
    if (!rank) rank = rank_of(plan.trial(i).parameters);
  }
  return ranks;
}

// The cells whose rank is another than their baseline's.
std::size_t unequal_cells(const Plan& plan) {
  const auto ranks = ranks_in(plan);
  std::size_t unequal = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    REQUIRE(ranks[i].has_value());
    const Cell cell = plan.cell(i);
    if (cell.is_baseline) continue;
    REQUIRE(cell.baseline >= 0);
    unequal += ranks[i] == ranks[static_cast<std::size_t>(cell.baseline)] ? 0 : 1;
  }
  return unequal;
}

}  // namespace

TEST_CASE("every cell of the sweeps over order has the rank of its baseline",
          "[encoding][sweeps]") {
  for (const char* name :
       {"order", "order_small", "order_by_dimension", "order_by_dimension_small"}) {
    INFO(name);
    const Plan plan = plan_of(name);
    CHECK(unequal_cells(plan) == 0);
    // The levels are ranks: order + 1, up to as many as positions and features allow.
    const auto ranks = ranks_in(plan);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      const Value order = plan.cell(i).levels.at("order");
      if (order.is_number()) CHECK(ranks[i] == order.integer() + 1);
    }
    CHECK(std::set(ranks.begin(), ranks.end()).size() >= 6);
    // What the test can see: at offset 1 the polynomials by position fall behind.
    CHECK(unequal_cells(plan_of(name, {"offset=1"})) > 0);
  }
}

}  // namespace polysweep
