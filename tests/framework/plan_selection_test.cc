#include "framework/sweep/plan/plan_selection.h"

#include "framework/core/error.h"
#include "framework/sweep/file/sweep_override.h"
#include "tests/framework/training_catalogue.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

const char* const kText = R"(replicate = "seed"
zip = [["learning_rate", "dropout"]]
[fixed]
updates = 7
[factors]
encoding      = ["rope", "none", "legendre"]
order         = { values = [4, 16], when = { encoding = "legendre" } }
learning_rate = [0.1, 0.2]
dropout       = [0.0, 0.5]
seed          = { range = [0, 4] }
[baseline]
encoding = "rope"
)";

PlanSelection selection(const Plan& plan, const std::vector<std::string>& words) {
  std::vector<Override> read;
  for (const std::string& word : words) {
    read.push_back(read_override(plan.sweep().experiment.schema, word));
  }
  return select_trials(plan, read);
}

std::string problem(const Plan& plan, const std::vector<std::string>& words) {
  try {
    return selection(plan, words).outside;
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("overrides select the trials that the sweep would have with them", "[plan]") {
  const Plan plan = plan_of(kText);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"seed=0..2"},
        {"order=4"},
        {"encoding=rope,legendre", "order=16"},
        {"encoding=rope", "seed=1,4", "updates=7", "shared=true"}}) {
    CAPTURE(words);
    const PlanSelection found = selection(plan, words);
    CHECK(found.outside.empty());
    CHECK(found.words == words);
    const Plan redefined = plan_of(kText, words);
    REQUIRE(found.trials.size() == redefined.size());
    for (std::size_t i = 0; i < redefined.size(); ++i) {
      CHECK(plan.id(found.trials[i]) == redefined.id(i));
    }
  }
}

TEST_CASE("a selection may leave out the baseline and take a part of a zip", "[plan]") {
  const Plan plan = plan_of(kText);
  CHECK(selection(plan, {"encoding=none"}).trials.size() == 10);
  const PlanSelection half = selection(plan, {"dropout=0.5"});
  REQUIRE(half.trials.size() == plan.size() / 2);
  for (const std::uint32_t i : half.trials) {
    CHECK(plan.trial(i).parameters.real("learning_rate") == 0.2);
  }
}

TEST_CASE("what the sweep does not have is not selected", "[plan]") {
  const Plan plan = plan_of(kText);
  CHECK(problem(plan, {"seed=3..5"}) ==
        "override 'seed=3..5': 5 is not a level of factor 'seed', whose levels are 0, 1, 2, 3, 4");
  CHECK(problem(plan, {"seed=1", "updates=8"}) ==
        "override 'updates=8': 'updates' does not vary in the sweep, where it is 7");
  CHECK(problem(plan, {"updates=7,8"}) ==
        "override 'updates=7,8': 'updates' does not vary in the sweep, where it is 7");
  CHECK(problem(plan, {"dimension=32"}) ==
        "override 'dimension=32': 'dimension' does not vary in the sweep, where it is 64 by "
        "default");
  CHECK(problem(plan, {"learning_rate=0.1", "dropout=0.5"}) ==
        "no trial of sweep 's' has these levels together: learning_rate=0.1 dropout=0.5");
  CHECK(problem(plan, {"seed=1", "seed=2"}) ==
        "override 'seed=2': parameter 'seed' is overridden twice");
  CHECK(selection(plan, {"seed=9"}).trials.empty());
}

}  // namespace polysweep
