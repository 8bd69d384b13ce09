#include "runners/command/metric_capture.h"

#include <algorithm>

#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"

namespace polysweep {

namespace {

constexpr double kFollowInterval_s = 0.5;

// The record holds text: values under other names are refused.
CaptureSink of_text(CaptureSink sink) {
  return [sink = std::move(sink)](const ReportedItem& item, const ReportedWhere& where) {
    const auto* metrics = std::get_if<ReportedMetrics>(&item);
    const auto is_foreign = [](const auto& value) { return !is_utf8(value.first); };
    if (metrics == nullptr ||
        std::none_of(metrics->values.begin(), metrics->values.end(), is_foreign)) {
      sink(item, where);
      return;
    }
    ReportedMetrics kept = *metrics;
    std::erase_if(kept.values, is_foreign);
    kept.refused.emplace_back("the name of a metric is not UTF-8");
    sink(kept, where);
  };
}

}  // namespace

MetricCapture::MetricCapture(const CaptureSpec& spec,
                             const std::vector<std::filesystem::path>& folders, CaptureSink given)
    : spec_(spec), output_(spec, of_text(given)) {
  const CaptureSink sink = of_text(std::move(given));
  events_.reserve(folders.size());
  csv_.reserve(folders.size());
  for (const std::filesystem::path& folder : folders) {
    std::vector<std::filesystem::path> others = folders;
    std::erase(others, folder);
    if (!spec.tensorboard.empty()) {
      events_.emplace_back((folder / spec.tensorboard).lexically_normal(), others, sink);
    }
    if (!spec.csv.empty()) csv_.emplace_back(folder, spec.csv, others, sink);
  }
}

void MetricCapture::begin() {
  for (EventFileCapture& each : events_) each.skip_present();
  for (CsvCapture& each : csv_) each.skip_present();
}

void MetricCapture::follow(double now_s) {
  if (now_s - followed_s_ < kFollowInterval_s) return;
  followed_s_ = now_s;
  for (EventFileCapture& each : events_) each.follow();
  for (CsvCapture& each : csv_) each.follow();
}

void MetricCapture::finish() {
  output_.finish();
  for (EventFileCapture& each : events_) each.finish();
  for (CsvCapture& each : csv_) each.finish();
}

std::vector<std::string> MetricCapture::unmatched() const {
  const auto matched = [](const auto& all) {
    return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.has_matched(); });
  };
  std::vector<std::string> out = output_.unmatched();
  if (!spec_.tensorboard.empty() && !matched(events_)) {
    out.push_back("tensorboard " + in_quotes(spec_.tensorboard) + " in the trial's folder");
  }
  if (!spec_.csv.empty() && !matched(csv_)) {
    out.push_back("csv " + in_quotes(spec_.csv) + " in the trial's folder");
  }
  return out;
}

}  // namespace polysweep
