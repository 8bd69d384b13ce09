// How series_summary.h and thinned_curve.h pack counts and steps. For results/schema/*.cc alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "framework/core/bytes.h"
#include "framework/core/error.h"

namespace polysweep {

// A count of items of at least `smallest` bytes each.
inline std::size_t read_packed_count(ByteReader& in, std::size_t smallest) {
  const std::uint64_t count = in.varint();
  check(count <= in.left() / smallest, "a packed column holds as many items as its count says");
  return static_cast<std::size_t>(count);
}

// The difference of two steps, modulo 2^64: it may exceed the range of a step.
inline std::uint64_t step_difference(std::int64_t from, std::int64_t to) {
  return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}
inline std::int64_t step_after(std::int64_t from, std::uint64_t by) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + by);
}

}  // namespace polysweep
