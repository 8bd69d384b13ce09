#include "runners/command/trial_report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"
#include "framework/journal/event.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kMostArtifacts = 1000;

void expect_text_name(const std::string& name) {
  const bool control =
      std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (name.empty() || name.size() > 200 || control) {
    fail("invalid name of a text: {}; expected 1 to 200 bytes without control characters",
         in_quotes(name));
  }
  if (name == kArtifactText) {
    fail(
        "the name of a text, {}, is reserved for the files that {{\"artifact\": PATH}} records; "
        "expected another name",
        in_quotes(name));
  }
}

}  // namespace

bool SeriesSteps::is_declared(const std::string& metric) const {
  return std::any_of(spec_.metrics.begin(), spec_.metrics.end(),
                     [&](const MetricSpec& each) { return each.name == metric; });
}

const std::string& SeriesSteps::unit_of(const std::string& metric) const {
  const auto found = std::find_if(spec_.metrics.begin(), spec_.metrics.end(),
                                  [&](const MetricSpec& each) { return each.name == metric; });
  return found == spec_.metrics.end() ? spec_.clock : found->step;
}

bool SeriesSteps::has_own_clock(const std::string& metric) const {
  return unit_of(metric) != spec_.clock;
}

bool SeriesSteps::counts_clock(const std::string& metric) const {
  return !has_own_clock(metric) && (stepped_.empty() || stepped_.contains(metric));
}

std::int64_t SeriesSteps::next(const std::string& name, std::optional<std::int64_t> step) const {
  const auto found = last_.find(name);
  if (found != last_.end()) {
    if (!step) return found->second + 1;
    if (*step < found->second && !repeatable_.contains(name)) {
      fail("step {} of metric {} goes back behind its step {}", *step, in_quotes(name),
           found->second);
    }
    return *step;
  }
  const bool has_floor = floor_ && !has_own_clock(name);
  if (!step) return has_floor ? *floor_ + 1 : 0;
  if (has_floor && *step <= *floor_) {
    fail("step {} of metric {} is not beyond {}, the step that the attempt resumed after", *step,
         in_quotes(name), *floor_);
  }
  return *step;
}

void SeriesSteps::took(const std::string& name, std::int64_t step) {
  last_[name] = step;
  repeatable_.erase(name);
}

void SeriesSteps::allow_repetitions() {
  for (const auto& [name, step] : last_) {
    if (has_own_clock(name)) repeatable_.insert(name);
  }
}

std::int64_t SeriesSteps::largest_of_unit(const std::string& unit) const {
  std::int64_t largest = 0;
  for (const auto& [name, step] : last_) {
    if (unit_of(name) == unit) largest = std::max(largest, step);
  }
  return largest;
}

std::int64_t SeriesSteps::largest(const std::string& name) const {
  return has_own_clock(name) ? largest_of_unit(unit_of(name)) : largest();
}

std::int64_t SeriesSteps::largest() const {
  return std::max(floor_.value_or(0), largest_of_unit(spec_.clock));
}

std::int64_t SeriesSteps::reach() const {
  std::int64_t largest = floor_.value_or(0);
  for (const auto& [name, step] : last_) {
    if (counts_clock(name)) largest = std::max(largest, step);
  }
  return largest;
}

TrialReport::TrialReport(const ExperimentSpec& spec, fs::path trial_folder, Recorder& recorder,
                         History& history)
    : spec_(spec),
      trial_folder_(std::move(trial_folder)),
      recorder_(recorder),
      history_(history),
      steps_(spec) {
  for (const MetricSpec& one : spec.metrics) known_.insert(one.name);
}

// A line may be wrong in any way.
void TrialReport::take(const ReportLines::Line& line) {
  check(!is_finished_, "a finished report takes no more lines");
  ++lines_;
  std::optional<ReportedItem> item;
  try {
    if (line.too_long) fail("longer than {} bytes", kLongestReportLine);
    item = parse_report_line(line.text);
    apply(*item);
    ++accepted_;
  } catch (const Error& error) {
    if (item) {
      refuse(*item);
    } else {
      ++points_refused_;
    }
    reject(fmt::format("line {}: {}", lines_, error.what()));
  }
}

