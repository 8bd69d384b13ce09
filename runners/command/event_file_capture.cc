#include "runners/command/event_file_capture.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "framework/core/error.h"
#include "framework/core/tfrecord.h"
#include "runners/command/event_record.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 256 * 1024;
constexpr std::size_t kMostFiles = 1000;
// No scalar's record is longer: such a record is passed over.
constexpr std::uint64_t kLongestRecord = 1024 * 1024;
constexpr std::array<std::string_view, 5> kTagFolders = {"train", "validation", "val", "eval",
                                                         "test"};

std::string prefix_of(const fs::path& file, const fs::path& folder) {
  if (file.parent_path() == folder) return "";
  const std::string parent = file.parent_path().filename();
  const bool known = std::find(kTagFolders.begin(), kTagFolders.end(), parent) != kTagFolders.end();
  return known ? parent + "/" : "";
}

}  // namespace

EventFileCapture::EventFileCapture(fs::path folder, std::vector<fs::path> others, CaptureSink sink)
    : folder_(std::move(folder)), others_(std::move(others)), sink_(std::move(sink)) {}

void EventFileCapture::find_files() {
  std::error_code gone;
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator each(folder_, gone), end; !gone && each != end;
       each.increment(gone)) {
    if (std::find(others_.begin(), others_.end(), each->path()) != others_.end()) {
      each.disable_recursion_pending();
    }
    if (each->path().filename().string().find("tfevents") == std::string::npos) continue;
    const bool known = std::any_of(files_.begin(), files_.end(),
                                   [&](const File& file) { return file.path == each->path(); });
    std::error_code unknown;  // a link to nothing does not end the search
    if (!known && each->is_regular_file(unknown)) found.push_back(each->path());
  }
  std::sort(found.begin(), found.end());
  for (fs::path& path : found) {
    if (files_.size() >= kMostFiles) return;
    Descriptor open_file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (open_file.get() < 0) continue;
    File& file = files_.emplace_back();
    file.prefix = prefix_of(path, folder_);
    file.path = std::move(path);
    file.open = std::move(open_file);
  }
}

void EventFileCapture::follow() {
  find_files();
  for (File& file : files_) read(file);
}

void EventFileCapture::skip_present() {
  is_skipping_ = true;
  follow();
  is_skipping_ = false;
}

void EventFileCapture::finish() {
  follow();
  for (File& file : files_) {
    if (file.is_damaged || (file.bytes.empty() && file.skip == 0)) continue;
    refuse(file, "the file ends within it");
  }
}

void EventFileCapture::read(File& file) {
  std::string piece(kPiece, '\0');
  while (!file.is_damaged) {
    const auto at = static_cast<off_t>(file.offset + file.bytes.size());
    const ssize_t size = pread(file.open.get(), piece.data(), piece.size(), at);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    file.bytes.append(piece, 0, static_cast<std::size_t>(size));
    if (!take_records(file)) {
      file.is_damaged = true;
      file.bytes.clear();
      refuse(file, "its checksum does not agree with it, and what follows is not read");
    }
  }
}

bool EventFileCapture::take_records(File& file) {
  std::string_view left = file.bytes;
  const auto advance = [&](std::uint64_t size) {
    left.remove_prefix(static_cast<std::size_t>(size));
    file.offset += size;
  };
  bool agrees = true;
  while (agrees) {
    if (file.skip > 0) {
      const std::uint64_t size = std::min<std::uint64_t>(file.skip, left.size());
      advance(size);
      file.skip -= size;
      if (file.skip > 0) break;
    }
    if (left.size() < kTfRecordHeader) break;
    const std::optional<std::uint64_t> length = tfrecord_length(left.substr(0, kTfRecordHeader));
    agrees = length.has_value() && *length < std::uint64_t{1} << 62;
    if (!agrees) break;
    const std::uint64_t size = kTfRecordHeader + *length + kTfRecordFooter;
    if (*length > kLongestRecord) {
      file.skip = size;
      ++file.records;
      continue;
    }
    if (left.size() < size) break;
    const std::string_view record = left.substr(kTfRecordHeader, *length);
    agrees = tfrecord_agrees(record, left.substr(kTfRecordHeader + *length, kTfRecordFooter));
    if (!agrees) break;
    ++file.records;
    take(file, record);
    advance(size);
  }
  file.bytes.erase(0, file.bytes.size() - left.size());
  return agrees;
}

void EventFileCapture::take(File& file, std::string_view record) {
  if (is_skipping_) return;
  ReportedMetrics metrics;
  try {
    EventScalars scalars = read_event_record(record);
    if (scalars.values.empty()) return;
    if (scalars.step < 0) fail("its step is {}; expected 0 or more", scalars.step);
    metrics.step = static_cast<double>(scalars.step);
    metrics.values = std::move(scalars.values);
  } catch (const Error& error) {
    metrics.refused.emplace_back(error.what());
  }
  for (auto& [name, value] : metrics.values) name = file.prefix + name;
  has_matched_ = has_matched_ || !metrics.values.empty();
  sink_(metrics, [&file] {
    return fmt::format("{}, record {}", file.path.filename().string(), file.records);
  });
}

void EventFileCapture::refuse(const File& file, const std::string& why) {
  if (is_skipping_) return;
  ReportedMetrics refused;
  refused.refused.push_back(why);
  sink_(refused, [&file] {
    return fmt::format("{}, record {} at byte {}", file.path.filename().string(), file.records + 1,
                       file.offset);
  });
}

}  // namespace polysweep
