#include "framework/sweep/plan/enumeration.h"

#include <algorithm>
#include <limits>

#include "framework/core/error.h"

namespace polysweep {

namespace {

// Bound the time to about a minute and the memory to about a gigabyte.
constexpr std::uint64_t kMaxCounted = 300'000'000;
constexpr std::size_t kMaxClasses = 2'000'000;
constexpr std::size_t kMaxCounters = 30'000'000;

std::uint64_t sum_of(std::uint64_t a, std::uint64_t b) {
  std::uint64_t out = 0;
  return __builtin_add_overflow(a, b, &out) ? std::numeric_limits<std::uint64_t>::max() : out;
}

}  // namespace

std::uint64_t Enumeration::Tally::all() const {
  std::uint64_t out = kept;
  for (const std::uint64_t count : left_out) out = sum_of(out, count);
  return out;
}

Enumeration::Enumeration(const Expansion& expansion) : expansion_(expansion) {}

const Enumeration::Tally& Enumeration::tally() { return count_from(0, expansion_.start()); }

std::string Enumeration::class_of(std::size_t at, const Combination& settled) const {
  ConditionBits open = settled.open;
  expansion_.keep_pending(at, open);
  std::string key(sizeof at + open.size() * sizeof open[0], '\0');
  std::copy_n(reinterpret_cast<const char*>(&at), sizeof at, key.data());
  std::copy_n(reinterpret_cast<const char*>(open.data()), open.size() * sizeof open[0],
              key.data() + sizeof at);
  return key;
}

bool Enumeration::is_kept(const ConditionBits& open) const {
  for (std::size_t i = 0; i < expansion_.exclude_count(); ++i) {
    if (expansion_.excluded_by(open, i)) return false;
  }
  if (expansion_.where_count() == 0) return true;
  for (std::size_t i = 0; i < expansion_.where_count(); ++i) {
    if (expansion_.selected_by(open, i)) return true;
  }
  return false;
}

void Enumeration::add_end(const ConditionBits& open, Tally& sum) const {
  if (is_kept(open)) {
    sum.kept = sum_of(sum.kept, 1);
    return;
  }
  std::size_t reason = 0;
  while (reason < expansion_.exclude_count() && !expansion_.excluded_by(open, reason)) ++reason;
  sum.left_out[reason] = sum_of(sum.left_out[reason], 1);
}

const Enumeration::Tally& Enumeration::count_from(std::size_t at, const Combination& settled) {
  std::string key = class_of(at, settled);
  if (const auto known = classes_.find(key); known != classes_.end()) return known->second;
  Tally sum;
  sum.left_out.resize(expansion_.exclude_count() + (expansion_.where_count() > 0 ? 1 : 0));
  settle_and_count(at, settled, sum);
  if (classes_.size() >= std::min(kMaxClasses, kMaxCounters / (1 + sum.left_out.size()))) {
    fail(
        "the conditions of the sweep (when, [[exclude]], [[where]]) cut its combinations into more "
        "than {} classes; use fewer conditions or factors",
        classes_.size());
  }
  return classes_.emplace(std::move(key), std::move(sum)).first->second;
}

// Sums over the levels of step `at`.
void Enumeration::settle_and_count(std::size_t at, const Combination& settled, Tally& sum) {
  const std::vector<Expansion::Step>& steps = expansion_.steps();
  if (at == steps.size()) {
    add_end(settled.open, sum);
    return;
  }
  bool seen_without = false;
  for (std::size_t level = 0; level < std::max<std::size_t>(steps[at].levels, 1); ++level) {
    Combination next = settled;
    if (!expansion_.settle(at, level, next)) {
      if (seen_without) continue;
      seen_without = true;
    }
    counted_ += 1 + sum.left_out.size();
    if (counted_ > kMaxCounted) {
      fail(
          "the sweep has too many combinations of levels and conditions to count in reasonable "
          "time ({} steps); use fewer levels or conditions",
          kMaxCounted);
    }
    const Tally& part = count_from(at + 1, next);
    sum.kept = sum_of(sum.kept, part.kept);
    for (std::size_t i = 0; i < sum.left_out.size(); ++i) {
      sum.left_out[i] = sum_of(sum.left_out[i], part.left_out[i]);
    }
    if (seen_without && steps[at].slots.size() == 1) break;
  }
}

void Enumeration::for_each(const std::function<void(const Combination&)>& visit) {
  tally();
  visit_ = &visit;
  Combination settled = expansion_.start();
  visit_from(0, settled);
  visit_ = nullptr;
}

// Whether any combination that begins with `settled` is kept.
bool Enumeration::continues(std::size_t at, const Combination& settled) {
  if (expansion_.exclude_count() + expansion_.where_count() == 0) return true;
  if (at == expansion_.steps().size()) return is_kept(settled.open);
  return count_from(at, settled).kept > 0;
}

void Enumeration::visit_from(std::size_t at, Combination& settled) {
  const std::vector<Expansion::Step>& steps = expansion_.steps();
  if (at == steps.size()) {
    (*visit_)(settled);
    return;
  }
  const ConditionBits open = settled.open;
  bool seen_without = false;
  for (std::size_t level = 0; level < std::max<std::size_t>(steps[at].levels, 1); ++level) {
    settled.open = open;
    if (!expansion_.settle(at, level, settled)) {
      if (seen_without) continue;
      seen_without = true;
    }
    if (continues(at + 1, settled)) visit_from(at + 1, settled);
    if (seen_without && steps[at].slots.size() == 1) break;
  }
  settled.open = open;
}

}  // namespace polysweep