void TrialReport::reject(const std::string& what) {
  if (rejected_++ == 0) first_rejection_ = what;
}

void TrialReport::file_problem(const std::string& what) {
  if (file_problem_.empty()) file_problem_ = what;
}

void TrialReport::refuse(const ReportedItem& item) {
  if (const auto* metrics = std::get_if<ReportedMetrics>(&item)) {
    points_refused_ += metrics->values.size();
  } else if (const auto* result = std::get_if<ReportedResult>(&item)) {
    points_refused_ += result->values.size();
  }
}

void TrialReport::apply(const ReportedItem& item) {
  if (const auto* resumed = std::get_if<ReportedResumption>(&item)) return resume(*resumed);
  apply_up_to(kNoLimit, item);
}

// Skips what is beyond `limit` of the experiment's clock, and from there on what
// does not have a step of that clock.
void TrialReport::apply_up_to(std::int64_t limit, const ReportedItem& item) {
  if (const auto* metrics = std::get_if<ReportedMetrics>(&item)) {
    // A line is applied completely or not at all.
    for (const auto& [name, value] : metrics->values) expect_acceptable(name, metrics->step);
    for (const auto& [name, value] : metrics->values) metric(name, metrics->step, value, limit);
  } else if (const auto* result = std::get_if<ReportedResult>(&item)) {
    if (is_beyond_) return;
    for (const auto& [name, value] : result->values) {
      expect_acceptable(name, steps_.largest(name));
    }
    for (const auto& [name, value] : result->values) {
      metric(name, steps_.largest(name), value, kNoLimit);
    }
    has_result_ = true;
  } else if (const auto* text = std::get_if<ReportedText>(&item)) {
    expect_text_name(text->name);
    if (is_beyond_ && !text->step) return;
    const std::int64_t step = text->step.value_or(steps_.largest());
    if (text->step && step > limit) return;
    has_points_ = true;
    recorder_.text(text->name, step, text->value);
  } else if (const auto* progress = std::get_if<ReportedProgress>(&item)) {
    recorder_.progress(progress->done, progress->total);
  } else if (const auto* artifact = std::get_if<ReportedArtifact>(&item)) {
    if (!is_beyond_) add_artifact(artifact->path);
  }
}

void TrialReport::expect_acceptable(const std::string& metric,
                                    std::optional<std::int64_t> step) const {
  if (!known_.contains(metric)) {
    const std::vector<std::string> names(known_.begin(), known_.end());
    fail("{}", unknown_name("metric", metric, names));
  }
  (written_ ? *written_ : steps_).next(metric, step);
}

void TrialReport::metric(const std::string& name, std::optional<std::int64_t> given, double value,
                         std::int64_t limit) {
  const std::int64_t step = (written_ ? *written_ : steps_).next(name, given);
  if (written_) written_->took(name, step);
  if (!steps_.counts_clock(name)) {
    if (is_beyond_) return;
  } else if (step > limit) {
    is_beyond_ = true;
    return;
  }
  has_points_ = true;
  steps_.took(name, step);
  recorder_.metric(name, step, value);
  reported_.insert(name);
  const std::vector<std::string>& diverging = spec_.command->diverging;
  const bool diverges = !std::isfinite(value) &&
                        std::find(diverging.begin(), diverging.end(), name) != diverging.end();
  if (diverges && !divergence_) {
    divergence_ = fmt::format("metric {} was {} at step {}", in_quotes(name), value, step);
  }
}

