#include "framework/sweep/planned_trial.h"

#include <nlohmann/json.hpp>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::string_view kParametersMember = ",\"parameters\":";
constexpr std::string_view kVersionMember = ",\"version\":";

}  // namespace

PlannedTrial read_identity(std::string_view identity) {
  const auto json = nlohmann::json::parse(identity, nullptr, false);
  const std::size_t begin = identity.find(kParametersMember);
  const std::size_t end = identity.rfind(kVersionMember);
  const bool valid = json.is_object() && json.contains("code") && json["code"].is_string() &&
                     json.contains("data") && json["data"].is_string() &&
                     json.contains("experiment") && json["experiment"].is_string() &&
                     json.contains("version") && json["version"].is_number_integer() &&
                     json.contains("parameters") && json["parameters"].is_object() &&
                     begin != std::string_view::npos && end != std::string_view::npos &&
                     begin + kParametersMember.size() < end;
  if (!valid)
    fail("a planned trial has an identity that cannot be read: {}", identity.substr(0, 200));
  PlannedTrial out;
  out.id = id_of_identity_text(identity);
  out.experiment = json["experiment"].get<std::string>();
  out.experiment_version = json["version"].get<int>();
  out.code_digest = json["code"].get<std::string>();
  out.data_digest = json["data"].get<std::string>();
  out.parameters =
      identity.substr(begin + kParametersMember.size(), end - begin - kParametersMember.size());
  return out;
}

Trial trial_of_identity(std::string_view identity) {
  PlannedTrial planned = read_identity(identity);
  Trial out;
  out.id = planned.id;
  out.experiment = std::move(planned.experiment);
  out.experiment_version = planned.experiment_version;
  out.data_digest = std::move(planned.data_digest);
  out.code_digest = std::move(planned.code_digest);
  out.parameters = Parameters::from_json(planned.parameters);
  return out;
}

}  // namespace polysweep
