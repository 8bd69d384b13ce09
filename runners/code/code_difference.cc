#include "runners/code/code_difference.h"

#include <algorithm>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "runners/code/code_snapshot.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostChanges = 4000;  // lines

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    out.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return out;
}

CodeChange changed(const InputFile& before, const InputFile& after, const CodeText& text) {
  CodeChange change;
  change.path = after.path;
  if (before.sha256 == after.sha256) {
    change.kind = CodeChange::Kind::kMode;
    return change;
  }
  const std::optional<std::string> first = text(before);
  const std::optional<std::string> second = text(after);
  const auto is_binary = [](const std::string& content) {
    return content.find('\0') != std::string::npos;
  };
  if (!first || !second || is_binary(*first) || is_binary(*second)) return change;
  if (const std::optional<LineCounts> counts = line_changes(*first, *second)) {
    change.lines_added = counts->added;
    change.lines_removed = counts->removed;
  }
  return change;
}

}  // namespace

CodeText code_text(fs::path store, fs::path root) {
  return [store = std::move(store),
          root = std::move(root)](const InputFile& file) -> std::optional<std::string> {
    for (const fs::path& path : {code_object(store, file), root / file.path}) {
      std::error_code none;
      if (!fs::is_regular_file(path, none)) continue;
      try {
        std::string content = system_files().read(path);
        if (sha256_hex(content) == file.sha256) return content;
      } catch (const Error&) {
      }
    }
    return std::nullopt;
  };
}

std::vector<CodeChange> code_changes(const std::vector<InputFile>& before,
                                     const std::vector<InputFile>& after, const CodeText& text) {
  std::vector<CodeChange> out;
  auto a = before.begin();
  auto b = after.begin();
  while (a != before.end() || b != after.end()) {
    if (b == after.end() || (a != before.end() && a->path < b->path)) {
      out.push_back({(a++)->path, CodeChange::Kind::kRemoved, {}, {}});
    } else if (a == before.end() || b->path < a->path) {
      out.push_back({(b++)->path, CodeChange::Kind::kAdded, {}, {}});
    } else {
      if (a->sha256 != b->sha256 || a->executable != b->executable) {
        out.push_back(changed(*a, *b, text));
      }
      ++a;
      ++b;
    }
  }
  return out;
}

// Myers, An O(ND) Difference Algorithm and Its Variations (1986): the furthest place on
// each diagonal that d changes reach.
std::optional<LineCounts> line_changes(std::string_view before, std::string_view after) {
  const std::vector<std::string_view> a = lines_of(before);
  const std::vector<std::string_view> b = lines_of(after);
  const auto n = static_cast<std::int64_t>(a.size());
  const auto m = static_cast<std::int64_t>(b.size());
  const std::int64_t most = std::min<std::int64_t>(n + m, kMostChanges);
  std::vector<std::int64_t> furthest(static_cast<std::size_t>(2 * most + 3), 0);
  const auto at = [&](std::int64_t diagonal) -> std::int64_t& {
    return furthest[static_cast<std::size_t>(diagonal + most + 1)];
  };
  for (std::int64_t d = 0; d <= most; ++d) {
    for (std::int64_t k = -d; k <= d; k += 2) {
      std::int64_t x = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
      while (x < n && x - k < m &&
             a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)]) {
        ++x;
      }
      at(k) = x;
      if (x < n || x - k < m) continue;
      // d = added + removed, and m - n = added - removed.
      const std::int64_t added = (d + m - n) / 2;
      return LineCounts{static_cast<std::uint64_t>(added), static_cast<std::uint64_t>(d - added)};
    }
  }
  return std::nullopt;
}

}  // namespace polysweep
