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

// All lines of a report that are understood.
void read_report(const std::filesystem::path& path, const std::function<void(const Said&)>& visit) {
  FollowedFile file(path);
  ReportLines lines;
  std::string piece;
  bool more = true;
  const auto take = [&visit](const ReportLines::Line& line) {
    std::optional<Said> said;
    try {
      if (!line.too_long) said = parse_report_line(line.text);
    } catch (const Error&) {
      return;  // its own attempt has counted it
    }
    if (said) visit(*said);
  };
  while (more) {
    piece.clear();
    more = file.read_more(piece, kPiece);
    lines.append(piece);
    while (const std::optional<ReportLines::Line> line = lines.next()) take(*line);
  }
  if (const std::optional<ReportLines::Line> line = lines.rest()) take(*line);
}

// How far a report came: the step it went on after, or its largest.
std::optional<std::int64_t> reach_of(const std::filesystem::path& path) {
  SeriesSteps steps;
  bool said_something = false;
  read_report(path, [&](const Said& said) {
    if (const auto* resumed = std::get_if<SaidResumed>(&said)) {
      if (said_something) return;
      steps.raise_floor(resumed->step);
      said_something = true;
    } else if (const auto* metrics = std::get_if<SaidMetrics>(&said)) {
      for (const auto& [name, value] : metrics->values) {
        try {
          steps.took(name, steps.next(name, metrics->step));
          said_something = true;
        } catch (const Error&) {
          return;  // a step that goes back: it did not count
        }
      }
    }
  });
  if (!said_something) return std::nullopt;
  return steps.largest();
}

}  // namespace

bool read_history(const std::filesystem::path& trial_folder, std::uint32_t attempt,
                  std::int64_t step, const HistoryVisitor& visit) {
  std::uint32_t source = attempt;
  std::optional<std::int64_t> reach;
  while (source > 1 && !(reach && *reach >= step)) {
    reach = reach_of(report_path(trial_folder, --source));
  }
  if (!reach || *reach < step) return false;
  bool has_spoken = false;
  bool is_whole = true;
  read_report(report_path(trial_folder, source), [&](const Said& said) {
    const auto* resumed = std::get_if<SaidResumed>(&said);
    if (resumed != nullptr && !has_spoken) {
      is_whole = read_history(trial_folder, source, std::min(resumed->step, step), visit);
    } else if (resumed == nullptr && is_whole) {
      visit(step, said);
    }
    has_spoken = has_spoken || std::holds_alternative<SaidMetrics>(said) ||
                 std::holds_alternative<SaidResult>(said) || std::holds_alternative<SaidText>(said);
  });
  return is_whole;
}

void remove_reports(const std::filesystem::path& trial_folder, std::uint32_t attempt) {
  for (std::uint32_t i = 1; i <= attempt; ++i) {
    std::error_code gone;
    std::filesystem::remove(report_path(trial_folder, i), gone);
  }
}

}  // namespace polysweep
