#include "scoring/ngrams.h"

#include <algorithm>
#include <bit>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr std::uint32_t kNone = 0;  // the number of no n-gram
constexpr std::uint32_t kRoot = 1;  // the number of the empty n-gram

std::uint64_t key_of(std::uint32_t prefix, std::uint32_t symbol) {
  return (static_cast<std::uint64_t>(prefix) << 32) | symbol;
}

std::int64_t ngrams_in(std::size_t symbols, int order) {
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(symbols) - order + 1);
}

}  // namespace

void NgramMatcher::begin(std::size_t ngrams) {
  const std::size_t wanted = std::bit_ceil(std::max<std::size_t>(64, 2 * ngrams));
  if (slots_.size() < wanted) {
    slots_.assign(wanted, Slot{});
    round_ = 0;
  }
  if (++round_ == 0) {
    slots_.assign(slots_.size(), Slot{});
    round_ = 1;
  }
}

// The slot that holds `key` in this round, else the free one where it belongs.
NgramMatcher::Slot& NgramMatcher::slot_of(std::uint64_t key) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ULL) >> 32) & mask;
  while (slots_[at].round == round_ && slots_[at].key != key) at = (at + 1) & mask;
  return slots_[at];
}

std::vector<NgramMatches> NgramMatcher::match(std::span<const std::uint32_t> hypothesis,
                                              std::span<const std::uint32_t> reference,
                                              int max_order) {
  check(max_order >= 1, "n-grams have at least one symbol");
  begin(reference.size() * static_cast<std::size_t>(max_order));

  std::uint32_t next_number = kRoot;
  numbers_.assign(reference.size(), kRoot);
  for (int order = 1; order <= max_order; ++order) {
    for (std::int64_t i = 0; i < ngrams_in(reference.size(), order); ++i) {
      const std::uint64_t key = key_of(numbers_[i], reference[i + order - 1]);
      Slot& slot = slot_of(key);
      if (slot.round != round_) slot = {key, round_, 0, ++next_number};
      ++slot.left;
      numbers_[i] = slot.number;
    }
  }

  std::vector<NgramMatches> result(static_cast<std::size_t>(max_order));
  numbers_.assign(hypothesis.size(), kRoot);
  for (int order = 1; order <= max_order; ++order) {
    NgramMatches& found = result[static_cast<std::size_t>(order - 1)];
    found.hypothesis = ngrams_in(hypothesis.size(), order);
    found.reference = ngrams_in(reference.size(), order);
    for (std::int64_t i = 0; i < found.hypothesis; ++i) {
      if (numbers_[i] == kNone) continue;
      Slot& slot = slot_of(key_of(numbers_[i], hypothesis[i + order - 1]));
      if (slot.round != round_) {
        numbers_[i] = kNone;
        continue;
      }
      numbers_[i] = slot.number;
      if (slot.left > 0) {
        --slot.left;
        ++found.matches;
      }
    }
  }
  return result;
}

}  // namespace polysweep
