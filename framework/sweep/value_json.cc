#include "framework/sweep/value_json.h"

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/value_reader.h"

namespace polysweep {

using Json = nlohmann::ordered_json;

namespace {

PointRule point_of(const Json& metric) {
  if (!metric.contains("point")) return {};
  const Json& point = metric.at("point");
  if (point.is_string()) {
    if (point.get<std::string>() == "best") return {PointRule::Kind::kBest, 0};
    fail("unknown point of a series: {}", in_quotes(point.get<std::string>()));
  }
  return {PointRule::Kind::kMeanOfLast, point.at("mean_of_last").get<int>()};
}

}  // namespace

Json json_of(const Value& value) {
  switch (value.type()) {
    case ValueType::kBoolean:
      return value.boolean();
    case ValueType::kInteger:
      return value.integer();
    case ValueType::kReal:
      return value.real();
    case ValueType::kText:
      return value.text();
    case ValueType::kStructured:
      return Json::parse(value.structure());
    case ValueType::kAbsent:
      break;
  }
  return nullptr;
}

Value value_of(const Json& json) { return value_from_json(json.dump()); }

Json json_of(const std::vector<Condition>& conditions) {
  Json out = Json::array();
  for (const Condition& condition : conditions) {
    Json values = Json::array();
    for (const Value& value : condition.any_of) values.push_back(json_of(value));
    out.push_back({{"parameter", condition.parameter}, {"any_of", std::move(values)}});
  }
  return out;
}

std::vector<Condition> conditions_of(const Json& json) {
  std::vector<Condition> out;
  for (const Json& item : json) {
    Condition condition{item.at("parameter").get<std::string>(), {}};
    for (const Json& value : item.at("any_of")) condition.any_of.push_back(value_of(value));
    out.push_back(std::move(condition));
  }
  return out;
}

Json json_of(const MetricSpec& metric) {
  Json out = {{"name", metric.name}, {"goal", goal_name(metric.goal)},
              {"unit", metric.unit}, {"doc", metric.doc},
              {"step", metric.step}, {"role", role_name(metric.role)}};
  if (metric.step_resolution > 0) out["step_resolution"] = metric.step_resolution;
  if (metric.point.kind == PointRule::Kind::kBest) out["point"] = "best";
  if (metric.point.kind == PointRule::Kind::kMeanOfLast) {
    out["point"] = {{"mean_of_last", metric.point.count}};
  }
  return out;
}

MetricSpec metric_of(const Json& json) {
  return {
      json.at("name").get<std::string>(), goal_from_name(json.at("goal").get<std::string>()),
      json.at("unit").get<std::string>(), json.at("doc").get<std::string>(),
      json.at("step").get<std::string>(), metric_role_from_name(json.at("role").get<std::string>()),
      json.value("step_resolution", 0.0), point_of(json)};
}

}  // namespace polysweep
