// What the identity text of a trial (framework/sweep/trial.h) says.
#pragma once

#include <string>
#include <string_view>

#include "framework/sweep/trial.h"

namespace polysweep {

struct PlannedTrial {
  TrialId id;
  std::string experiment;
  int experiment_version = 0;
  std::string code_digest;
  std::string data_digest;
  std::string_view parameters;  // the JSON object inside the text
};
// Throws Error unless `identity` is an identity text.
PlannedTrial read_identity(std::string_view identity);

// The trial with this identity text. Throws Error as read_identity() does.
Trial trial_of_identity(std::string_view identity);

}  // namespace polysweep
