#include "framework/sweep/trial.h"

#include <unordered_set>

#include "framework/core/error.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

Trial example() {
  Trial trial;
  trial.experiment = "toy";
  trial.parameters.set("x", Value(0.5));
  trial.parameters.set("steps", Value(3));
  trial.parameters.set("fault", Value("none"));
  return trial;
}

}  // namespace

TEST_CASE("the identity of a trial is the SHA-256 of its text", "[trial]") {
  const Trial trial = example();
  CHECK(identity_text(trial) ==
        R"({"code":"","data":"","experiment":"toy","parameters":{"fault":"none","steps":3,)"
        R"("x":0.5},"version":1})");
  // By Python's hashlib.
  CHECK(identity_of(trial).hex() == "dd1062c6463005da06184ab7f2c1484e");
  CHECK(identity_of(trial).brief() == identity_of(trial).hex().substr(0, 12));
}

TEST_CASE("each part of a trial changes its identity", "[trial]") {
  std::unordered_set<TrialId> ids = {identity_of(example())};
  Trial other = example();
  other.experiment_version = 2;
  ids.insert(identity_of(other));
  other = example();
  other.data_digest = std::string(64, '0');
  ids.insert(identity_of(other));
  other = example();
  other.code_digest = std::string(64, '0');
  ids.insert(identity_of(other));
  other = example();
  other.experiment = "other";
  ids.insert(identity_of(other));
  other = example();
  other.parameters.set("steps", Value(3.0));
  ids.insert(identity_of(other));
  CHECK(ids.size() == 6);
}

TEST_CASE("an id reads back from its hex digits", "[trial]") {
  const TrialId id = identity_of(example());
  CHECK(TrialId::from_hex(id.hex()) == id);
  CHECK(TrialId::from_hex("ABCDEF00000000000000000000000000").hex() ==
        "abcdef00000000000000000000000000");
  CHECK_THROWS_WITH(TrialId::from_hex("abc"), "'abc' is not a trial id, which has 32 hex digits");
  CHECK_THROWS_AS(TrialId::from_hex("zbcdef00000000000000000000000000"), Error);
}

}  // namespace polysweep
