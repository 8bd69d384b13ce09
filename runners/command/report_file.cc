#include "runners/command/report_file.h"

#include <algorithm>
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

// How far a report got: the step it resumed after, or its largest step.
std::optional<std::int64_t> reach_of(const std::filesystem::path& path) {
  SeriesSteps steps;
  bool has_items = false;
  read_report(path, [&](const ReportedItem& item) {
    if (const auto* resumed = std::get_if<ReportedResumption>(&item)) {
      if (has_items) return;
      steps.raise_floor(resumed->step);
      has_items = true;
    } else if (const auto* metrics = std::get_if<ReportedMetrics>(&item)) {
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
  return steps.largest();
}

}  // namespace

bool read_history(const std::filesystem::path& trial_folder, std::uint32_t attempt,
                  std::int64_t step, const HistoryVisitor& visit) {
  check(step >= 0, "a checkpoint is taken after a step");
  std::uint32_t source = attempt;
  std::optional<std::int64_t> reach;
  while (source > 1 && !(reach && *reach >= step)) {
    reach = reach_of(report_path(trial_folder, --source));
  }
  if (!reach || *reach < step) return false;
  bool has_points = false;
  bool is_whole = true;
  read_report(report_path(trial_folder, source), [&](const ReportedItem& item) {
    const auto* resumed = std::get_if<ReportedResumption>(&item);
    if (resumed != nullptr && !has_points) {
      is_whole = read_history(trial_folder, source, std::min(resumed->step, step), visit);
    } else if (resumed == nullptr && is_whole) {
      visit(step, item);
    }
    has_points = has_points || std::holds_alternative<ReportedMetrics>(item) ||
                 std::holds_alternative<ReportedResult>(item) ||
                 std::holds_alternative<ReportedText>(item);
  });
  return is_whole;
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
