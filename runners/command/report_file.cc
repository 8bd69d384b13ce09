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

bool is_content(const Said& said) {
  return std::holds_alternative<SaidMetrics>(said) || std::holds_alternative<SaidResult>(said) ||
         std::holds_alternative<SaidText>(said);
}

}  // namespace

std::optional<std::int64_t> ReportHistory::reach_of(std::uint32_t attempt) const {
  SeriesSteps steps(spec_);
  bool has_items = false;
  read_report(report_path(trial_folder_, attempt), [&](const Said& said) {
    if (const auto* resumed = std::get_if<SaidResumed>(&said)) {
      if (has_items) return;
      steps.raise_floor(resumed->step);
      has_items = true;
    } else if (const auto* metrics = std::get_if<SaidMetrics>(&said)) {
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

bool ReportHistory::read_before(std::uint32_t attempt, std::int64_t step,
                                const HistoryVisitor& visit) const {
  std::uint32_t source = attempt;
  std::optional<std::int64_t> reach;
  while (source > 1 && !(reach && *reach >= step)) reach = reach_of(--source);
  if (!reach || *reach < step) return false;
  bool has_content = false;
  bool is_complete = true;
  read_report(report_path(trial_folder_, source), [&](const Said& said) {
    const auto* resumed = std::get_if<SaidResumed>(&said);
    if (resumed != nullptr && !has_content) {
      is_complete = read_before(source, std::min(resumed->step, step), visit);
    } else if (resumed == nullptr && is_complete) {
      visit({source, step, said});
    }
    has_content = has_content || is_content(said);
  });
  return is_complete;
}

bool ReportHistory::continues_earlier(std::uint32_t attempt) const {
  std::optional<bool> resumed;
  read_report(report_path(trial_folder_, attempt), [&](const Said& said) {
    const bool is_resumption = std::holds_alternative<SaidResumed>(said);
    if (!resumed && (is_resumption || is_content(said))) resumed = is_resumption;
  });
  return resumed.value_or(true);
}

void ReportHistory::all(const HistoryVisitor& visit) {
  std::uint32_t first = attempt_;
  while (first > 1 && (first == attempt_ || continues_earlier(first))) --first;
  for (std::uint32_t attempt = first; attempt < attempt_; ++attempt) {
    read_report(report_path(trial_folder_, attempt), [&](const Said& said) {
      visit({attempt, std::numeric_limits<std::int64_t>::max(), said});
    });
  }
}

void remove_reports(const std::filesystem::path& trial_folder, std::uint32_t attempt) {
  for (std::uint32_t i = 1; i <= attempt; ++i) {
    std::error_code gone;
    std::filesystem::remove(report_path(trial_folder, i), gone);
  }
}

}  // namespace polysweep
