#include "framework/core/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "framework/core/utf8.h"

namespace polysweep {

namespace {

constexpr std::size_t kQuotedBytes = 60;
constexpr std::size_t kComparedBytes = 200;
constexpr std::size_t kListedNames = 60;

// Optimal string alignment.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

struct Shown {
  std::string text;
  bool is_cut = false;
};

// The beginning of a name, fit for a terminal.
Shown shown_part(std::string_view name) {
  Shown out;
  std::size_t at = 0;
  while (at < name.size() && at < kQuotedBytes) {
    const CodePoint point = first_code_point(name.substr(at));
    const bool is_control = point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0);
    const std::size_t size = std::max<std::size_t>(point.size, 1);
    for (const char c : name.substr(at, size)) {
      if (point.size == 0 || is_control) {
        out.text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      } else {
        out.text += c;
      }
    }
    at += size;
  }
  out.is_cut = at < name.size();
  return out;
}

}  // namespace

std::string suggestion(std::string_view unknown, std::span<const std::string> known) {
  if (unknown.size() > kComparedBytes) return "";
  const std::string* best = nullptr;
  std::size_t best_distance = unknown.size() / 3 + 1;
  for (const std::string& name : known) {
    if (name.size() > unknown.size() + best_distance) continue;
    const std::size_t distance = edit_distance(unknown, name);
    if (distance >= best_distance) continue;
    best = &name;
    best_distance = distance;
  }
  return best == nullptr ? "" : fmt::format(" (did you mean {}?)", in_quotes(*best));
}

std::string suggestion_or_abbreviation(std::string_view unknown,
                                       std::span<const std::string> known) {
  constexpr std::size_t kShortest = 3;
  std::string near = suggestion(unknown, known);
  if (!near.empty()) return near;
  for (const std::string& name : known) {
    const bool begins = unknown.starts_with(name) || std::string_view(name).starts_with(unknown);
    if (begins && std::min(name.size(), unknown.size()) >= kShortest) {
      return fmt::format(" (did you mean {}?)", in_quotes(name));
    }
  }
  return "";
}

std::string in_quotes(std::string_view name) {
  const Shown shown = shown_part(name);
  if (shown.is_cut) return fmt::format("'{}...' ({} bytes)", shown.text, name.size());
  return "'" + shown.text + "'";
}

std::string unknown_name(std::string_view kind, std::string_view unknown,
                         std::span<const std::string> known) {
  std::string out = fmt::format("unknown {} {}", kind, in_quotes(unknown));
  const std::string near = suggestion(unknown, known);
  if (!near.empty() || known.empty()) return out + near;
  out += "; known: ";
  for (std::size_t i = 0; i < known.size() && i < kListedNames; ++i) {
    const Shown shown = shown_part(known[i]);
    out += (i == 0 ? "" : ", ") + shown.text + (shown.is_cut ? "..." : "");
  }
  if (known.size() > kListedNames) out += ", ...";
  return out;
}

}  // namespace polysweep
