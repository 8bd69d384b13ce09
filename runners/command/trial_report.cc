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
constexpr std::size_t kMostUndeclared = 1000;
constexpr std::size_t kLongestMetricName = 200;
constexpr std::size_t kMostPointsRemembered = 4'000'000;  // 64 MB
constexpr double kLargestRealStep = 9007199254740992;     // 2^53

bool has_control(const std::string& name) {
  return std::any_of(name.begin(), name.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void expect_text_name(const std::string& name) {
  if (name.empty() || name.size() > 200 || has_control(name)) {
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

SeriesSteps::SeriesSteps(const ExperimentSpec& spec) : spec_(spec) {
  for (const MetricSpec& metric : spec.metrics) declared_.emplace(metric.name, &metric);
}

const MetricSpec* SeriesSteps::find(const std::string& metric) const {
  const auto found = declared_.find(metric);
  return found == declared_.end() ? nullptr : found->second;
}

const std::string& SeriesSteps::unit_of(const std::string& metric) const {
  const MetricSpec* declared = find(metric);
  return declared == nullptr ? spec_.clock : declared->step;
}

bool SeriesSteps::has_own_clock(const std::string& metric) const {
  return unit_of(metric) != spec_.clock;
}

bool SeriesSteps::counts_clock(const std::string& metric) const {
  return !has_own_clock(metric) && (stepped_.empty() || stepped_.contains(metric));
}

std::int64_t SeriesSteps::integer_step(const std::string& name, double step) const {
  const MetricSpec* declared = find(name);
  if (declared != nullptr && declared->step_resolution > 0) {
    const double count = std::round(step / declared->step_resolution);
    if (count > kLargestRealStep) {
      fail("step {} of metric {} is more than 2^53 times its resolution of {}", step,
           in_quotes(name), declared->step_resolution);
    }
    return static_cast<std::int64_t>(count);
  }
  if (step == std::floor(step)) return static_cast<std::int64_t>(step);
  fail(
      "step {} of metric {} is not an integer; report the count of {} as the step, or declare "
      "its steps as real: {{ name = \"{}\", step = {{ unit = \"epochs\", resolution = 0.001 }} }}",
      step, in_quotes(name), unit_of(name), name);
}

std::int64_t SeriesSteps::next(const std::string& name, std::optional<double> given) const {
  std::optional<std::int64_t> step;
  if (given) step = integer_step(name, *given);
  const bool has_floor = floor_ && !has_own_clock(name);
  if (step && has_floor && *step <= *floor_) {
    fail("step {} of metric {} is not beyond {}, the step that the attempt resumed after", *step,
         in_quotes(name), *floor_);
  }
  if (step) return *step;
  const auto found = last_.find(name);
  if (found != last_.end()) return found->second + 1;
  return has_floor ? *floor_ + 1 : 0;
}

void SeriesSteps::took(const std::string& name, std::int64_t step) {
  const auto [place, is_new] = last_.try_emplace(name, step);
  if (!is_new) place->second = std::max(place->second, step);
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

ReportedPoints::Kind ReportedPoints::put(const std::string& name, std::int64_t step, double value,
                                         double& before) {
  Series& series = series_[name];
  std::vector<Point>& points = series.in_order;
  double* latest = nullptr;
  if (points.empty() || step > points.back().step) {
    if (count_ >= kMostPointsRemembered && !points.empty()) {
      points.back() = {step, value};
    } else {
      points.push_back({step, value});
      ++count_;
    }
    return Kind::kNew;
  }
  const auto place =
      std::lower_bound(points.begin(), points.end(), step,
                       [](const Point& point, std::int64_t at) { return point.step < at; });
  if (place->step == step) {
    latest = &place->value;
  } else if (const auto late = series.between.find(step); late != series.between.end()) {
    latest = &late->second;
  } else {
    if (count_ < kMostPointsRemembered) {
      series.between.emplace(step, value);
      ++count_;
    }
    return Kind::kNew;
  }
  if (is_same(*latest, value)) return Kind::kSame;
  before = std::exchange(*latest, value);
  return Kind::kOther;
}

TrialReport::TrialReport(const ExperimentSpec& spec, fs::path trial_folder, Recorder& recorder,
                         History& history)
    : spec_(spec),
      trial_folder_(std::move(trial_folder)),
      recorder_(recorder),
      history_(history),
      steps_(spec) {}

// A line may be wrong in any way.
void TrialReport::take(const ReportLines::Line& line) {
  ++lines_;
  const ReportedWhere where = [this] { return fmt::format("line {}", lines_); };
  std::optional<ReportedItem> item;
  try {
    if (line.too_long) fail("longer than {} bytes", kLongestReportLine);
    item = parse_report_line(line.text);
  } catch (const Error& error) {
    reject_point(where() + ": " + error.what());
    return;
  }
  take_item(*item, where);
}

void TrialReport::take_captured(const ReportedItem& item, const ReportedWhere& where) {
  if (const auto* metrics = std::get_if<ReportedMetrics>(&item)) {
    try {
      resume_if_continued(*metrics);
    } catch (const Error& error) {
      reject(where() + ": " + error.what());
    }
  }
  take_item(item, where);
}

void TrialReport::take_item(const ReportedItem& item, const ReportedWhere& where) {
  check(!is_finished_, "a finished report takes no more lines");
  refusals_.clear();
  try {
    apply(item);
  } catch (const Error& error) {
    refusals_.emplace_back(error.what());
  }
  if (refusals_.empty()) {
    ++accepted_;
  } else {
    reject(where() + ": " + refusals_[0]);
  }
}

void TrialReport::reject(const std::string& what) {
  if (rejected_++ == 0) first_rejection_ = what;
}

void TrialReport::reject_point(const std::string& what) {
  ++points_refused_;
  reject(what);
}

void TrialReport::file_problem(const std::string& what) {
  if (file_problem_.empty()) file_problem_ = what;
}

// A point of an earlier attempt that is not beyond the limit lacks here as it does there.
void TrialReport::refuse(const std::string& why) {
  if (is_replaying() && is_beyond_) return;
  ++points_refused_;
  if (!is_replaying()) refusals_.push_back(why);
}

void TrialReport::apply(const ReportedItem& item) {
  if (const auto* resumed = std::get_if<ReportedResumption>(&item)) return resume(*resumed);
  apply_up_to(kNoLimit, item);
}

// Skips what is beyond `limit` of the experiment's clock, and from there on what
// does not have a step of that clock.
void TrialReport::apply_up_to(std::int64_t limit, const ReportedItem& item) {
  if (const auto* metrics = std::get_if<ReportedMetrics>(&item)) {
    for (const auto& [name, value] : metrics->values) {
      point(name, metrics->step, value, limit, Repeat::kConflicts);
    }
    for (const std::string& why : metrics->refused) refuse(why);
  } else if (const auto* result = std::get_if<ReportedResult>(&item)) {
    if (is_beyond_) return;
    for (const auto& [name, value] : result->values) {
      const MetricSpec* declared = steps_.find(name);
      const double resolution =
          declared != nullptr && declared->step_resolution > 0 ? declared->step_resolution : 1;
      point(name, static_cast<double>(steps_.largest(name)) * resolution, value, kNoLimit,
            Repeat::kReplaces);
    }
    for (const std::string& why : result->refused) refuse(why);
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

bool TrialReport::expect_acceptable(const std::string& metric) {
  if (steps_.find(metric) != nullptr) return true;
  const Undeclared policy = spec_.command->undeclared;
  if (policy == Undeclared::kIgnore) return false;
  if (policy == Undeclared::kError) {
    std::vector<std::string> names;
    for (const MetricSpec& one : spec_.metrics) names.push_back(one.name);
    const std::string what = unknown_name("metric", metric, names);
    if (!violation_ && !is_replaying()) {
      violation_ = fmt::format("it reported an {} ([metrics] undeclared = \"error\")", what);
    }
    fail("{}", what);
  }
  if (metric.empty() || metric.size() > kLongestMetricName || has_control(metric)) {
    fail("{} is not a name for a metric; expected 1 to {} bytes without control characters",
         in_quotes(metric), kLongestMetricName);
  }
  if (undeclared_.size() >= kMostUndeclared && !undeclared_.contains(metric)) {
    fail("metric {} is undeclared, and so are {} others, which is the limit", in_quotes(metric),
         kMostUndeclared);
  }
  undeclared_.insert(metric);
  return true;
}

void TrialReport::point(const std::string& name, std::optional<double> given, double value,
                        std::int64_t limit, Repeat repeat) try {
  if (!expect_acceptable(name)) return;
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
  reported_.insert(name);
  if (!is_replaying()) {
    double before = 0;
    const ReportedPoints::Kind kind = points_.put(name, step, value, before);
    if (kind == ReportedPoints::Kind::kSame) return;
    if (kind == ReportedPoints::Kind::kOther && repeat == Repeat::kConflicts && conflicts_++ == 0) {
      first_conflict_ =
          fmt::format("metric {} at step {}: {}, then {}", in_quotes(name), step, before, value);
    }
  }
  recorder_.metric(name, step, value);
  check_divergence(name, step, value);
} catch (const Error& error) {
  refuse(error.what());
}

void TrialReport::check_divergence(const std::string& name, std::int64_t step, double value) {
  const std::vector<std::string>& diverging = spec_.command->diverging;
  const bool diverges = !std::isfinite(value) &&
                        std::find(diverging.begin(), diverging.end(), name) != diverging.end();
  if (diverges && !divergence_) {
    divergence_ = fmt::format("metric {} was {} at step {}", in_quotes(name), value, step);
  }
}

void TrialReport::resume_if_continued(const ReportedMetrics& metrics) {
  if (has_points_ || resumed_ || !metrics.step || metrics.values.empty()) return;
  const std::string& name = metrics.values[0].first;
  if (steps_.has_own_clock(name)) return;
  const std::optional<std::int64_t> first = history_.first_step();
  if (!first || !(*metrics.step > static_cast<double>(*first))) return;
  apply(ReportedResumption{static_cast<std::int64_t>(std::ceil(*metrics.step)) - 1});
}

void TrialReport::resume(const ReportedResumption& item) {
  if (has_points_) fail("\"resumed\" must precede all metrics and texts of an attempt");
  if (resumed_) fail("\"resumed\" was already reported; expected once per attempt");
  resumed_ = item.step;
  steps_.set_stepped(history_.stepped());
  std::pair<std::uint32_t, bool> source_before{0, false};
  const bool replayed = history_.up_to(item.step, [&](const HistoryLine& line) {
    const std::pair<std::uint32_t, bool> source{line.attempt, line.captured};
    if (source != std::exchange(source_before, source)) {
      is_beyond_ = false;
      written_.emplace(steps_);
    }
    try {
      apply_up_to(line.limit, line.item);
    } catch (const Error&) {
      // rejected by the attempt that wrote it, too
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
}

// A series with its own clock belongs to the attempt that writes it last: the points
// of earlier attempts are told again, or they would be lost with the first new one.
void TrialReport::replay_own_clocks() {
  replays_own_clocks_ = true;
  history_.all([&](const HistoryLine& line) {
    const auto* metrics = std::get_if<ReportedMetrics>(&line.item);
    if (metrics == nullptr) return;
    ReportedMetrics own;
    own.step = metrics->step;
    for (const auto& each : metrics->values) {
      if (steps_.has_own_clock(each.first)) own.values.push_back(each);
    }
    apply_up_to(kNoLimit, own);
  });
  replays_own_clocks_ = false;
}

void TrialReport::add_artifact(const std::string& path) {
  fs::path normal = (trial_folder_ / path).lexically_normal();
  std::error_code unknown;
  if (!program_folder_.empty() && !fs::exists(normal, unknown)) {
    const fs::path written = (program_folder_ / path).lexically_normal();
    if (fs::exists(written, unknown)) normal = written;
  }
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
  if (steps_.find(name) == nullptr || has(name)) return;
  point(name, static_cast<double>(steps_.largest(name)), value, kNoLimit, Repeat::kReplaces);
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

ReportFindings TrialReport::findings() const {
  ReportFindings findings;
  findings.first_refusal = first_rejection_;
  findings.conflicts = conflicts_;
  findings.first_conflict = first_conflict_;
  findings.undeclared.assign(undeclared_.begin(), undeclared_.end());
  return findings;
}

std::string TrialReport::rejection() const {
  std::string text = file_problem_;
  const auto add = [&text](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  if (rejected_ == 1) add("1 line of its report was rejected: " + first_rejection_);
  if (rejected_ > 1) {
    add(fmt::format("{} lines of its report were rejected, the first: {}", rejected_,
                    first_rejection_));
  }
  if (conflicts_ > 0) {
    add(fmt::format(
        "{} gave another value at a step that had one ({}): do two processes report "
        "one metric?",
        conflicts_ == 1 ? "1 point" : fmt::format("{} points", conflicts_), first_conflict_));
  }
  return text;
}

}  // namespace polysweep
