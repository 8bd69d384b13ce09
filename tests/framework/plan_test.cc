#include "framework/sweep/plan/plan.h"

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
  CHECK(plan.cell_count() == 4);
  CHECK(plan.cell_of(1) == plan.cell_of(5));
  CHECK(plan.cell(1).levels.canonical() == R"({"dimension":64,"encoding":"rope"})");
  CHECK(plan.cell(1).baseline == -1);
  CHECK(plan.level(5, "seed") == 1);
  CHECK(plan.level(5, "dimension") == 1);
  CHECK_THROWS_AS(plan.level(5, "updates"), std::logic_error);
}

TEST_CASE("a sweep without factors is one trial", "[plan]") {
  const Plan plan = plan_of("[fixed]\nupdates = 7\n");
  CHECK(plan.size() == 1);
  CHECK(plan.trial(0).parameters.integer("updates") == 7);
  CHECK(plan.cell_count() == 1);
}

TEST_CASE("the id is that of the complete trial", "[plan]") {
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
  CHECK(plan.cell(0).levels.canonical() == R"({"dimension":1,"encoding":"none"})");
}

TEST_CASE("where the file's condition fails the default is used", "[plan]") {
  const Plan plan = plan_of(
      "[factors]\ndimension = [64, 128]\n"
      "updates = { values = [7, 8], when = { dimension = 128 } }\n"
      "dropout = { values = [0, 0.5], when = { updates = [8, 100] } }\n");
  CHECK(rows(plan, {"dimension", "updates", "dropout"}) ==
        "64 100 0.0\n64 100 0.5\n128 7 0.1\n128 8 0.0\n128 8 0.5\n");
  CHECK(plan.level(0, "updates") == Plan::kAbsent);
  CHECK(plan.cell(2).levels.canonical() == R"({"dimension":128,"updates":7})");
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
  for (std::size_t i = 0; i < plan.cell_count(); ++i) {
    baselines.push_back(plan.cell(i).baseline);
  }
  CHECK(baselines == std::vector<int>{2, -1, -1, 2, 2, -1, -1});
  CHECK(plan.cell(2).is_baseline);
  CHECK_FALSE(plan.cell(1).is_baseline);
}

TEST_CASE("of several fitting baseline cells the first counts", "[plan]") {
  const Plan plan = plan_of(
      "replicate = \"seed\"\n[factors]\nseed = [1, 2]\nencoding = [\"rope\", \"legendre\"]\n"
      "order = [1, 2]\n[baseline]\nencoding = \"legendre\"\n");
  REQUIRE(plan.cell_count() == 3);
  CHECK(plan.cell(0).baseline == 1);
  CHECK(plan.cell(1).is_baseline);
  CHECK(plan.cell(2).is_baseline);
  CHECK(plan.cell(2).baseline == -1);
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
  const PlanDescription description = describe(plan, {});
  CHECK(description.defaults.text("order") == "full");
  CHECK(description.defaults.find("encoding") == nullptr);
}

TEST_CASE("a description says which factors were drawn, and from what", "[plan]") {
  const char* lines =
      "[factors]\nlearning_rate = { sample = \"log_uniform\", low = 1e-4, high = 1, n = 2 }\n"
      "dropout = { sample = \"uniform\", low = 0.1, high = 0.4, n = 2 }\n"
      "updates = { sample = \"integer\", low = 10, high = 40, n = 2 }\ndimension = [64, 128]\n";
  const std::string json = description_json(describe(plan_of(lines), {}));
  const auto factors = parse_description(json).factors;
  REQUIRE(factors.size() == 4);
  CHECK(factors[0].sampling == Sampling::kLogUniform);
  CHECK(factors[1].sampling == Sampling::kUniform);
  CHECK(factors[2].sampling == Sampling::kInteger);
  CHECK(factors[3].sampling == Sampling::kNone);
  std::string wrong = json;
  wrong.replace(wrong.find("log_uniform\""), 11, "log_unifrom");
  CHECK_THROWS_WITH(parse_description(wrong),
                    Catch::Matchers::Contains("did you mean 'log_uniform'?"));
}

