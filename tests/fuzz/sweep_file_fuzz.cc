// A sweep file, with overrides: the words of its first line where that begins
// with "#!".
#include <set>
#include <sstream>

#include "framework/core/utf8.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/enumeration.h"
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
    expect(identity_text(plan.trial(i)) == plan.identity(i), "a trial has one identity text");
    expect(plan.cell_of(i) < plan.cell_count(), "a trial has its cell");
  }
  for (std::size_t i = 0; i < plan.cell_count(); ++i) {
    const std::int64_t baseline = plan.cell(i).baseline;
    expect(baseline < static_cast<std::int64_t>(plan.cell_count()), "a baseline is a cell");
  }
  const std::string description = description_json(describe(plan, {}));
  expect(description_json(parse_description(description)) == description,
         "a description is read back");
}

}  // namespace

void fuzz(std::string_view input) {
  const Sweep sweep = parse_sweep(input, "f.toml", overrides_of(input), training_catalogue());
  expect(is_utf8(sweep.text), "what is taken as a sweep is UTF-8");
  const Expansion expansion(sweep);
  if (Enumeration(expansion).tally().all() > kMostCombinations) return;
  DataFolder data("");
  expect_sound(Plan(sweep, data));
}

}  // namespace polysweep
