#include "results/schema/thinned_curve.h"

#include <bit>

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "results/schema/packed_steps.h"

namespace polysweep {
namespace {

static_assert(std::endian::native == std::endian::little);  // as ByteWriter writes

constexpr int kMetricShift = 40;
constexpr std::size_t kSmallestPoint = 1 + sizeof(double) + 2 * sizeof(float);

}  // namespace

std::string encode_thinned_curve(const std::vector<ThinnedPoint>& points) {
  ByteWriter out;
  out.varint(points.size());
  std::int64_t before = 0;
  for (const ThinnedPoint& each : points) {
    out.varint(step_difference(before, each.step));
    out.f64(each.value);
    out.u32_fixed(std::bit_cast<std::uint32_t>(each.lowest));
    out.u32_fixed(std::bit_cast<std::uint32_t>(each.highest));
    before = each.step;
  }
  return out.take();
}

std::vector<ThinnedPoint> decode_thinned_curve(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<ThinnedPoint> out(read_packed_count(in, kSmallestPoint));
  std::int64_t before = 0;
  for (ThinnedPoint& each : out) {
    before = step_after(before, in.varint());
    each.step = before;
    each.value = in.f64();
    each.lowest = std::bit_cast<float>(in.u32_fixed());
    each.highest = std::bit_cast<float>(in.u32_fixed());
  }
  return out;
}

std::int64_t thinned_curve_id(std::int64_t metric_id, std::int64_t trial_id) {
  check(trial_id < (std::int64_t{1} << kMetricShift), "a trial's key fits beside its metric's");
  return (metric_id << kMetricShift) + trial_id;
}

}  // namespace polysweep
