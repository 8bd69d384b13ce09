#include "results/schema/condensed.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "results/read/sweep_results.h"

namespace polysweep {
namespace {

static_assert(std::endian::native == std::endian::little);  // as ByteWriter writes

constexpr int kMetricShift = 40;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::size_t kSmallestBrief = 4 + 3 * sizeof(double);
constexpr std::size_t kSmallestPoint = 1 + sizeof(double) + 2 * sizeof(float);

std::size_t read_count(ByteReader& in, std::size_t smallest) {
  const std::uint64_t count = in.varint();
  check(count <= in.left() / smallest, "as many things stand in a condensed row as it says");
  return static_cast<std::size_t>(count);
}

// The difference of two steps, which may be wider than a step.
std::uint64_t difference(std::int64_t from, std::int64_t to) {
  return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}

std::int64_t sum(std::int64_t from, std::uint64_t by) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + by);
}

// The nearest float that is not above (below) `value`.
float rounded_down(double value) {
  const auto near = static_cast<float>(value);
  return near > value ? std::nextafter(near, -kInfinity) : near;
}
float rounded_up(double value) {
  const auto near = static_cast<float>(value);
  return near < value ? std::nextafter(near, kInfinity) : near;
}

}  // namespace

std::string encode_briefs(const std::vector<SeriesBrief>& briefs) {
  ByteWriter out;
  out.varint(briefs.size());
  for (const SeriesBrief& each : briefs) {
    out.varint(static_cast<std::uint64_t>(each.metric_id));
    out.varint(each.points);
    out.zigzag(each.first_step);
    out.varint(difference(each.first_step, each.last_step));
    out.f64(each.last);
    out.f64(each.minimum);
    out.f64(each.maximum);
  }
  return out.take();
}

std::vector<SeriesBrief> decode_briefs(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<SeriesBrief> out(read_count(in, kSmallestBrief));
  for (SeriesBrief& each : out) {
    each.metric_id = static_cast<std::int64_t>(in.varint());
    each.points = in.varint();
    each.first_step = in.zigzag();
    each.last_step = sum(each.first_step, in.varint());
    each.last = in.f64();
    each.minimum = in.f64();
    each.maximum = in.f64();
  }
  return out;
}

std::string encode_curve(const std::vector<CondensedPoint>& points) {
  ByteWriter out;
  out.varint(points.size());
  std::int64_t before = 0;
  for (const CondensedPoint& each : points) {
    out.varint(difference(before, each.step));
    out.f64(each.value);
    out.u32_fixed(std::bit_cast<std::uint32_t>(each.lowest));
    out.u32_fixed(std::bit_cast<std::uint32_t>(each.highest));
    before = each.step;
  }
  return out.take();
}

std::vector<CondensedPoint> decode_curve(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<CondensedPoint> out(read_count(in, kSmallestPoint));
  std::int64_t before = 0;
  for (CondensedPoint& each : out) {
    before = sum(before, in.varint());
    each.step = before;
    each.value = in.f64();
    each.lowest = std::bit_cast<float>(in.u32_fixed());
    each.highest = std::bit_cast<float>(in.u32_fixed());
  }
  return out;
}

std::optional<std::int64_t> begin_of_search(std::string_view bytes, Goal goal, double target) {
  ByteReader in(bytes);
  const std::size_t count = read_count(in, kSmallestPoint);
  std::int64_t before = std::numeric_limits<std::int64_t>::min();
  std::int64_t step = 0;
  for (std::size_t i = 0; i < count; ++i) {
    step = sum(step, in.varint());
    const std::string_view rest = in.raw(sizeof(double) + 2 * sizeof(float));
    float extreme = 0;
    const std::size_t offset = sizeof(double) + (goal == Goal::kMinimize ? 0 : sizeof(float));
    std::memcpy(&extreme, rest.data() + offset, sizeof extreme);
    if (goal == Goal::kMinimize ? extreme <= target : extreme >= target) return before;
    before = step;
  }
  return std::nullopt;
}

