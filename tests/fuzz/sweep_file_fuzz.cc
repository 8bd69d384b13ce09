// A sweep file, with overrides: the words of its first line where that begins
// with "#!".
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "framework/core/utf8.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/expansion.h"
#include "framework/sweep/plan/plan.h"
#include "tests/framework/training_catalogue.h"
#include "tests/fuzz/fuzz_target.h"

namespace polysweep {

namespace {

constexpr std::uint64_t kMostCombinations = 2000;

std::vector<std::string> overrides_of(std::string_view text) {
  if (!text.starts_with("#!")) return {};
  std::istringstream words{std::string(text.substr(2, text.find('\n') - 2))};
  std::vector<std::string> out;
  for (std::string word; words >> word;) out.push_back(word);
  return out;
}

void expect_sound(const Plan& plan) {
  expect(plan.size() > 0, "a plan has trials");
  std::set<TrialId> ids;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    expect(ids.insert(plan.id(i)).second, "a trial is in the plan once");
    expect(identity_of(plan.trial(i)) == plan.id(i), "a trial has the id of its identity");
    expect(plan.cell(i) < plan.cells().size(), "a trial has its cell");
  }
  for (const Cell& cell : plan.cells()) {
    expect(cell.baseline < static_cast<int>(plan.cells().size()), "a baseline is a cell");
  }
  const auto description = nlohmann::json::parse(describe(plan, {}));
  expect(description.at("cells").size() == plan.cells().size(), "a plan is described whole");
}

}  // namespace

void fuzz(std::string_view input) {
  const Sweep sweep = parse_sweep(input, "f.toml", overrides_of(input), training_catalogue());
  expect(is_utf8(sweep.text), "what is taken as a sweep is UTF-8");
  if (Expansion(sweep).count() > kMostCombinations) return;
  DataFolder data("");
  expect_sound(Plan(sweep, data));
}

}  // namespace polysweep
