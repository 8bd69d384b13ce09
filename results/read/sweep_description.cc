#include "results/read/sweep_description.h"

#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "framework/sweep/value_reader.h"

namespace polysweep {
namespace {

using Json = nlohmann::json;

Goal goal_of(const Json& json) {
  const auto name = json.get<std::string>();
  if (name != "minimize" && name != "maximize") fail("'{}' is no goal of a metric", name);
  return name == "maximize" ? Goal::kMaximize : Goal::kMinimize;
}

MetricInfo read_metric(const Json& json) {
  return {json.at("name").get<std::string>(),
          goal_of(json.at("goal")),
          json.at("unit").get<std::string>(),
          json.at("doc").get<std::string>(),
          json.at("step").get<std::string>(),
          metric_role_from_name(json.at("role").get<std::string>())};
}

Parameters read_parameters(const Json& json) { return Parameters::from_json(json.dump()); }

FactorInfo read_factor(const Json& json) {
  FactorInfo out;
  out.name = json.at("name").get<std::string>();
  for (const Json& level : json.at("levels")) out.levels.push_back(value_from_json(level.dump()));
  out.unit = json.at("unit").get<std::string>();
  out.doc = json.at("doc").get<std::string>();
  out.role = parameter_role_from_name(json.at("role").get<std::string>());
  return out;
}

CellResult read_cell(const Json& json) {
  CellResult out;
  out.levels = read_parameters(json.at("levels"));
  out.baseline = json.at("baseline").get<int>();
  out.is_baseline = json.at("is_baseline").get<bool>();
  return out;
}

void read_plan(const Json& json, SweepResults& out) {
  out.experiment = json.at("experiment").get<std::string>();
  out.experiment_version = json.at("version").get<int>();
  out.experiment_doc = json.at("doc").get<std::string>();
  out.clock = json.at("clock").get<std::string>();
  out.file = json.at("file").get<std::string>();
  out.text = json.at("text").get<std::string>();
  out.overrides = json.at("overrides").get<std::vector<std::string>>();
  out.fixed = read_parameters(json.at("fixed"));
  out.defaults = read_parameters(json.at("defaults"));
  out.replicate = json.at("replicate").get<std::string>();
  for (const Json& each : json.at("factors")) {
    FactorInfo factor = read_factor(each);
    if (factor.name != out.replicate) out.factors.push_back(std::move(factor));
  }
  for (const auto& [name, role] : json.at("roles").items()) {
    out.roles.emplace(name, parameter_role_from_name(role.get<std::string>()));
  }
  out.baseline = read_parameters(json.at("baseline"));
  out.primary = read_metric(json.at("primary"));
  for (const Json& each : json.at("secondary")) out.secondary.push_back(read_metric(each));
  for (const Json& each : json.at("metrics")) out.metrics.push_back(read_metric(each));
  for (const auto& [path, digest] : json.at("data").items()) {
    out.data_digests.emplace(path, digest.get<std::string>());
  }
  for (const Json& each : json.at("cells")) out.cells.push_back(read_cell(each));
  for (const Json& each : json.at("exclusions")) {
    out.exclusions.push_back(
        {each.at("reason").get<std::string>(), each.at("count").get<std::uint64_t>()});
  }
}

}  // namespace

void read_description(const std::string& sweep, const std::string& description,
                      SweepResults& results) {
  try {
    read_plan(Json::parse(description), results);
  } catch (const Json::exception& error) {
    fail("the description of sweep '{}' in the database cannot be understood ({}); plan it anew",
         sweep, error.what());
  }
}

}  // namespace polysweep
