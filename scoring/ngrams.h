// How many n-grams two sequences have in common, for all orders at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace polysweep {

struct NgramMatches {
  std::int64_t hypothesis = 0;  // n-grams of the hypothesis
  std::int64_t reference = 0;   // n-grams of the reference
  std::int64_t matches = 0;     // in both, clipped to the smaller count

  friend bool operator==(const NgramMatches&, const NgramMatches&) = default;
};

// Exact: n-grams are numbered in a trie, nothing is told apart by its hash.
// Reuse one object for many sentences: it keeps its memory. Not thread-safe.
class NgramMatcher {
 public:
  // Entry n-1 of the result is about n-grams; orders 1..max_order.
  std::vector<NgramMatches> match(std::span<const std::uint32_t> hypothesis,
                                  std::span<const std::uint32_t> reference, int max_order);

 private:
  struct Slot {
    std::uint64_t key = 0;  // number of the n-gram without its last symbol, the symbol
    std::uint32_t round = 0;
    std::uint32_t left = 0;  // times the reference has it, less the matches so far
    std::uint32_t number = 0;
  };
  void begin(std::size_t ngrams);
  Slot& slot_of(std::uint64_t key);

  std::vector<Slot> slots_;
  std::uint32_t round_ = 0;
  std::vector<std::uint32_t> numbers_;
};

}  // namespace polysweep