std::int64_t curve_id(std::int64_t metric_id, std::int64_t trial_id) {
  check(trial_id < (std::int64_t{1} << kMetricShift), "a trial's key fits beside its metric's");
  return (metric_id << kMetricShift) + trial_id;
}

BriefReader::BriefReader(Connection& connection)
    : rows_(connection.prepare(
          "SELECT metric_id, points, first_step, last_step, last, minimum, maximum FROM series "
          "WHERE trial_id = ? ORDER BY metric_id")) {}

std::vector<SeriesBrief> BriefReader::read(std::int64_t trial_id, std::string_view condensed) {
  if (!condensed.empty()) return decode_briefs(condensed);
  std::vector<SeriesBrief> out;
  rows_.with(trial_id);
  while (rows_.step()) {
    out.push_back({rows_.integer(0), static_cast<std::uint64_t>(rows_.integer(1)), rows_.integer(2),
                   rows_.integer(3), rows_.real(4), rows_.real(5), rows_.real(6)});
  }
  return out;
}

Condenser::Condenser(Connection& connection)
    : briefs_(connection),
      state_(connection.prepare("SELECT state FROM trial WHERE trial_id = ?")),
      condensed_(connection.prepare("SELECT series FROM condensed_trial WHERE trial_id = ?")),
      points_(connection.prepare(
          "SELECT p.step, p.value FROM series s JOIN point p ON p.series_id = s.series_id "
          "WHERE s.trial_id = ? AND s.metric_id = ? ORDER BY p.step")),
      put_trial_(
          connection.prepare("INSERT INTO condensed_trial (trial_id, series) VALUES (?, ?)")),
      put_curve_(
          connection.prepare("INSERT INTO condensed_curve (curve_id, points) VALUES (?, ?)")),
      remove_trial_(connection.prepare("DELETE FROM condensed_trial WHERE trial_id = ?")),
      remove_curve_(connection.prepare("DELETE FROM condensed_curve WHERE curve_id = ?")) {}

void Condenser::refresh(std::int64_t trial_id) {
  remove(trial_id);
  check(state_.with(trial_id).step(), "a trial that changed has a row");
  const auto state = static_cast<TrialState>(state_.integer(0));
  state_.reset();
  if (state == TrialState::kMissing || state == TrialState::kRunning) return;
  const std::vector<SeriesBrief> briefs = briefs_.read(trial_id, "");
  if (briefs.empty()) return;
  put_trial_.with(trial_id, BlobView{encode_briefs(briefs)}).run();
  for (const SeriesBrief& each : briefs) {
    if (each.points <= kCondensedPoints) continue;
    const std::string points = encode_curve(condense(each, trial_id));
    put_curve_.with(curve_id(each.metric_id, trial_id), BlobView{points}).run();
  }
}

void Condenser::remove(std::int64_t trial_id) {
  std::vector<SeriesBrief> old;
  if (condensed_.with(trial_id).step()) old = decode_briefs(condensed_.blob(0));
  condensed_.reset();
  if (old.empty()) return;
  for (const SeriesBrief& each : old) remove_curve_.with(curve_id(each.metric_id, trial_id)).run();
  remove_trial_.with(trial_id).run();
}

std::vector<CondensedPoint> Condenser::condense(const SeriesBrief& brief, std::int64_t trial_id) {
  std::vector<CondensedPoint> out;
  out.reserve(kCondensedPoints);
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -lowest;
  points_.with(trial_id, brief.metric_id);
  for (std::uint64_t index = 0; points_.step(); ++index) {
    const double value = points_.real(1);
    if (std::isfinite(value)) {
      lowest = std::min(lowest, value);
      highest = std::max(highest, value);
    }
    if (index != spaced_index(out.size(), brief.points, kCondensedPoints)) continue;
    out.push_back({points_.integer(0), value, rounded_down(lowest), rounded_up(highest)});
  }
  return out;
}

}  // namespace polysweep
