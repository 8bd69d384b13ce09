#include "runners/command/csv_capture.h"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 1024 * 1024;
constexpr std::size_t kMostFiles = 1000;

std::optional<std::size_t> column_of(const std::vector<std::string>& columns,
                                     std::string_view name) {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

// A first line may have columns without a name, as the index that pandas writes.
bool is_header(const std::vector<std::string>& fields, bool is_first) {
  return std::none_of(fields.begin(), fields.end(), [&](const std::string& field) {
    return (field.empty() && !is_first) || number_in(field).has_value();
  });
}

}  // namespace

std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r' || quoted) {
      fields.back() += c;
    }
  }
  return fields;
}

CsvCapture::CsvCapture(fs::path folder, std::string path, std::vector<fs::path> others,
                       CaptureSink sink)
    : folder_(std::move(folder)),
      pattern_(std::move(path)),
      others_(std::move(others)),
      sink_(std::move(sink)) {}

void CsvCapture::find_files() {
  const auto add = [this](const fs::path& path) {
    const bool known = std::any_of(files_.begin(), files_.end(),
                                   [&](const auto& each) { return each.first == path; });
    if (!known && files_.size() < kMostFiles) files_.emplace_back(path, File(path));
  };
  if (pattern_.find_first_of("*?[") == std::string::npos) {
    if (files_.empty()) add(folder_ / pattern_);
    return;
  }
  std::error_code gone;
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator each(folder_, gone), end; !gone && each != end;
       each.increment(gone)) {
    if (std::find(others_.begin(), others_.end(), each->path()) != others_.end()) {
      each.disable_recursion_pending();
    }
    const std::string relative = each->path().lexically_relative(folder_).generic_string();
    if (fnmatch(pattern_.c_str(), relative.c_str(), FNM_PATHNAME) != 0) continue;
    std::error_code unknown;  // a link to nothing does not end the search
    if (each->is_regular_file(unknown)) found.push_back(each->path());
  }
  std::sort(found.begin(), found.end());
  for (const fs::path& path : found) add(path);
}

void CsvCapture::follow() {
  find_files();
  for (auto& [path, file] : files_) read(path, file);
}

void CsvCapture::skip_present() {
  is_skipping_ = true;
  follow();
  is_skipping_ = false;
}

void CsvCapture::finish() {
  follow();
  for (auto& [path, file] : files_) {
    if (const std::optional<ReportLines::Line> line = file.lines.rest()) take(file, *line);
  }
}

// Loggers write the file again when a column is new. It is then read from its beginning:
// the same value at the same step counts once.
void CsvCapture::read(const fs::path& path, File& file) {
  for (int turn = 0; turn < 2; ++turn) {
    try {
      read_on(file);
      return;
    } catch (const Error&) {
      file = File(path);
    }
  }
}

void CsvCapture::read_on(File& file) {
  std::string piece;
  for (bool more = true; more;) {
    piece.clear();
    more = file.followed.read_more(piece, kPiece);
    file.lines.append(piece);
    while (const std::optional<ReportLines::Line> line = file.lines.next()) take(file, *line);
  }
}

void CsvCapture::take(File& file, const ReportLines::Line& line) {
  ++file.line;
  const ReportedWhere where = [&file] { return fmt::format("{}, line {}", file.name, file.line); };
  ReportedMetrics metrics;
  const auto refuse = [&](std::string why) {
    metrics = {};
    metrics.refused.push_back(std::move(why));
    if (!is_skipping_) sink_(metrics, where);
  };
  if (line.too_long) return refuse(fmt::format("longer than {} bytes", kLongestReportLine));
  std::vector<std::string> fields = csv_fields(line.text);
  if (is_header(fields, file.columns.empty())) {
    file.columns = std::move(fields);
    return;
  }
  const std::int64_t row = file.row++;
  if (fields.size() != file.columns.size()) {
    return refuse(file.columns.empty() ? std::string("it precedes the line that names the columns")
                                       : fmt::format("it has {} fields, but there are {} columns",
                                                     fields.size(), file.columns.size()));
  }
  std::optional<std::size_t> step = column_of(file.columns, "step");
  if (!step) step = column_of(file.columns, "epoch");
  metrics.step = static_cast<double>(row);
  if (step) {
    const std::optional<double> number = number_in(fields[*step]);
    if (!number || !(*number >= 0) || *number > 9007199254740992) {
      return refuse(fmt::format("its {} is {}; expected a number from 0 to 2^53",
                                file.columns[*step], in_quotes(fields[*step])));
    }
    metrics.step = *number;
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i == step || fields[i].empty() || file.columns[i].empty()) continue;
    if (const std::optional<double> number = number_in(fields[i])) {
      metrics.values.emplace_back(file.columns[i], *number);
    } else {
      metrics.refused.push_back(fmt::format("the value of metric {} is {}; expected a number",
                                            in_quotes(file.columns[i]), in_quotes(fields[i])));
    }
  }
  if (is_skipping_ || (metrics.values.empty() && metrics.refused.empty())) return;
  has_matched_ = has_matched_ || !metrics.values.empty();
  sink_(metrics, where);
}

}  // namespace polysweep
