// Cached keys or values of tokens: [capacity, H, D], of which the first `used` are valid;
// the rest is not initialised.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace polysweep {

// `cache` (undefined: a new one) with `more` [R, H, D] written after its first `used`
// rows: the same tensor if it is large enough, else a larger one.
at::Tensor cache_with(const at::Tensor& cache, std::int64_t used, const at::Tensor& more);

}  // namespace polysweep
