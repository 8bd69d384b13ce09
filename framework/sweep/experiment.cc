#include "framework/sweep/experiment.h"

#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/parameter_history.h"
#include "framework/sweep/value_json.h"

namespace polysweep {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

Json json_of(const ParameterSpec& spec) {
  Json out = {{"name", spec.name},
              {"type", type_name(spec.type)},
              {"default", json_of(spec.default_value)}};
  if (spec.minimum) out["minimum"] = *spec.minimum;
  if (spec.maximum) out["maximum"] = *spec.maximum;
  out["words"] = spec.words;
  out["when"] = json_of(spec.when);
  out["unit"] = spec.unit;
  out["doc"] = spec.doc;
  out["role"] = role_name(spec.role);
  if (!spec.axis.empty()) out["axis"] = spec.axis;
  if (spec.since > 1) out["since"] = spec.since;
  if (!spec.was.empty()) out["was"] = spec.was;
  return out;
}

ParameterSpec parameter_of(const Json& json) {
  ParameterSpec spec;
  spec.name = json.at("name").get<std::string>();
  spec.type = type_from_name(json.at("type").get<std::string>());
  spec.default_value = value_of(json.at("default"));
  if (json.contains("minimum")) spec.minimum = json.at("minimum").get<double>();
  if (json.contains("maximum")) spec.maximum = json.at("maximum").get<double>();
  spec.words = json.at("words").get<std::vector<std::string>>();
  spec.when = conditions_of(json.at("when"));
  spec.unit = json.at("unit").get<std::string>();
  spec.doc = json.at("doc").get<std::string>();
  spec.role = parameter_role_from_name(json.at("role").get<std::string>());
  spec.axis = json.value("axis", "");
  spec.since = json.value("since", 1);
  spec.was = json.value("was", "");
  return spec;
}

DataSpec data_of(const Json& json) {
  DataSpec spec;
  spec.when = conditions_of(json.at("when"));
  for (const Json& file : json.at("files")) {
    spec.files.push_back(
        {file.at("path").get<std::string>(), file.at("sha256").get<std::string>()});
  }
  spec.source = json.at("source").get<std::string>();
  return spec;
}

Json json_of(const ExperimentSpec& spec) {
  Json parameters = Json::array();
  for (const ParameterSpec& parameter : spec.schema.specs()) {
    parameters.push_back(json_of(parameter));
  }
  Json metrics = Json::array();
  for (const MetricSpec& metric : spec.metrics) {
    metrics.push_back(json_of(metric));
  }
  Json data = Json::array();
  for (const DataSpec& one : spec.data) {
    Json files = Json::array();
    for (const DataFile& file : one.files) {
      files.push_back({{"path", file.path}, {"sha256", file.sha256}});
    }
    data.push_back(
        {{"when", json_of(one.when)}, {"files", std::move(files)}, {"source", one.source}});
  }
  Json out = {{"name", spec.name},
              {"version", spec.version},
              {"doc", spec.doc},
              {"clock", spec.clock},
              {"parameters", std::move(parameters)},
              {"metrics", std::move(metrics)},
              {"data", std::move(data)}};
  if (spec.command) out["command"] = Json::parse(spec.command->to_json());
  return out;
}

ExperimentSpec experiment_of(const Json& json) {
  ExperimentSpec spec;
  spec.name = json.at("name").get<std::string>();
  spec.version = json.at("version").get<int>();
  spec.doc = json.at("doc").get<std::string>();
  spec.clock = json.at("clock").get<std::string>();
  std::vector<ParameterSpec> parameters;
  for (const Json& one : json.at("parameters")) parameters.push_back(parameter_of(one));
  spec.schema = Schema(std::move(parameters));
  for (const Json& one : json.at("metrics")) spec.metrics.push_back(metric_of(one));
  for (const Json& one : json.at("data")) spec.data.push_back(data_of(one));
  if (json.contains("command")) spec.command = CommandSpec::from_json(json["command"].dump());
  for (const ParameterSpec& parameter : spec.schema.specs()) {
    check_axis(parameter, spec.metrics);
    check_history(parameter, spec.schema, spec.version);
  }
  return spec;
}

}  // namespace

void check_axis(const ParameterSpec& parameter, const std::vector<MetricSpec>& metrics) {
  if (parameter.axis.empty()) return;
  std::vector<std::string> known;
  for (const MetricSpec& metric : metrics) {
    if (metric.name == parameter.axis) return;
    known.push_back(metric.name);
  }
  fail("the axis of parameter '{}': {}", parameter.name,
       unknown_name("metric", parameter.axis, known));
}

const ExperimentSpec& Catalogue::at(std::string_view name) const {
  std::vector<std::string> known;
  for (const ExperimentSpec& spec : experiments) {
    if (spec.name == name) return spec;
    known.push_back(spec.name);
  }
  fail("{}", unknown_name("experiment", name, known));
}

std::string Catalogue::to_json() const {
  Json out = {{"format", kFormat}, {"build", build}, {"experiments", Json::array()}};
  for (const ExperimentSpec& spec : experiments) out["experiments"].push_back(json_of(spec));
  return out.dump();
}

Catalogue Catalogue::from_json(std::string_view json) {
  try {
    const Json document = Json::parse(json);
    if (document.at("format").get<int>() != kFormat) {
      fail(
          "the catalogue has format {}, this program reads {}; build both programs from one source",
          document.at("format").get<int>(), kFormat);
    }
    Catalogue catalogue;
    catalogue.build = document.at("build").get<std::string>();
    for (const Json& one : document.at("experiments")) {
      catalogue.experiments.push_back(experiment_of(one));
    }
    return catalogue;
  } catch (const Json::exception& problem) {
    fail("this is not a catalogue of experiments: {}", problem.what());
  }
}

}  // namespace polysweep
