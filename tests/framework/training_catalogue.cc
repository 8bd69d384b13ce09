#include "tests/framework/training_catalogue.h"

#include "framework/core/error.h"
#include "framework/sweep/file/sweep_file.h"

namespace polysweep {

namespace {

ParameterSpec parameter(std::string name, ValueType type, Value default_value) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.default_value = std::move(default_value);
  return spec;
}

Schema training_schema() {
  ParameterSpec encoding = parameter("encoding", ValueType::kText, Value("none"));
  encoding.words = {"none", "sinusoidal", "rope", "legendre"};
  ParameterSpec order = parameter("order", ValueType::kInteger, Value("full"));
  order.minimum = 1;
  order.maximum = 64;
  order.words = {"full"};
  order.when = {{"encoding", {Value("legendre")}}};
  ParameterSpec norm = parameter("norm", ValueType::kText, Value("raw"));
  norm.words = {"raw", "rms"};
  norm.when = {{"encoding", {Value("legendre")}}};
  ParameterSpec dimension = parameter("dimension", ValueType::kInteger, Value(64));
  dimension.minimum = 1;
  dimension.maximum = 512;
  dimension.role = Role::kSize;
  ParameterSpec rate = parameter("learning_rate", ValueType::kReal, Value(0.001));
  rate.minimum = 0;
  ParameterSpec dropout = parameter("dropout", ValueType::kReal, Value(0.1));
  dropout.minimum = 0;
  dropout.maximum = 1;
  ParameterSpec corpus = parameter("corpus", ValueType::kText, Value("synthetic"));
  corpus.words = {"synthetic", "files"};
  corpus.role = Role::kData;
  ParameterSpec updates = parameter("updates", ValueType::kInteger, Value(100));
  updates.minimum = 0;
  updates.role = Role::kBudget;
  ParameterSpec seed = parameter("seed", ValueType::kInteger, Value(0));
  seed.minimum = 0;
  return Schema({encoding, order, norm, dimension, rate, dropout,
                 parameter("shared", ValueType::kBoolean, Value(true)),
                 parameter("note", ValueType::kText, Value("")), corpus, updates, seed});
}

}  // namespace

const Catalogue& training_catalogue() {
  static const Catalogue catalogue = [] {
    ExperimentSpec training;
    training.name = "training";
    training.version = 2;
    training.doc = "a training";
    training.schema = training_schema();
    training.metrics = {
        {"test_bleu", Goal::kMaximize, "", "of the test set"},
        {"loss", Goal::kMinimize, "nat", "of the training", "updates", Role::kProgress}};
    training.data = {{{{"corpus", {Value("files")}}}, {{"corpus/train.en", ""}}, "the archive"}};
    ExperimentSpec bare;
    bare.name = "bare";
    return Catalogue{"build", {training, bare}};
  }();
  return catalogue;
}

Sweep sweep_of(const std::string& lines, const std::vector<std::string>& overrides) {
  return parse_sweep("sweep = \"s\"\nexperiment = \"training\"\n" + lines, "f.toml", overrides,
                     training_catalogue());
}

Plan plan_of(const std::string& lines, const std::vector<std::string>& overrides) {
  DataFolder data("");
  return Plan(sweep_of(lines, overrides), data);
}

std::string problem_of(const std::string& lines, const std::vector<std::string>& overrides) {
  try {
    plan_of(lines, overrides);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace polysweep
