// Tests of the model run in a process that is prepared as a worker is: one
// thread, deterministic algorithms.
#include "experiments/experiments.h"

namespace polysweep {
namespace {

[[maybe_unused]] const bool kPinned = [] {
  Provenance provenance;
  prepare_process(provenance, -1);
  return true;
}();

}  // namespace
}  // namespace polysweep
