// Cached keys or values of hypotheses: [R, capacity, H, D], of which the first
// `length` places of each row count; the rest is not initialised.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace polysweep {

// `cache` (undefined: a new one for `like` [R, H, D]) if it has room for one more
// place, else a larger one with the same places.
at::Tensor cache_with_room(const at::Tensor& cache, const at::Tensor& like, std::int64_t length);

// Row r is row rows[r] of `cache`; its capacity stays.
at::Tensor cache_rows(const at::Tensor& cache, const std::vector<std::int64_t>& rows,
                      std::int64_t length);

}  // namespace polysweep
