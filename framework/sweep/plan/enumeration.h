// Counts and visits the combinations of a sweep that its [[exclude]] and
// [[where]] keep, without making those that they leave out.
//
// Prefixes of combinations for which the same conditions are still open have
// the same continuations: each such class is counted once. The cost grows with
// the number of classes and with what is kept, not with the number of
// combinations.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "framework/sweep/plan/expansion.h"

namespace polysweep {

class Enumeration {
 public:
  // All numbers stop growing at the largest that a uint64 holds.
  struct Tally {
    std::uint64_t kept = 0;
    // Per exclude what it is the first to leave out; with wheres one more: what
    // none of them keeps.
    std::vector<std::uint64_t> left_out;

    std::uint64_t all() const;
  };

  // `expansion` must outlive this.
  explicit Enumeration(const Expansion& expansion);

  // Throws Error if the conditions cut the combinations into too many classes
  // to be counted in reasonable time and memory.
  const Tally& tally();

  // Calls `visit` for each combination that is kept. The replicate varies
  // slowest, unless a condition forbids it.
  void for_each(const std::function<void(const Combination&)>& visit);

 private:
  const Tally& count_from(std::size_t at, const Combination& settled);
  void settle_and_count(std::size_t at, const Combination& settled, Tally& sum);
  void add_end(const ConditionBits& open, Tally& sum) const;
  bool is_kept(const ConditionBits& open) const;
  bool continues(std::size_t at, const Combination& settled);
  void visit_from(std::size_t at, Combination& settled);
  std::string class_of(std::size_t at, const Combination& settled) const;

  const Expansion& expansion_;
  const std::function<void(const Combination&)>* visit_ = nullptr;
  std::unordered_map<std::string, Tally> classes_;
  std::uint64_t counted_ = 0;
};

}  // namespace polysweep
