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

MetricCapture::MetricCapture(const CaptureSpec& spec, const std::filesystem::path& trial_folder,
                             CaptureSink given)
    : spec_(spec), output_(spec, of_text(given)) {
  const CaptureSink sink = of_text(std::move(given));
  if (!spec.tensorboard.empty()) {
    events_.emplace((trial_folder / spec.tensorboard).lexically_normal(), sink);
  }
  if (!spec.csv.empty()) csv_.emplace(trial_folder, spec.csv, sink);
}

void MetricCapture::begin() {
  if (events_) events_->skip_present();
  if (csv_) csv_->skip_present();
}

void MetricCapture::follow(double now_s) {
  if (now_s - followed_s_ < kFollowInterval_s) return;
  followed_s_ = now_s;
  if (events_) events_->follow();
  if (csv_) csv_->follow();
}

void MetricCapture::finish() {
  output_.finish();
  if (events_) events_->finish();
  if (csv_) csv_->finish();
}

std::vector<std::string> MetricCapture::unmatched() const {
  std::vector<std::string> out = output_.unmatched();
  if (events_ && !events_->has_matched()) {
    out.push_back("tensorboard " + in_quotes(spec_.tensorboard) + " in the trial's folder");
  }
  if (csv_ && !csv_->has_matched()) {
    out.push_back("csv " + in_quotes(spec_.csv) + " in the trial's folder");
  }
  return out;
}

}  // namespace polysweep
