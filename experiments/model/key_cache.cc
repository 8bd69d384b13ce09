#include "experiments/model/key_cache.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::int64_t kStepsAhead = 16;

}  // namespace

at::Tensor cache_with(const at::Tensor& cache, std::int64_t used, const at::Tensor& more) {
  const std::int64_t rows = more.size(0);
  check(used == 0 || (cache.defined() && used <= cache.size(0)), "used rows are in the cache");
  at::Tensor wide = cache;
  if (!cache.defined() || cache.size(0) < used + rows) {
    const std::int64_t capacity = std::max(2 * used, used + kStepsAhead * rows);
    wide = at::empty({capacity, more.size(1), more.size(2)}, more.options());
    if (used > 0) wide.narrow(0, 0, used).copy_(cache.narrow(0, 0, used));
  }
  wide.narrow(0, used, rows).copy_(more);
  return wide;
}

}  // namespace polysweep
