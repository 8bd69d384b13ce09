#include "framework/sweep/experiment.h"

#include "framework/core/error.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

Catalogue example() {
  ParameterSpec corpus;
  corpus.name = "corpus";
  corpus.type = ValueType::kText;
  corpus.default_value = Value("synthetic");
  corpus.words = {"synthetic", "multi30k"};
  corpus.doc = "what is \"translated\"";
  ParameterSpec rate;
  rate.name = "rate";
  rate.default_value = Value(1e-5);
  rate.minimum = 0.1e-9;
  rate.maximum = 3;
  rate.unit = "1/s";
  rate.role = Role::kBudget;
  rate.when = {{"corpus", {Value("synthetic")}}};
  rate.axis = "loss";
  ExperimentSpec spec;
  spec.name = "translation";
  spec.version = 3;
  spec.doc = "one line";
  spec.schema = Schema({corpus, rate});
  spec.metrics = {{"bleu", Goal::kMaximize, "", "of the test"},
                  {"loss", Goal::kMinimize, "nat", "", "epochs", Role::kProgress}};
  spec.clock = "epochs";
  spec.data = {
      {{{"corpus", {Value("multi30k")}}}, {{"a/b", std::string(64, 'a')}, {"c", ""}}, "x"}};
  ExperimentSpec toy;
  toy.name = "toy";
  return {"build", {spec, toy}};
}

}  // namespace

TEST_CASE("a catalogue reads back from its JSON", "[experiment]") {
  const Catalogue before = example();
  const Catalogue after = Catalogue::from_json(before.to_json());
  CHECK(after.to_json() == before.to_json());
  CHECK(after.build == "build");
  const ExperimentSpec& spec = after.at("translation");
  CHECK(spec.version == 3);
  const ParameterSpec& rate = spec.schema.at("rate");
  CHECK(rate.default_value == Value(1e-5));
  CHECK(rate.minimum == 0.1e-9);
  CHECK(rate.maximum == 3.0);
  CHECK(rate.unit == "1/s");
  CHECK(rate.when == std::vector<Condition>{{"corpus", {Value("synthetic")}}});
  CHECK(spec.schema.at("corpus").doc == "what is \"translated\"");
  CHECK(spec.schema.at("corpus").words.size() == 2);
  CHECK_FALSE(spec.schema.at("corpus").minimum.has_value());
  CHECK(spec.metrics.at(0).goal == Goal::kMaximize);
  CHECK(spec.metrics.at(1).unit == "nat");
  CHECK(spec.clock == "epochs");
  CHECK(rate.role == Role::kBudget);
  CHECK(spec.schema.at("corpus").role == Role::kNone);
  CHECK(spec.metrics.at(0).step == "updates");
  CHECK(spec.metrics.at(0).role == Role::kNone);
  CHECK(spec.metrics.at(1).step == "epochs");
  CHECK(spec.metrics.at(1).role == Role::kProgress);
  CHECK(spec.data.at(0).files.at(0).sha256 == std::string(64, 'a'));
  CHECK(spec.data.at(0).when.at(0).parameter == "corpus");
  CHECK(spec.data.at(0).source == "x");
  CHECK(rate.axis == "loss");
  CHECK(spec.schema.at("corpus").axis.empty());
}

TEST_CASE("the axis of a parameter is a metric of its experiment", "[experiment]") {
  std::string json = example().to_json();
  json.replace(json.find("\"axis\":\"loss\""), 13, "\"axis\":\"los\"");
  CHECK_THROWS_WITH(
      Catalogue::from_json(json),
      Contains("the axis of parameter 'rate': unknown metric 'los' (did you mean 'loss'?)"));
}

TEST_CASE("an unknown experiment is told with the nearest", "[experiment]") {
  CHECK_THROWS_WITH(example().at("translaton"),
                    "unknown experiment 'translaton' (did you mean 'translation'?)");
  CHECK_THROWS_WITH(example().at("x"), "unknown experiment 'x'; known: translation, toy");
}

TEST_CASE("a document that is no catalogue is refused", "[experiment]") {
  CHECK_THROWS_WITH(Catalogue::from_json("{"),
                    Catch::Matchers::StartsWith("this is not a catalogue of experiments: "));
  CHECK_THROWS_WITH(Catalogue::from_json("[]"),
                    Catch::Matchers::StartsWith("this is not a catalogue of experiments: "));
  CHECK_THROWS_WITH(Catalogue::from_json(R"({"format":9})"),
                    "the catalogue has format 9, this program reads 1; "
                    "build both programs from one source");
  CHECK_THROWS_WITH(goal_from_name("maximise"),
                    "unknown goal 'maximise' (did you mean 'maximize'?)");
}

TEST_CASE("a role is one that a parameter or a metric can have", "[experiment]") {
  for (const Role role : {Role::kNone, Role::kBudget, Role::kData, Role::kSize}) {
    CHECK(parameter_role_from_name(role_name(role)) == role);
  }
  for (const Role role : {Role::kNone, Role::kBudget, Role::kSize, Role::kProgress, Role::kCost}) {
    CHECK(metric_role_from_name(role_name(role)) == role);
  }
  CHECK_THROWS_WITH(parameter_role_from_name("progress"),
                    "unknown role of a parameter 'progress'; known: budget, data, size");
  CHECK_THROWS_WITH(metric_role_from_name("progres"),
                    "unknown role of a metric 'progres' (did you mean 'progress'?)");
  CHECK_THROWS_WITH(metric_role_from_name("data"),
                    "unknown role of a metric 'data'; known: budget, size, progress, cost");
}

}  // namespace polysweep
