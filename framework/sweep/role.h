// What a parameter or a metric is to the experiment that declares it.
//
// Reports read roles and step units, never names. How a sweep file declares
// them is documented in docs/sweep_file.md.
#pragma once

#include <cstdint>
#include <string_view>

namespace polysweep {

enum class Role : std::uint8_t {
  kNone,
  kBudget,    // parameter: how long a trial trains; metric: how much it spent
  kData,      // parameter: which data a trial reads, or how much
  kSize,      // parameter or metric: how large the model is
  kProgress,  // metric: convergence and curves use it unless told otherwise
  kCost,      // metric: what it has spent so far that may differ between runs, as seconds
};

// "", "budget", "data", "size", "progress", "cost".
std::string_view role_name(Role role);

// Throw Error that names the nearest role for a role that a parameter (a
// metric) cannot have.
Role parameter_role_from_name(std::string_view name);
Role metric_role_from_name(std::string_view name);

// What the steps of a metric count where nothing else is declared, and the
// clock of an experiment that declares none.
inline constexpr std::string_view kDefaultClock = "updates";

}  // namespace polysweep
