#include "runners/command/report_file.h"

#include <algorithm>
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
  return std::holds_alternative<ReportedMetrics>(item) ||
         std::holds_alternative<ReportedResult>(item) || std::holds_alternative<ReportedText>(item);
}

// A line with an undeclared metric was rejected.
bool all_declared(const ReportedMetrics& metrics, const SeriesSteps& steps) {
  return std::all_of(metrics.values.begin(), metrics.values.end(),
                     [&](const auto& each) { return steps.is_declared(each.first); });
}

}  // namespace

std::optional<std::int64_t> ReportHistory::reach_of(std::uint32_t attempt,
                                                    const Names& stepped) const {
  SeriesSteps steps(spec_);
  steps.set_stepped(stepped);
  bool has_items = false;
  read_report(report_path(trial_folder_, attempt), [&](const ReportedItem& item) {
    if (const auto* resumed = std::get_if<ReportedResumption>(&item)) {
      if (has_items) return;
      steps.raise_floor(resumed->step);
      has_items = true;
    } else if (const auto* metrics = std::get_if<ReportedMetrics>(&item)) {
      if (!all_declared(*metrics, steps)) return;
      for (const auto& [name, value] : metrics->values) {
        try {
          steps.took(name, steps.next(name, metrics->step));
          has_items = true;
        } catch (const Error&) {
          return;  // a decreasing step, which was rejected
        }
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
    read_report(report_path(trial_folder_, attempt), [&](const ReportedItem& item) {
      const auto* metrics = std::get_if<ReportedMetrics>(&item);
      if (metrics == nullptr || !metrics->step || !all_declared(*metrics, steps)) return;
      for (const auto& [name, value] : metrics->values) {
        if (!steps.has_own_clock(name)) names.insert(name);
      }
    });
  }
  return names;
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
  bool has_content = false;
  bool is_complete = true;
  read_report(report_path(trial_folder_, source), [&](const ReportedItem& item) {
    const auto* resumed = std::get_if<ReportedResumption>(&item);
    if (resumed != nullptr && !has_content) {
      is_complete = read_before(source, std::min(resumed->step, step), stepped, visit);
    } else if (resumed == nullptr && is_complete) {
      visit({source, step, item});
    }
    has_content = has_content || is_content(item);
  });
  return is_complete;
}

bool ReportHistory::continues_earlier(std::uint32_t attempt) const {
  std::optional<bool> resumed;
  read_report(report_path(trial_folder_, attempt), [&](const ReportedItem& item) {
    const bool is_resumption = std::holds_alternative<ReportedResumption>(item);
    if (!resumed && (is_resumption || is_content(item))) resumed = is_resumption;
  });
  return resumed.value_or(true);
}

void ReportHistory::all(const HistoryVisitor& visit) {
  std::uint32_t first = attempt_;
  while (first > 1 && (first == attempt_ || continues_earlier(first))) --first;
  for (std::uint32_t attempt = first; attempt < attempt_; ++attempt) {
    read_report(report_path(trial_folder_, attempt), [&](const ReportedItem& item) {
      visit({attempt, std::numeric_limits<std::int64_t>::max(), item});
    });
  }
}

void remove_reports(const std::filesystem::path& trial_folder, std::uint32_t attempt,
                    const std::set<std::string>& kept) {
  for (std::uint32_t i = 1; i <= attempt; ++i) {
    const std::filesystem::path report = report_path(trial_folder, i);
    if (kept.contains(report.filename())) continue;
    std::error_code gone;
    std::filesystem::remove(report, gone);
  }
}

}  // namespace polysweep
