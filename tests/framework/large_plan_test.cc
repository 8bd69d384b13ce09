// What a plan accepts can be run, and it costs what it keeps, not what it skips.
#include <sys/resource.h>

#include <chrono>

#include "framework/core/error.h"
#include "framework/sweep/plan/enumeration.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/plan/trial_collection.h"
#include "tests/framework/training_catalogue.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

// 2,000 x 1,000 x 1,000 = 2 * 10^9 combinations.
const std::string kTwoBillion =
    "[factors]\n"
    "seed          = { range = [1, 2000] }\n"
    "learning_rate = { linspace = [1, 1000, 1000] }\n"
    "updates       = { range = [1, 1000] }\n";

template <typename Action>
double seconds_of(Action action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("2,000,000,000 combinations of which a where keeps one are one trial", "[plan]") {
  const std::string lines =
      kTwoBillion + "[[where]]\nwhere = { seed = 1999, learning_rate = 500, updates = 3 }\n";
  const double seconds = seconds_of([&] {
    const Plan plan = plan_of(lines);
    REQUIRE(plan.size() == 1);
    CHECK(plan.trial(0).parameters.integer("seed") == 1999);
    CHECK(plan.trial(0).parameters.real("learning_rate") == 500);
    CHECK(plan.trial(0).parameters.integer("updates") == 3);
    REQUIRE(plan.exclusions().size() == 1);
    CHECK(plan.exclusions()[0].count == 1'999'999'999);
  });
  CHECK(seconds < 5);
}

TEST_CASE("combinations that are excluded are counted without being made", "[plan]") {
  std::string lines = kTwoBillion;
  lines += "[[exclude]]\nwhere = { learning_rate = [";
  for (int i = 2; i <= 1000; ++i) lines += fmt::format("{}, ", i);
  lines += "] }\n[[exclude]]\nwhere = { updates = [";
  for (int i = 1; i < 1000; ++i) lines += fmt::format("{}, ", i);
  lines += "] }\n";
  const Plan plan = plan_of(lines);
  CHECK(plan.size() == 2000);
  REQUIRE(plan.exclusions().size() == 2);
  CHECK(plan.exclusions()[0].count == 1'998'000'000);  // the first counts what both leave out
  CHECK(plan.exclusions()[1].count == 1'998'000);
}

TEST_CASE("a long list of wheres keeps exactly its combinations", "[plan]") {
  std::string lines = kTwoBillion;
  for (int i = 0; i < 500; ++i) {
    lines += fmt::format("[[where]]\nwhere = {{ seed = {}, learning_rate = {}, updates = {} }}\n",
                         1 + i * 7 % 2000, 1 + i * 13 % 1000, 1 + i * 29 % 1000);
  }
  const Plan plan = plan_of(lines);
  CHECK(plan.size() == 500);
  CHECK(plan.exclusions().at(0).count == 1'999'999'500);
}

TEST_CASE("a plan refuses what cannot be run, with the limit and the reason", "[plan]") {
  CHECK(problem_of(kTwoBillion) ==
        "f.toml:3:2: the sweep has 2000000000 trials or more, and a sweep can have at most "
        "10000000; use fewer levels, or keep fewer combinations with [[where]]");
  const std::string text = "[factors]\nnote = [\"" + std::string(kMaxIdentityBytes, 'x') + "\"]\n";
  CHECK_THAT(problem_of(text), Contains("f.toml:3:2: the parameters of a trial take 1048") &&
                                   Contains("bytes, and can take at most 1048576"));
  PlanDescription description;
  description.text = std::string(kMaxDescriptionBytes, 'x');
  CHECK_THROWS_WITH(description_json(description),
                    Contains("the description of the sweep takes 157") &&
                        Contains("(its file 15728640), and can take at most 15728640"));
}

TEST_CASE("numbers of combinations stop at the largest", "[plan]") {
  std::string lines = "[factors]\n";
  for (const char* name : {"seed", "updates"}) {
    lines += fmt::format("{} = {{ range = [1, 65534] }}\n", name);
  }
  for (const char* name : {"learning_rate", "dropout"}) {
    lines += fmt::format("{} = {{ linspace = [0, 1, 65534] }}\n", name);
  }
  lines += "dimension = { range = [1, 512] }\n";
  const Sweep sweep = sweep_of(lines);
  const Expansion expansion(sweep);
  CHECK(Enumeration(expansion).tally().kept == UINT64_MAX);
  CHECK_THAT(problem_of(lines), Contains("a sweep can have at most 10000000"));
}

TEST_CASE("a million trials of as many cells take less than 200 bytes each", "[plan][slow]") {
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  const Plan plan = plan_of(
      "replicate = \"seed\"\n[factors]\nseed = [1]\nupdates = { range = [1, 1000] }\n"
      "learning_rate = { linspace = [1, 1000, 1000] }\n[baseline]\nupdates = 1\n");
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  CHECK(plan.size() == 1'000'000);
  CHECK(plan.cell_count() == 1'000'000);
  CHECK(plan.cell(999).baseline == -1);
  CHECK(plan.cell(1'000).baseline == 0);
  const double bytes = static_cast<double>(after.ru_maxrss - before.ru_maxrss) * 1024;
  CHECK(bytes / 1e6 < 200);
}

}  // namespace polysweep
