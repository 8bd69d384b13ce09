#include "framework/sweep/plan/plan.h"

#include <nlohmann/json.hpp>
#include <set>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "tests/framework/training_catalogue.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

// One line a trial: the named parameters, "-" where absent.
std::string rows(const Plan& plan, const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Trial trial = plan.trial(i);
    for (const std::string& name : names) {
      const Value* value = trial.parameters.find(name);
      out += (&name == &names[0] ? "" : " ") + (value == nullptr ? "-" : value->display());
    }
    out += "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("factors vary as in the file, the last fastest, the replicate slowest", "[plan]") {
  const Plan plan = plan_of(
      "replicate = \"seed\"\n[factors]\nencoding = [\"rope\", \"none\"]\nseed = [5, 3]\n"
      "dimension = [128, 64]\n");
  CHECK(rows(plan, {"seed", "encoding", "dimension"}) ==
        "5 rope 128\n5 rope 64\n5 none 128\n5 none 64\n"
        "3 rope 128\n3 rope 64\n3 none 128\n3 none 64\n");
  CHECK(plan.cells().size() == 4);
  CHECK(plan.cell(1) == plan.cell(5));
  CHECK(plan.cells()[1].levels.canonical() == R"({"dimension":64,"encoding":"rope"})");
  CHECK(plan.cells()[1].baseline == -1);
  CHECK(plan.level(5, "seed") == 1);
  CHECK(plan.level(5, "dimension") == 1);
  CHECK_THROWS_AS(plan.level(5, "updates"), std::logic_error);
}

TEST_CASE("a sweep without factors is one trial", "[plan]") {
  const Plan plan = plan_of("[fixed]\nupdates = 7\n");
  CHECK(plan.size() == 1);
  CHECK(plan.trial(0).parameters.integer("updates") == 7);
  CHECK(plan.cells().size() == 1);
}

TEST_CASE("the id is that of the whole trial", "[plan]") {
  const Plan plan = plan_of(
      "[fixed]\nnote = \"a\\\"b\"\n[factors]\nencoding = [\"rope\", \"legendre\"]\n"
      "order = [1, \"full\"]\nlearning_rate = [1, 1e-5]\n");
  CHECK(plan.size() == 6);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    CHECK(plan.trial(i).id == plan.id(i));
    CHECK(identity_of(plan.trial(i)) == plan.id(i));
  }
  CHECK(plan.trial(0).experiment_version == 2);
}

TEST_CASE("a factor multiplies only where it applies", "[plan]") {
  const Plan plan = plan_of(
      "[factors]\norder = [4, \"full\"]\nencoding = [\"none\", \"legendre\"]\ndimension = [1, "
      "2]\n");
  CHECK(rows(plan, {"order", "encoding", "dimension"}) ==
        "- none 1\n- none 2\n4 legendre 1\n4 legendre 2\nfull legendre 1\nfull legendre 2\n");
  CHECK(plan.level(0, "order") == Plan::kAbsent);
  CHECK(plan.level(4, "order") == 1);
  CHECK(plan.cells()[0].levels.canonical() == R"({"dimension":1,"encoding":"none"})");
}

TEST_CASE("where the file's condition fails the default is used", "[plan]") {
  const Plan plan = plan_of(
      "[factors]\ndimension = [64, 128]\n"
      "updates = { values = [7, 8], when = { dimension = 128 } }\n"
      "dropout = { values = [0, 0.5], when = { updates = [8, 100] } }\n");
  CHECK(rows(plan, {"dimension", "updates", "dropout"}) ==
        "64 100 0.0\n64 100 0.5\n128 7 0.1\n128 8 0.0\n128 8 0.5\n");
  CHECK(plan.level(0, "updates") == Plan::kAbsent);
  CHECK(plan.cells()[2].levels.canonical() == R"({"dimension":128,"updates":7})");
}

