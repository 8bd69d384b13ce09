#include "experiments/text/byte_pair_merges.h"

#include <algorithm>
#include <queue>
#include <set>
#include <tuple>

#include "framework/core/error.h"
#include "framework/core/utf8.h"

namespace polysweep {
namespace {

constexpr std::string_view kWordEnd = "</w>";

// A word's characters, the last with its mark.
std::vector<std::string> characters_of(std::string_view word) {
  std::vector<std::string> characters;
  for (const char byte : word) {
    if (!is_utf8_continuation(byte) || characters.empty()) characters.emplace_back();
    characters.back() += byte;
  }
  if (!characters.empty()) characters.back() += kWordEnd;
  return characters;
}

// Joins every `pair` of neighbours, from the left; overlapping ones once.
template <typename Part>
void join(std::vector<Part>& word, const std::pair<Part, Part>& pair, const Part& joined) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool here = i + 1 < word.size() && word[i] == pair.first && word[i + 1] == pair.second;
    if (here) {
      word[kept] = joined;
      ++i;
    } else if (kept != i) {
      word[kept] = std::move(word[i]);
    }
    ++kept;
  }
  word.resize(kept);
}

// Parts are numbers while rules are learned.
class Learner {
 public:
  explicit Learner(const std::map<std::string, std::int64_t>& words) {
    for (const auto& [text, count] : words) {
      Word& word = words_.emplace_back();
      word.count = count;
      for (const std::string& part : characters_of(text)) word.parts.push_back(number(part));
      add(words_.size() - 1);
    }
    for (const auto& [pair, seen] : pairs_) offer(pair);
  }

  // False where no pair occurs twice.
  bool learn(std::vector<MergeRule>& rules) {
    while (!best_.empty()) {
      const Candidate candidate = best_.top();
      best_.pop();
      const auto found = pairs_.find(candidate.pair);
      // Each change of a count pushes a new entry: older ones are out of date.
      if (found == pairs_.end() || found->second.count != candidate.count) continue;
      if (candidate.count < 2) return false;
      const auto [first, second] = candidate.pair;
      rules.emplace_back(names_[first], names_[second]);
      apply(candidate.pair);
      return true;
    }
    return false;
  }

 private:
  using Pair = std::pair<std::size_t, std::size_t>;

  struct Word {
    std::vector<std::size_t> parts;
    std::int64_t count = 0;
  };
  struct Seen {
    std::int64_t count = 0;
    std::set<std::size_t> words;
  };
  struct Candidate {
    std::int64_t count;
    MergeRule rule;
    Pair pair;

    bool operator<(const Candidate& other) const {
      return std::tie(count, rule) < std::tie(other.count, other.rule);
    }
  };

  std::size_t number(const std::string& name) {
    const auto [at, is_new] = numbers_.emplace(name, names_.size());
    if (is_new) names_.push_back(name);
    return at->second;
  }

  void add(std::size_t index) {
    const Word& word = words_[index];
    for (std::size_t i = 0; i + 1 < word.parts.size(); ++i) {
      Seen& seen = pairs_[{word.parts[i], word.parts[i + 1]}];
      seen.count += word.count;
      seen.words.insert(index);
    }
  }

  void take_away(std::size_t index, std::set<Pair>& changed) {
    const Word& word = words_[index];
    for (std::size_t i = 0; i + 1 < word.parts.size(); ++i) {
      const Pair pair = {word.parts[i], word.parts[i + 1]};
      Seen& seen = pairs_[pair];
      seen.count -= word.count;
      seen.words.erase(index);
      changed.insert(pair);
    }
  }

  void offer(const Pair& pair) {
    best_.push({pairs_[pair].count, {names_[pair.first], names_[pair.second]}, pair});
  }

  void apply(const Pair& pair) {
    const std::size_t joined = number(names_[pair.first] + names_[pair.second]);
    const std::set<std::size_t> words = pairs_[pair].words;
    std::set<Pair> changed;
    for (const std::size_t index : words) {
      take_away(index, changed);
      join(words_[index].parts, pair, joined);
      add(index);
      const std::vector<std::size_t>& parts = words_[index].parts;
      for (std::size_t i = 0; i + 1 < parts.size(); ++i) changed.insert({parts[i], parts[i + 1]});
    }
    for (const Pair& one : changed) {
      if (pairs_[one].count > 0) {
        offer(one);
      } else {
        pairs_.erase(one);
      }
    }
  }

  std::vector<Word> words_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> numbers_;
  std::map<Pair, Seen> pairs_;
  std::priority_queue<Candidate> best_;
};

}  // namespace

std::vector<MergeRule> learn_merge_rules(const std::map<std::string, std::int64_t>& words,
                                         std::int64_t count) {
  Learner learner(words);
  std::vector<MergeRule> rules;
  while (static_cast<std::int64_t>(rules.size()) < count && learner.learn(rules)) {
  }
  return rules;
}

MergeRules::MergeRules(const std::vector<MergeRule>& rules) {
  for (const MergeRule& rule : rules) ranks_.emplace(rule, ranks_.size());
}

std::vector<std::string> MergeRules::parts_of(std::string_view word) const {
  std::vector<std::string> parts = characters_of(word);
  check(!parts.empty(), "a word has a character");
  while (parts.size() > 1) {
    auto best = ranks_.end();
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ranks_.find({parts[i], parts[i + 1]});
      if (found == ranks_.end()) continue;
      if (best == ranks_.end() || found->second < best->second) best = found;
    }
    if (best == ranks_.end()) break;
    join(parts, best->first, best->first.first + best->first.second);
  }
  parts.back().resize(parts.back().size() - kWordEnd.size());
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) parts[i] += kPartJoin;
  return parts;
}

}  // namespace polysweep
