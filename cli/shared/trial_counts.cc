#include "cli/shared/trial_counts.h"

#include <fmt/format.h>

#include "framework/core/error.h"
#include "reports/text/number_text.h"

namespace polysweep {

std::string counts_text(const StateCounts& counts) {
  check(counts.done + counts.running + counts.diverged + counts.failed + counts.pending ==
            counts.planned,
        "each planned trial is in one state");
  std::string out = fmt::format("{}: {} done", count_text(counts.planned, "trial"), counts.done);
  const auto add = [&](std::uint64_t count, const char* state) {
    if (count > 0) out += fmt::format(", {} {}", count, state);
  };
  add(counts.running, "running");
  add(counts.diverged, "diverged");
  add(counts.failed, "failed");
  add(counts.pending, "pending");
  return out;
}

Json counts_json(const StateCounts& counts) {
  return {{"planned", counts.planned},   {"done", counts.done},     {"running", counts.running},
          {"diverged", counts.diverged}, {"failed", counts.failed}, {"pending", counts.pending}};
}

bool is_complete(const StateCounts& counts) {
  return counts.done + counts.diverged == counts.planned;
}

}  // namespace polysweep
