#include "runners/command/report_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "framework/core/error.h"

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

std::filesystem::path report_path(const std::filesystem::path& trial_folder,
                                  std::uint32_t attempt) {
  return trial_folder / fmt::format("attempt-{}.metrics", attempt);
}

bool FollowedFile::open_file() {
  if (file_.get() >= 0) return true;
  // A program may have put anything there, a pipe that nobody writes to also.
  file_ = Descriptor(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file_.get() < 0) {
    if (errno == ENOENT) return false;
    fail("cannot open {}: {}", path_.string(), std::strerror(errno));
  }
  struct stat facts {};
  if (fstat(file_.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    fail("{} is no plain file", path_.string());
  }
  return true;
}

bool FollowedFile::read_more(std::string& out, std::size_t limit) {
  if (!open_file()) return false;
  struct stat facts {};
  if (fstat(file_.get(), &facts) != 0) {
    fail("cannot look at {}: {}", path_.string(), std::strerror(errno));
  }
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (size < offset_) {
    const std::uint64_t before = std::exchange(offset_, size);
    fail("{} has become shorter, {} bytes instead of {}; open it for appending",
         path_.filename().string(), size, before);
  }
  const std::size_t wanted = std::min<std::uint64_t>(size - offset_, limit);
  const std::size_t begin = out.size();
  out.resize(begin + wanted);
  std::size_t got = 0;
  while (got < wanted) {
    const ssize_t count = pread(file_.get(), out.data() + begin + got, wanted - got,
                                static_cast<off_t>(offset_ + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot read {}: {}", path_.string(), std::strerror(errno));
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  out.resize(begin + got);
  offset_ += got;
  return got > 0 && offset_ < size;
}

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
