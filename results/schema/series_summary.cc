#include "results/schema/series_summary.h"

#include <limits>

#include "framework/core/bytes.h"
#include "results/schema/packed_steps.h"

namespace polysweep {
namespace {

constexpr std::size_t kSmallestSummary = 4 + 3 * sizeof(double);

SeriesSummary read_summary(ByteReader& in) {
  SeriesSummary out;
  out.metric_id = static_cast<std::int64_t>(in.varint());
  out.points = in.varint();
  out.first_step = in.zigzag();
  out.last_step = step_after(out.first_step, in.varint());
  out.last = in.f64();
  out.minimum = in.f64();
  out.maximum = in.f64();
  return out;
}

}  // namespace

std::string encode_summaries(const std::vector<SeriesSummary>& summaries) {
  ByteWriter out;
  out.varint(summaries.size());
  for (const SeriesSummary& each : summaries) {
    out.varint(static_cast<std::uint64_t>(each.metric_id));
    out.varint(each.points);
    out.zigzag(each.first_step);
    out.varint(step_difference(each.first_step, each.last_step));
    out.f64(each.last);
    out.f64(each.minimum);
    out.f64(each.maximum);
  }
  return out.take();
}

std::vector<SeriesSummary> decode_summaries(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<SeriesSummary> out(read_packed_count(in, kSmallestSummary));
  for (SeriesSummary& each : out) each = read_summary(in);
  return out;
}

double last_value(std::string_view bytes, std::int64_t metric_id) {
  ByteReader in(bytes);
  for (std::size_t left = read_packed_count(in, kSmallestSummary); left > 0; --left) {
    const SeriesSummary each = read_summary(in);
    if (each.metric_id == metric_id) return each.last;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

SummaryReader::SummaryReader(Connection& connection)
    : rows_(connection.prepare(
          "SELECT metric_id, points, first_step, last_step, last, minimum, maximum FROM series "
          "WHERE trial_id = ? ORDER BY metric_id")) {}

std::vector<SeriesSummary> SummaryReader::read(std::int64_t trial_id, std::string_view packed) {
  if (!packed.empty()) return decode_summaries(packed);
  std::vector<SeriesSummary> out;
  rows_.with(trial_id);
  while (rows_.step()) {
    out.push_back({rows_.integer(0), static_cast<std::uint64_t>(rows_.integer(1)), rows_.integer(2),
                   rows_.integer(3), rows_.real(4), rows_.real(5), rows_.real(6)});
  }
  return out;
}

}  // namespace polysweep
