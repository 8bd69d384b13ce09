#include "framework/sweep/output_pattern.h"

#include <re2/re2.h>

#include <array>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

constexpr std::size_t kMostGroups = 64;

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

}  // namespace

OutputPattern::OutputPattern(std::string text)
    : text_(std::move(text)), line_(std::make_unique<RE2>(text_, quiet())) {
  if (!line_->ok()) {
    const std::size_t at = text_.find(line_->error_arg());
    fail("the pattern {} does not compile (RE2 syntax), column {}: {}", in_quotes(text_),
         (at == std::string::npos ? 0 : at) + 1, line_->error());
  }
  bool useful = false;
  for (const auto& [number, name] : line_->CapturingGroupNames()) {
    groups_.emplace_back(number, name);
    useful = useful || name != "step";
  }
  if (!useful) {
    fail(
        "the pattern {} has no named group that is a metric, to its end at column {}; expected one "
        "such as (?P<loss>\\S+)",
        in_quotes(text_), text_.size() + 1);
  }
  if (static_cast<std::size_t>(line_->NumberOfCapturingGroups()) >= kMostGroups) {
    fail("the pattern {} has {} groups; at most {} are allowed", in_quotes(text_),
         line_->NumberOfCapturingGroups(), kMostGroups - 1);
  }
  // The ends of a text are not those of its lines.
  const bool text_ends = text_.find("\\A") != std::string::npos ||
                         text_.find("\\z") != std::string::npos ||
                         text_.find("(?-m") != std::string::npos;
  if (!text_ends) {
    any_ = std::make_unique<RE2>("(?m:" + text_ + ")", quiet());
    if (!any_->ok()) any_.reset();
  }
}

OutputPattern::OutputPattern(OutputPattern&& other) noexcept = default;
OutputPattern::~OutputPattern() = default;

bool OutputPattern::match(std::string_view line, std::vector<Group>& groups) const {
  std::array<re2::StringPiece, kMostGroups> found;
  const int count = line_->NumberOfCapturingGroups() + 1;
  const re2::StringPiece text(line.data(), line.size());
  if (!line_->Match(text, 0, text.size(), RE2::UNANCHORED, found.data(), count)) return false;
  groups.clear();
  for (const auto& [number, name] : groups_) {
    const re2::StringPiece& value = found[static_cast<std::size_t>(number)];
    if (value.data() != nullptr) groups.push_back({name, {value.data(), value.size()}});
  }
  return true;
}

std::size_t OutputPattern::find_candidate(std::string_view text) const {
  if (text.empty()) return std::string_view::npos;
  if (any_ == nullptr) return 0;
  re2::StringPiece found;
  const re2::StringPiece all(text.data(), text.size());
  if (!any_->Match(all, 0, all.size(), RE2::UNANCHORED, &found, 1)) return std::string_view::npos;
  return static_cast<std::size_t>(found.data() - all.data());
}

}  // namespace polysweep
