#include "results/schema/trial_state.h"

#include <array>

namespace polysweep {
namespace {

constexpr std::array<std::string_view, 5> kStateNames{"pending", "running", "done", "diverged",
                                                      "failed"};

}  // namespace

std::string_view state_name(TrialState state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}

bool has_result(TrialState state) {
  return state == TrialState::kDone || state == TrialState::kDiverged;
}

bool is_settled(TrialState state) { return has_result(state) || state == TrialState::kFailed; }

}  // namespace polysweep
