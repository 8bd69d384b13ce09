#include "framework/sweep/plan/plan_description.h"

#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "framework/sweep/value_json.h"

namespace polysweep {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Parameters& parameters) {
  Json out = Json::object();
  for (const auto& [name, value] : parameters) out[name] = polysweep::json_of(value);
  return out;
}

Parameters parameters_of(const Json& json) {
  Parameters out;
  for (const auto& [name, value] : json.items()) out.set(name, value_of(value));
  return out;
}

Json json_of(const FactorInfo& factor) {
  Json levels = Json::array();
  for (const Value& level : factor.levels) levels.push_back(polysweep::json_of(level));
  Json out = {{"name", factor.name},
              {"levels", std::move(levels)},
              {"unit", factor.unit},
              {"doc", factor.doc},
              {"role", role_name(factor.role)}};
  if (!factor.axis.empty()) out["axis"] = factor.axis;
  if (factor.partial) out["partial"] = true;
  if (factor.sampling != Sampling::kNone) out["sample"] = sampling_name(factor.sampling);
  return out;
}

FactorInfo factor_of(const Json& json) {
  FactorInfo out;
  out.name = json.at("name").get<std::string>();
  for (const Json& level : json.at("levels")) out.levels.push_back(value_of(level));
  out.unit = json.at("unit").get<std::string>();
  out.doc = json.at("doc").get<std::string>();
  out.role = parameter_role_from_name(json.at("role").get<std::string>());
  out.axis = json.value("axis", "");
  out.partial = json.value("partial", false);
  out.sampling = sampling_from_name(json.value("sample", ""));
  return out;
}

Json json_of(const std::vector<MetricSpec>& metrics) {
  Json out = Json::array();
  for (const MetricSpec& metric : metrics) out.push_back(polysweep::json_of(metric));
  return out;
}

std::vector<MetricSpec> metrics_of(const Json& json) {
  std::vector<MetricSpec> out;
  for (const Json& metric : json) out.push_back(metric_of(metric));
  return out;
}

Json json_of(const SampleInfo& sample) {
  return {{"design", sample_design_name(sample.design)},
          {"points", sample.points},
          {"factors", sample.factors}};
}

SampleInfo sample_of(const Json& json) {
  return {sample_design_from_name(json.at("design").get<std::string>()),
          json.at("points").get<std::size_t>(), json.at("factors").get<std::vector<std::string>>()};
}

Json json_of(const ComparisonRule& rule) {
  Json family = Json::array();
  for (const auto& conditions : rule.family) family.push_back(polysweep::json_of(conditions));
  Json out = {{"test", comparison_test_name(rule.test)},
              {"alpha", rule.alpha},
              {"family", std::move(family)}};
  if (rule.smallest_difference) out["smallest_difference"] = *rule.smallest_difference;
  return out;
}

ComparisonRule rule_of(const Json& json) {
  ComparisonRule out;
  out.test = comparison_test_from_name(json.at("test").get<std::string>());
  out.alpha = json.at("alpha").get<double>();
  for (const Json& conditions : json.at("family")) {
    out.family.push_back(conditions_of(conditions));
  }
  if (json.contains("smallest_difference")) {
    out.smallest_difference = json.at("smallest_difference").get<double>();
  }
  return out;
}

Json json_of(const std::vector<ParameterHistory>& history) {
  Json out = Json::array();
  for (const ParameterHistory& each : history) {
    out.push_back({{"name", each.name},
                   {"was", each.was},
                   {"since", each.since},
                   {"default", polysweep::json_of(each.default_value)},
                   {"when", polysweep::json_of(each.when)}});
  }
  return out;
}

std::vector<ParameterHistory> parameter_history_of(const Json& json) {
  std::vector<ParameterHistory> out;
  if (!json.contains("history")) return out;
  for (const Json& each : json.at("history")) {
    out.push_back({each.at("name").get<std::string>(), each.at("was").get<std::string>(),
                   each.at("since").get<int>(), value_of(each.at("default")),
                   conditions_of(each.at("when"))});
  }
  return out;
}