TEST_CASE("zipped factors are one axis", "[plan]") {
  const Plan plan = plan_of(
      "zip = [[\"dimension\", \"order\"]]\n[factors]\ndimension = [1, 2]\n"
      "encoding = [\"rope\", \"legendre\"]\norder = [8, 9]\n");
  CHECK(rows(plan, {"dimension", "encoding", "order"}) ==
        "1 rope -\n1 legendre 8\n2 rope -\n2 legendre 9\n");
  const Plan dependent = plan_of(
      "zip = [[\"seed\", \"updates\"]]\n[factors]\n"
      "updates = { values = [5, 6], when = { seed = 2 } }\nseed = [1, 2]\n");
  CHECK(rows(dependent, {"seed", "updates"}) == "1 100\n2 6\n");
  const Plan idle = plan_of(
      "zip = [[\"order\", \"norm\"]]\n[factors]\nencoding = [\"rope\", \"legendre\"]\n"
      "order = [8, 9]\nnorm = [\"raw\", \"rms\"]\n");
  CHECK(rows(idle, {"encoding", "order", "norm"}) == "rope - -\nlegendre 8 raw\nlegendre 9 rms\n");
}

TEST_CASE("exclude and where leave combinations out, counted by reason", "[plan]") {
  const Plan plan = plan_of(
      "replicate = \"seed\"\n[factors]\nencoding = [\"none\", \"rope\", \"legendre\"]\n"
      "order = [1, 2]\nseed = [1, 2, 3]\n"
      "[[exclude]]\nwhere = { encoding = \"none\" }\n"
      "[[exclude]]\nwhere = { encoding = [\"rope\", \"none\"], seed = 3 }\n"
      "[[exclude]]\nwhere = { updates = 3 }\n"
      "[[where]]\nwhere = { order = 2 }\n"
      "[[where]]\nwhere = { encoding = \"rope\" }\n");
  CHECK(rows(plan, {"seed", "encoding", "order"}) ==
        "1 rope -\n1 legendre 2\n2 rope -\n2 legendre 2\n3 legendre 2\n");
  REQUIRE(plan.exclusions().size() == 3);
  CHECK(plan.exclusions()[0].reason == "exclude encoding=\"none\"");
  CHECK(plan.exclusions()[0].count == 3);
  CHECK(plan.exclusions()[1].reason == "exclude encoding=[\"rope\",\"none\"] seed=3");
  CHECK(plan.exclusions()[1].count == 1);
  CHECK(plan.exclusions()[2].reason == "not where order=2 or encoding=\"rope\"");
  CHECK(plan.exclusions()[2].count == 3);
}

TEST_CASE("each cell is compared with the baseline cell that agrees on the rest", "[plan]") {
  const Plan plan = plan_of(
      "[factors]\nencoding = [\"rope\", \"none\", \"legendre\"]\ndimension = [64, 128]\n"
      "order = [1, 2]\n[baseline]\nencoding = \"none\"\n"
      "[[exclude]]\nwhere = { encoding = \"none\", dimension = 128 }\n");
  // rope 64, rope 128, none 64, legendre 64 1, 64 2, 128 1, 128 2
  std::vector<int> baselines;
  for (const Cell& cell : plan.cells()) baselines.push_back(cell.baseline);
  CHECK(baselines == std::vector<int>{2, -1, -1, 2, 2, -1, -1});
  CHECK(plan.cells()[2].is_baseline);
  CHECK_FALSE(plan.cells()[1].is_baseline);
}

TEST_CASE("of several fitting baseline cells the first counts", "[plan]") {
  const Plan plan = plan_of(
      "replicate = \"seed\"\n[factors]\nseed = [1, 2]\nencoding = [\"rope\", \"legendre\"]\n"
      "order = [1, 2]\n[baseline]\nencoding = \"legendre\"\n");
  REQUIRE(plan.cells().size() == 3);
  CHECK(plan.cells()[0].baseline == 1);
  CHECK(plan.cells()[1].is_baseline);
  CHECK(plan.cells()[2].is_baseline);
  CHECK(plan.cells()[2].baseline == -1);
}

