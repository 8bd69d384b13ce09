#include "experiments/encodings/encoding_table.h"
#include "experiments/experiments.h"
#include "framework/core/error.h"

namespace polysweep {

void prepare_process(Provenance& provenance, int device) {
  if (device >= 0) fail("this worker was built without LibTorch: it has no CUDA device {}", device);
  provenance.add("threads", "1");
}

std::string encoding_table_json(const std::vector<std::string>& /*words*/) {
  fail("this worker was built without LibTorch: it has no encodings");
}

}  // namespace polysweep
