#include "runners/code/digest_cache.h"

#include <fmt/format.h>
#include <time.h>

#include <string_view>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"

namespace polysweep {

namespace {

constexpr std::string_view kFirstLine = "polysweep code digests 1\n";
constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
constexpr std::int64_t kSettled_ns = 2'000'000'000;
constexpr std::size_t kDigestSize = 64;

std::int64_t ns_of(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return ns_of(now);
}

std::string stamp_of(const struct stat& facts) {
  return fmt::format("{}:{}:{}:{}:{}", facts.st_size, ns_of(facts.st_mtim), ns_of(facts.st_ctim),
                     facts.st_ino, facts.st_dev);
}

}  // namespace

DigestCache::DigestCache(std::filesystem::path file) : file_(std::move(file)) { load(); }

// Lines "SHA-256 STAMP PATH".
void DigestCache::load() {
  std::error_code none;
  if (file_.empty() || std::filesystem::file_size(file_, none) > kMostBytes || none) return;
  try {
    const std::string text = system_files().read(file_);
    std::string_view left = text;
    if (!left.starts_with(kFirstLine)) return;
    left.remove_prefix(kFirstLine.size());
    while (!left.empty()) {
      const std::string_view line = left.substr(0, left.find('\n'));
      left.remove_prefix(std::min(left.size(), line.size() + 1));
      const std::size_t space = line.find(' ', kDigestSize + 1);
      if (space == std::string_view::npos) return;
      entries_[std::string(line.substr(space + 1))] = {
          std::string(line.substr(kDigestSize + 1, space - kDigestSize - 1)),
          std::string(line.substr(0, kDigestSize))};
    }
  } catch (const Error&) {
    entries_.clear();
  }
}

std::string DigestCache::digest(const std::filesystem::path& path, const struct stat& facts) {
  const std::string stamp = stamp_of(facts);
  const auto known = entries_.find(path.native());
  if (known != entries_.end() && known->second.stamp == stamp) return known->second.sha256;
  const std::int64_t changed_ns = std::max(ns_of(facts.st_mtim), ns_of(facts.st_ctim));
  const bool is_settled = now_ns() - changed_ns > kSettled_ns;
  std::string sha256 = sha256_hex_of_file(path);
  if (is_settled && path.native().find('\n') == std::string::npos) {
    entries_[path.native()] = {stamp, sha256};
    has_news_ = true;
  }
  return sha256;
}

void DigestCache::save() {
  if (file_.empty() || !has_news_) return;
  std::string text(kFirstLine);
  for (const auto& [path, entry] : entries_) {
    text += fmt::format("{} {} {}\n", entry.sha256, entry.stamp, path);
  }
  if (text.size() > kMostBytes) return;
  try {
    system_files().create_folders(file_.parent_path());
    system_files().replace(file_, text);
    has_news_ = false;
  } catch (const Error&) {
  }
}

}  // namespace polysweep