TEST_CASE("the revision is that of ids, cells and what they are compared with", "[plan]") {
  const std::string lines = "[factors]\nseed = [1, 2]\n";
  CHECK(plan_of(lines).revision() != plan_of(lines + "[baseline]\nseed = 1\n").revision());
  CHECK(plan_of("[factors]\nseed = [1]\n").revision() != plan_of("[fixed]\nseed = 1\n").revision());
  CHECK(plan_of(lines).revision() == plan_of(lines + "# the same\n").revision());
  CHECK(plan_of(lines).revision() != plan_of("replicate = \"seed\"\n" + lines).revision());
  CHECK(plan_of(lines).revision() != plan_of("[factors]\nseed = [2, 1]\n").revision());
  // How the comparisons are decided changes no trial.
  const std::string compared = "[factors]\nseed = [1, 2]\n[baseline]\nseed = 1\n";
  CHECK(plan_of(compared).revision() ==
        plan_of(compared + "[comparison]\nalpha = 0.1\n").revision());
  CHECK(plan_of(lines).revision().size() == 64);
}

TEST_CASE("the description of a plan reads back from its JSON", "[plan]") {
  const Plan plan = plan_of(
      "replicate = \"seed\"\n[fixed]\nnote = \"\\\"\"\n[factors]\nseed = [1]\n"
      "learning_rate = [1, 2]\n[[exclude]]\nwhere = { learning_rate = 2, note = \"x\" }\n"
      "[baseline]\nlearning_rate = 1\n[metrics]\nprimary = { name = \"loss\", goal = \"maximize\" "
      "}\n"
      "secondary = [\"test_bleu\"]\n"
      "[comparison]\ntest = \"sign-flip\"\nalpha = 0.1\nsmallest_difference = 0.25\n"
      "family = [{ learning_rate = 2 }]\n",
      {"updates=3"});
  const std::string json = description_json(describe(plan, {{"a", "b"}}));
  const PlanDescription description = parse_description(json);
  CHECK(description_json(description) == json);
  CHECK(description.sweep == "s");
  CHECK(description.experiment == "training");
  CHECK(description.experiment_version == 2);
  CHECK(description.experiment_doc == "a training");
  CHECK(description.clock == "updates");
  CHECK(description.file == "f.toml");
  CHECK(description.text == plan.sweep().text);
  CHECK(description.overrides == std::vector<std::string>{"updates=3"});
  CHECK(description.fixed.canonical() == R"({"note":"\"","updates":3})");
  // Neither what the file gives nor what no trial has.
  CHECK(description.defaults.find("dimension") != nullptr);
  for (const char* name : {"learning_rate", "seed", "note", "updates", "order"}) {
    CHECK(description.defaults.find(name) == nullptr);
  }
  CHECK(description.roles == std::map<std::string, Role>{{"corpus", Role::kData},
                                                         {"dimension", Role::kSize},
                                                         {"updates", Role::kBudget}});
  CHECK(description.replicate == "seed");
  CHECK(description.comparison == plan.sweep().comparison);
  CHECK(description.comparison.test == ComparisonTest::kSignFlip);
  CHECK(description.comparison.alpha == 0.1);
  CHECK(description.comparison.smallest_difference == 0.25);
  CHECK(description.comparison.family.size() == 1);
  REQUIRE(description.factors.size() == 2);
  CHECK(description.factors[0].name == "seed");
  CHECK(description.factors[0].levels == std::vector<Value>{Value(1)});
  CHECK(description.factors[1].levels == std::vector<Value>{Value(1.0), Value(2.0)});
  CHECK(description.baseline.canonical() == R"({"learning_rate":1.0})");
  CHECK(description.primary.name == "loss");
  CHECK(description.primary.goal == Goal::kMaximize);
  CHECK(description.primary.unit == "nat");
  CHECK(description.primary.doc == "of the training");
  CHECK(description.primary.role == Role::kProgress);
  CHECK(description.secondary.size() == 1);
  CHECK(description.metrics.size() == 2);
  CHECK(description.metrics[1].goal == Goal::kMinimize);
  CHECK(description.data_digests == std::map<std::string, std::string>{{"a", "b"}});
  CHECK(description.cell_count == 2);
  CHECK(description.exclusions.empty());
  CHECK(description.factors[1].axis.empty());
  PlanDescription with_axis = description;
  with_axis.factors[1].axis = "loss";
  CHECK(parse_description(description_json(with_axis)).factors[1].axis == "loss");
  CHECK_THROWS_WITH(parse_description("{}"), Contains("this is not the description of a plan"));
  CHECK_THROWS_WITH(parse_description("nonsense"), Contains("this is not the description"));
}

}  // namespace polysweep
