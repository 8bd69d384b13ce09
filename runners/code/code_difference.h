// How the code of two versions differs: files, and lines of those that are text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/command_spec.h"

namespace polysweep {

struct CodeChange {
  enum class Kind : std::uint8_t { kAdded, kRemoved, kChanged, kMode };
  std::string path;
  Kind kind = Kind::kChanged;
  // Lines of the second that the first lacks, and the other way round; empty where a
  // content is not text, is not at hand, or is too long to compare.
  std::optional<std::uint64_t> lines_added;
  std::optional<std::uint64_t> lines_removed;
};

// The content of a file of code; empty where it is not at hand.
using CodeText = std::function<std::optional<std::string>(const InputFile&)>;
// From a store's objects, else from the work tree below `root` if its digest agrees.
CodeText code_text(std::filesystem::path store, std::filesystem::path root);

// By path. Both are sorted by path.
std::vector<CodeChange> code_changes(const std::vector<InputFile>& before,
                                     const std::vector<InputFile>& after, const CodeText& text);

// Lines to add to `before`, and to remove from it, to have `after`: the fewest. Empty
// where that are more than some thousands.
struct LineCounts {
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
};
std::optional<LineCounts> line_changes(std::string_view before, std::string_view after);

}  // namespace polysweep