PlanDescription description_of(const Json& json) {
  PlanDescription out;
  out.sweep = json.at("sweep").get<std::string>();
  out.experiment = json.at("experiment").get<std::string>();
  out.experiment_version = json.at("version").get<int>();
  out.experiment_doc = json.at("doc").get<std::string>();
  out.clock = json.at("clock").get<std::string>();
  out.file = json.at("file").get<std::string>();
  out.text = json.at("text").get<std::string>();
  out.overrides = json.at("overrides").get<std::vector<std::string>>();
  out.renamed = json.value("renamed", false);
  out.history = parameter_history_of(json);
  out.code_runs = json.value("code_runs", "");
  out.fixed = parameters_of(json.at("fixed"));
  out.defaults = parameters_of(json.at("defaults"));
  for (const auto& [name, role] : json.at("roles").items()) {
    out.roles.emplace(name, parameter_role_from_name(role.get<std::string>()));
  }
  out.replicate = json.at("replicate").get<std::string>();
  for (const Json& factor : json.at("factors")) out.factors.push_back(factor_of(factor));
  if (json.contains("sample")) out.sample = sample_of(json.at("sample"));
  out.baseline = parameters_of(json.at("baseline"));
  out.primary = metric_of(json.at("primary"));
  out.secondary = metrics_of(json.at("secondary"));
  out.metrics = metrics_of(json.at("metrics"));
  out.comparison = rule_of(json.at("comparison"));
  for (const auto& [path, digest] : json.at("data").items()) {
    out.data_digests.emplace(path, digest.get<std::string>());
  }
  out.code_digest = json.at("code").get<std::string>();
  for (const auto& [path, digest] : json.at("code_files").items()) {
    out.code_files.emplace(path, digest.get<std::string>());
  }
  out.cell_count = json.at("cell_count").get<std::size_t>();
  for (const Json& each : json.at("exclusions")) {
    out.exclusions.push_back(
        {each.at("reason").get<std::string>(), each.at("count").get<std::uint64_t>()});
  }
  return out;
}

}  // namespace

std::string description_json(const PlanDescription& description) {
  Json factors = Json::array();
  for (const FactorInfo& factor : description.factors) factors.push_back(json_of(factor));
  Json roles = Json::object();
  for (const auto& [name, role] : description.roles) roles[name] = role_name(role);
  Json exclusions = Json::array();
  for (const Exclusion& each : description.exclusions) {
    exclusions.push_back({{"reason", each.reason}, {"count", each.count}});
  }
  Json out = {{"sweep", description.sweep},
              {"experiment", description.experiment},
              {"version", description.experiment_version},
              {"doc", description.experiment_doc},
              {"clock", description.clock},
              {"file", description.file},
              {"text", description.text},
              {"overrides", description.overrides},
              {"fixed", json_of(description.fixed)},
              {"defaults", json_of(description.defaults)},
              {"roles", std::move(roles)},
              {"replicate", description.replicate},
              {"factors", std::move(factors)},
              {"baseline", json_of(description.baseline)},
              {"primary", polysweep::json_of(description.primary)},
              {"secondary", json_of(description.secondary)},
              {"metrics", json_of(description.metrics)},
              {"comparison", json_of(description.comparison)},
              {"data", description.data_digests},
              {"code", description.code_digest},
              {"code_files", description.code_files},
              {"cell_count", description.cell_count},
              {"exclusions", std::move(exclusions)}};
  if (description.sample) out["sample"] = json_of(*description.sample);
  if (description.renamed) out["renamed"] = true;
  if (!description.history.empty()) out["history"] = json_of(description.history);
  if (!description.code_runs.empty()) out["code_runs"] = description.code_runs;
  std::string text = out.dump();
  if (text.size() > kMaxDescriptionBytes) {
    fail(
        "the description of the sweep takes {} bytes (its file {}), and can take at most {}; use a "
        "shorter file, or fewer or shorter levels",
        text.size(), description.text.size(), kMaxDescriptionBytes);
  }
  return text;
}

PlanDescription parse_description(std::string_view json) try {
  return description_of(Json::parse(json));
} catch (const Json::exception& problem) {
  fail("this is not the description of a plan: {}", problem.what());
}

}  // namespace polysweep
