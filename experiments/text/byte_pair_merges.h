// Byte pair encoding of tokenised text, as subword-nmt learns and applies it
// (Sennrich, Haddow & Birch 2016; its file format 0.2).
//
// A word is split into its characters, the last one marked with "</w>",
// and neighbouring parts are merged by learned rules, never across words.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace polysweep {

// Two neighbouring parts that are merged into one.
using MergeRule = std::pair<std::string, std::string>;

// At most `count` rules, first learned first: each joins the pair that is most
// frequent then, of equally frequent ones the greatest by code points. Stops
// early if no pair occurs twice. `words`: how often each occurs,
// UTF-8.
std::vector<MergeRule> learn_merge_rules(const std::map<std::string, std::int64_t>& words,
                                         std::int64_t count);

// Suffix of every part of a word except the last.
inline constexpr std::string_view kPartJoin = "@@";

// Applies the rules. Immutable.
class MergeRules {
 public:
  explicit MergeRules(const std::vector<MergeRule>& rules);

  // The parts of a word that is not empty, all but the last followed by kPartJoin.
  std::vector<std::string> parts_of(std::string_view word) const;

 private:
  std::map<MergeRule, std::size_t> ranks_;
};

}  // namespace polysweep