void TrialReport::resume(const ReportedResumption& item) {
  if (has_points_) fail("\"resumed\" must precede all metrics and texts of an attempt");
  if (resumed_) fail("\"resumed\" was already reported; expected once per attempt");
  resumed_ = item.step;
  steps_.set_stepped(history_.stepped());
  std::uint32_t attempt_before = 0;
  const bool replayed = history_.up_to(item.step, [&](const HistoryLine& line) {
    if (line.attempt != std::exchange(attempt_before, line.attempt)) {
      is_beyond_ = false;
      steps_.allow_repetitions();
      written_.emplace(steps_);
    }
    try {
      apply_up_to(line.limit, line.item);
    } catch (const Error&) {
      if (!is_beyond_) refuse(line.item);  // rejected by the attempt that wrote it, too
    }
  });
  is_beyond_ = false;
  written_.reset();
  if (!replayed) {
    steps_.raise_floor(item.step);
    recorder_.resumed(item.step);
    replay_own_clocks();
  } else if (has_points_) {
    recorder_.resumed(item.step);  // after the points: all of them are this attempt's now
  }
  steps_.allow_repetitions();
}

// A series with its own clock belongs to the attempt that writes it last: the points
// of earlier attempts are told again, or they would be lost with the first new one.
void TrialReport::replay_own_clocks() {
  std::uint32_t attempt_before = 0;
  history_.all([&](const HistoryLine& line) {
    if (line.attempt != std::exchange(attempt_before, line.attempt)) steps_.allow_repetitions();
    const auto* metrics = std::get_if<ReportedMetrics>(&line.item);
    if (metrics == nullptr) return;
    ReportedMetrics own{{}, metrics->step};
    for (const auto& each : metrics->values) {
      if (known_.contains(each.first) && steps_.has_own_clock(each.first)) {
        own.values.push_back(each);
      }
    }
    try {
      if (!own.values.empty()) apply_up_to(kNoLimit, own);
    } catch (const Error&) {
      refuse(own);
    }
  });
}

void TrialReport::add_artifact(const std::string& path) {
  const fs::path normal = (trial_folder_ / path).lexically_normal();
  const fs::path relative = normal.lexically_relative(trial_folder_.lexically_normal());
  const std::string text = relative.generic_string();
  if (text.empty() || text == "." || text.starts_with("..")) {
    fail("the artifact {} is not in the trial's folder", in_quotes(path));
  }
  if (artifacts_.size() >= kMostArtifacts)
    fail("more than {} artifacts, which is the limit", kMostArtifacts);
  artifacts_.insert(text);
}

void TrialReport::measured(const std::string& name, double value) {
  if (known_.contains(name) && !has(name)) metric(name, steps_.largest(name), value, kNoLimit);
}

void TrialReport::finish() {
  check(!is_finished_, "a report is finished once");
  is_finished_ = true;
  // Numbered beyond the step that the attempt resumed after: what is recorded at
  // earlier steps belongs to earlier attempts.
  std::int64_t number = steps_.floor().value_or(-1) + 1;
  for (const std::string& path : artifacts_) {
    std::error_code wrong;
    const fs::path file = trial_folder_ / path;
    const std::uintmax_t size = fs::file_size(file, wrong);
    if (wrong || fs::symlink_status(file, wrong).type() != fs::file_type::regular) {
      reject(fmt::format("the artifact {} is not a regular file", in_quotes(path)));
      continue;
    }
    std::string value = "{\"path\":";
    append_json_text(value, path);
    value += fmt::format(",\"bytes\":{},\"sha256\":\"{}\"}}", size, sha256_hex_of_file(file));
    recorder_.text(kArtifactText, number++, value);
  }
}

std::string TrialReport::rejection() const {
  std::string lines;
  if (rejected_ == 1)
    lines = fmt::format("1 line of its metrics file was rejected: {}", first_rejection_);
  if (rejected_ > 1) {
    lines = fmt::format("{} lines of its metrics file were rejected, the first: {}", rejected_,
                        first_rejection_);
  }
  return file_problem_ + (file_problem_.empty() || lines.empty() ? "" : "; ") + lines;
}

}  // namespace polysweep
