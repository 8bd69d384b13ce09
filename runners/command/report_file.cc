#include "runners/command/report_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "framework/core/error.h"
#include "runners/process/followed_file.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

constexpr std::size_t kPiece = 256 * 1024;

// Visits the valid lines of a report.
void read_report(const std::filesystem::path& path,
                 const std::function<void(const ReportedItem&)>& visit) {
  FollowedFile file(path);
  ReportLines lines;
  std::string piece;
  bool more = true;
  const auto take = [&visit](const ReportLines::Line& line) {
    std::optional<ReportedItem> item;
    try {
      if (!line.too_long) item = parse_report_line(line.text);
    } catch (const Error&) {
      return;  // counted by its own attempt
    }
    if (item) visit(*item);
  };
  while (more) {
    piece.clear();
    more = file.read_more(piece, kPiece);
    lines.append(piece);
    while (const std::optional<ReportLines::Line> line = lines.next()) take(*line);
  }
  if (const std::optional<ReportLines::Line> line = lines.rest()) take(*line);
}

bool is_content(const ReportedItem& item) {
  if (const auto* metrics = std::get_if<ReportedMetrics>(&item)) return !metrics->values.empty();
  return std::holds_alternative<ReportedResult>(item) || std::holds_alternative<ReportedText>(item);
}

}  // namespace

void ReportHistory::read(std::uint32_t attempt, const Visitor& visit) const {
  read_report(report_path(trial_folder_, attempt),
              [&](const ReportedItem& item) { visit(item, false); });
  read_report(captured_path(trial_folder_, attempt),
              [&](const ReportedItem& item) { visit(item, true); });
}

bool ReportHistory::is_recorded(const std::string& metric) const {
  if (spec_.command->undeclared == Undeclared::kRecord) return true;
  return std::any_of(spec_.metrics.begin(), spec_.metrics.end(),
                     [&](const MetricSpec& each) { return each.name == metric; });
}

std::optional<std::int64_t> ReportHistory::resumption_of(std::uint32_t attempt) const {
  std::optional<std::int64_t> resumed;
  bool has_content[2] = {false, false};
  read(attempt, [&](const ReportedItem& item, bool captured) {
    const auto* resumption = std::get_if<ReportedResumption>(&item);
    if (resumption != nullptr && !resumed && !has_content[captured ? 1 : 0]) {
      resumed = resumption->step;
    }
    has_content[captured ? 1 : 0] |= is_content(item);
  });
  return resumed;
}

std::optional<std::int64_t> ReportHistory::reach_of(std::uint32_t attempt,
                                                    const Names& stepped) const {
  SeriesSteps steps(spec_);
  steps.set_stepped(stepped);
  const std::optional<std::int64_t> resumed = resumption_of(attempt);
  bool has_items = resumed.has_value();
  if (resumed) steps.raise_floor(*resumed);
  read(attempt, [&](const ReportedItem& item, bool) {
    const auto* metrics = std::get_if<ReportedMetrics>(&item);
    if (metrics == nullptr) return;
    for (const auto& [name, value] : metrics->values) {
      if (!is_recorded(name)) continue;
      try {
        steps.took(name, steps.next(name, metrics->step));
        has_items = true;
      } catch (const Error&) {
        continue;  // it was rejected
      }
    }
  });
  if (!has_items) return std::nullopt;
  return steps.reach();
}

std::set<std::string> ReportHistory::stepped() {
  const SeriesSteps steps(spec_);
  Names names;
  for (std::uint32_t attempt = 1; attempt < attempt_; ++attempt) {
    read(attempt, [&](const ReportedItem& item, bool) {
      const auto* metrics = std::get_if<ReportedMetrics>(&item);
      if (metrics == nullptr || !metrics->step) return;
      for (const auto& [name, value] : metrics->values) {
        if (is_recorded(name) && !steps.has_own_clock(name)) names.insert(name);
      }
    });
  }
  return names;
}

std::optional<std::int64_t> ReportHistory::first_step() {
  const SeriesSteps steps(spec_);
  std::optional<std::int64_t> first;
  all([&](const HistoryLine& line) {
    const auto* metrics = std::get_if<ReportedMetrics>(&line.item);
    if (first || metrics == nullptr || !metrics->step) return;
    for (const auto& [name, value] : metrics->values) {
      if (first || !is_recorded(name) || steps.has_own_clock(name)) continue;
      first = static_cast<std::int64_t>(*metrics->step);
    }
  });
  return first;
}

bool ReportHistory::up_to(std::int64_t step, const HistoryVisitor& visit) {
  return read_before(attempt_, step, stepped(), visit);
}

bool ReportHistory::read_before(std::uint32_t attempt, std::int64_t step, const Names& stepped,
                                const HistoryVisitor& visit) const {
  std::uint32_t source = attempt;
  std::optional<std::int64_t> reach;
  while (source > 1 && !(reach && *reach >= step)) reach = reach_of(--source, stepped);
  if (!reach || *reach < step) return false;
  if (const std::optional<std::int64_t> resumed = resumption_of(source)) {
    if (!read_before(source, std::min(*resumed, step), stepped, visit)) return false;
  }
  read(source, [&](const ReportedItem& item, bool captured) {
    if (std::holds_alternative<ReportedResumption>(item)) return;
    visit({source, captured, step, item});
  });
  return true;
}

bool ReportHistory::continues_earlier(std::uint32_t attempt) const {
  if (resumption_of(attempt)) return true;
  bool has_content = false;
  read(attempt, [&](const ReportedItem& item, bool) { has_content |= is_content(item); });
  return !has_content;
}

void ReportHistory::all(const HistoryVisitor& visit) {
  std::uint32_t first = attempt_;
  while (first > 1 && (first == attempt_ || continues_earlier(first))) --first;
  for (std::uint32_t attempt = first; attempt < attempt_; ++attempt) {
    read(attempt, [&](const ReportedItem& item, bool captured) {
      visit({attempt, captured, std::numeric_limits<std::int64_t>::max(), item});
    });
  }
}

void CapturedFile::write() {
  if (text_.empty()) return;
  if (file_.get() < 0) {
    file_ = Descriptor(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (file_.get() < 0) fail("cannot open {}: {}", path_.string(), std::strerror(errno));
  }
  std::string_view left = text_;
  while (!left.empty()) {
    const ssize_t size = ::write(file_.get(), left.data(), left.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) fail("cannot write {}: {}", path_.string(), std::strerror(errno));
    left.remove_prefix(static_cast<std::size_t>(size));
  }
  text_.clear();
}

void remove_reports(const std::filesystem::path& trial_folder, std::uint32_t attempt,
                    const std::set<std::string>& kept) {
  for (std::uint32_t i = 1; i <= attempt; ++i) {
    for (const std::filesystem::path& report :
         {report_path(trial_folder, i), captured_path(trial_folder, i)}) {
      if (kept.contains(report.filename())) continue;
      std::error_code gone;
      std::filesystem::remove(report, gone);
    }
  }
}

}  // namespace polysweep
