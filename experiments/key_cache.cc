#include "experiments/key_cache.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

namespace polysweep {
namespace {

constexpr std::int64_t kSmallest = 16;

at::Tensor empty_cache(const at::Tensor& like, std::int64_t rows, std::int64_t capacity) {
  return at::empty({rows, capacity, like.size(-2), like.size(-1)}, like.options());
}

}  // namespace

at::Tensor cache_with_room(const at::Tensor& cache, const at::Tensor& like, std::int64_t length) {
  if (cache.defined() && cache.size(1) > length) return cache;
  const at::Tensor wide = empty_cache(like, like.size(0), std::max(kSmallest, 2 * length));
  if (cache.defined()) wide.narrow(1, 0, length).copy_(cache.narrow(1, 0, length));
  return wide;
}

at::Tensor cache_rows(const at::Tensor& cache, const std::vector<std::int64_t>& rows,
                      std::int64_t length) {
  if (!cache.device().is_cpu() || !cache.is_contiguous()) {
    return cache.index_select(0, at::tensor(rows, at::kLong).to(cache.device()));
  }
  // Only the places that count are moved.
  const at::Tensor moved =
      empty_cache(cache, static_cast<std::int64_t>(rows.size()), cache.size(1));
  const std::size_t place = static_cast<std::size_t>(cache.size(2) * cache.size(3)) *
                            static_cast<std::size_t>(cache.element_size());
  const std::size_t stride = place * static_cast<std::size_t>(cache.size(1));
  const char* from = static_cast<const char*>(cache.data_ptr());
  char* to = static_cast<char*>(moved.data_ptr());
  for (const std::int64_t row : rows) {
    std::memcpy(to, from + static_cast<std::size_t>(row) * stride,
                place * static_cast<std::size_t>(length));
    to += stride;
  }
  return moved;
}

}  // namespace polysweep