TEST_CASE("data files are digested into the identity where they are read", "[plan]") {
  const TemporaryFolder folder;
  folder.write("corpus/train.en", "a line\n");
  const std::string lines = "[factors]\ncorpus = [\"synthetic\", \"files\"]\nseed = [1, 2]\n";
  DataFolder data(folder.path());
  const Plan plan(sweep_of(lines), data);
  REQUIRE(plan.size() == 4);
  CHECK(plan.trial(0).data_digest.empty());
  CHECK(plan.trial(3).data_digest ==
        sha256_hex("corpus/train.en " + sha256_hex("a line\n") + "\n"));
  CHECK(identity_of(plan.trial(3)) == plan.id(3));
  CHECK(data.digests().size() == 1);
  CHECK(problem_of(lines) ==
        "a trial reads the data file 'corpus/train.en', but no data folder is given; name it with "
        "--data FOLDER; its source: the archive");
}

TEST_CASE("a factor's default is described where a trial has it", "[plan]") {
  const Plan plan = plan_of(
      "[factors]\nencoding = [\"none\", \"legendre\"]\n"
      "order = { values = [4], when = { dimension = 128 } }\ndimension = [64, 128]\n");
  const nlohmann::json document = nlohmann::json::parse(describe(plan, {}));
  CHECK(document.at("defaults").at("order") == "full");
  CHECK_FALSE(document.at("defaults").contains("encoding"));
}

TEST_CASE("the revision is that of ids and cells", "[plan]") {
  const std::string lines = "[factors]\nseed = [1, 2]\n";
  CHECK(plan_of(lines).revision() == plan_of(lines + "# the same\n").revision());
  CHECK(plan_of(lines).revision() != plan_of("replicate = \"seed\"\n" + lines).revision());
  CHECK(plan_of(lines).revision() != plan_of("[factors]\nseed = [2, 1]\n").revision());
  CHECK(plan_of(lines).revision().size() == 64);
}

TEST_CASE("a plan is described in JSON", "[plan]") {
  const Plan plan = plan_of(
      "replicate = \"seed\"\n[fixed]\nnote = \"\\\"\"\n[factors]\nseed = [1]\n"
      "learning_rate = [1, 2]\n[[exclude]]\nwhere = { learning_rate = 2, note = \"x\" }\n"
      "[baseline]\nlearning_rate = 1\n[metrics]\nprimary = \"loss\"\nsecondary = [\"test_bleu\"]\n",
      {"updates=3"});
  const nlohmann::json document = nlohmann::json::parse(describe(plan, {{"a", "b"}}));
  CHECK(document.at("sweep") == "s");
  CHECK(document.at("experiment") == "training");
  CHECK(document.at("version") == 2);
  CHECK(document.at("doc") == "a training");
  CHECK(document.at("file") == "f.toml");
  CHECK(document.at("text") == plan.sweep().text);
  CHECK(document.at("overrides").dump() == R"(["updates=3"])");
  CHECK(document.at("fixed").dump() == R"({"note":"\"","updates":3})");
  // Neither what the file gives nor what no trial has.
  CHECK(document.at("defaults").contains("dimension"));
  for (const char* name : {"learning_rate", "seed", "note", "updates", "order"}) {
    CHECK_FALSE(document.at("defaults").contains(name));
  }
  CHECK(document.at("replicate") == "seed");
  CHECK(document.at("factors").dump() ==
        R"([{"doc":"","levels":[1],"name":"seed","role":"","unit":""},)"
        R"({"doc":"","levels":[1.0,2.0],"name":"learning_rate","role":"","unit":""}])");
  CHECK(document.at("clock") == "updates");
  CHECK(document.at("roles").dump() ==
        R"({"corpus":"data","dimension":"size","updates":"budget"})");
  CHECK(document.at("baseline").dump() == R"({"learning_rate":1.0})");
  CHECK(document.at("primary").dump() ==
        R"({"doc":"of the training","goal":"minimize","name":"loss","role":"progress",)"
        R"("step":"updates","unit":"nat"})");
  CHECK(document.at("secondary").size() == 1);
  CHECK(document.at("metrics").size() == 2);
  CHECK(document.at("data").dump() == R"({"a":"b"})");
  CHECK(document.at("cells").dump() ==
        R"([{"baseline":-1,"is_baseline":true,"levels":{"learning_rate":1.0}},)"
        R"({"baseline":0,"is_baseline":false,"levels":{"learning_rate":2.0}}])");
  CHECK(document.at("exclusions").empty());
}

}  // namespace polysweep
