// The state of a trial as column trial.state stores it.
#pragma once

#include <cstdint>
#include <string_view>

namespace polysweep {

// The number is what the database stores.
enum class TrialState : std::uint8_t {
  kPending,   // not started, or to be run again
  kRunning,   // its host may still be running it
  kDone,      // finished with a result
  kDiverged,  // finished: the loss was not finite
  kFailed,    // given up
};
std::string_view state_name(TrialState state);  // "pending", "running", ...
// Done or diverged: there is something to read and to compare.
bool has_result(TrialState state);
// Done, diverged or failed: no run starts it again by itself.
bool is_settled(TrialState state);

}  // namespace polysweep
