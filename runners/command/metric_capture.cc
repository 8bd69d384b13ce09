#include "runners/command/metric_capture.h"

#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

constexpr double kFollowInterval_s = 0.5;

}  // namespace

MetricCapture::MetricCapture(const CaptureSpec& spec, const std::filesystem::path& trial_folder,
                             CaptureSink sink)
    : spec_(spec), output_(spec, sink) {
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
