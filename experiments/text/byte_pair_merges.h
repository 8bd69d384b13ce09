// Byte pair encoding of tokenised text, as subword-nmt learns and applies it
// (Sennrich, Haddow & Birch 2016; its file format 0.2).
//
// A word is taken apart into its characters, the last one marked with "</w>",
// and pairs of neighbours are joined again by learned rules. Words never mix.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace polysweep {

// Two neighbours that become one part.
using MergeRule = std::pair<std::string, std::string>;

// At most `count` rules, first learned first: each joins the pair that is most
// frequent then, of equally frequent ones the greatest by code points. Ends
// early where no pair is left that occurs twice. `words`: how often each occurs,
// UTF-8.
std::vector<MergeRule> learn_merge_rules(const std::map<std::string, std::int64_t>& words,
                                         std::int64_t count);

// What stands behind every part of a word but the last.
inline constexpr std::string_view kPartJoin = "@@";

// Rules at work. Immutable.
class MergeRules {
 public:
  explicit MergeRules(const std::vector<MergeRule>& rules);

  // The parts of a word that is not empty, all but the last followed by kPartJoin.
  std::vector<std::string> parts_of(std::string_view word) const;

 private:
  std::map<MergeRule, std::size_t> ranks_;
};

}  // namespace polysweep
