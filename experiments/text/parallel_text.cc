#include "experiments/text/parallel_text.h"

#include <algorithm>
#include <utility>

#include "framework/core/error.h"
#include "framework/core/utf8.h"
#include "scoring/unicode_text.h"

namespace polysweep {
namespace {

std::vector<std::string> lines_of(std::string_view content, std::string_view place) {
  std::vector<std::string> lines;
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!is_utf8(line))
      fail("{}:{}: not UTF-8; the corpus has to be UTF-8", place, lines.size() + 1);
    lines.emplace_back(line);
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  return lines;
}

}  // namespace

ParallelText parallel_text(std::string name, std::string_view source, std::string_view target,
                           std::string_view source_place, std::string_view target_place) {
  ParallelText text;
  text.name = std::move(name);
  text.source = lines_of(source, source_place);
  text.target = lines_of(target, target_place);
  if (text.source.size() != text.target.size()) {
    fail(
        "{} has {} lines and {} has {}: line i of one has to be the translation of line i of the "
        "other",
        source_place, text.source.size(), target_place, text.target.size());
  }
  if (text.source.empty()) fail("{} and {} have no lines", source_place, target_place);
  return text;
}

std::int64_t leave_out_empty_pairs(ParallelText& text) {
  ParallelText kept;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (split_words(text.source[i]).empty() || split_words(text.target[i]).empty()) continue;
    kept.source.push_back(std::move(text.source[i]));
    kept.target.push_back(std::move(text.target[i]));
  }
  const auto left_out = static_cast<std::int64_t>(text.size() - kept.size());
  text.source = std::move(kept.source);
  text.target = std::move(kept.target);
  return left_out;
}

}  // namespace polysweep
