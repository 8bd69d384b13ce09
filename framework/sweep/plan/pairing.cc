#include "framework/sweep/plan/pairing.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "framework/core/error.h"

namespace polysweep {

namespace {

// Per factor: whether it applies. Cells have few masks: as many as the conditions
// can make.
using Mask = std::vector<bool>;

class Pairing {
 public:
  Pairing(const Sweep& sweep, const std::vector<std::uint16_t>& levels)
      : sweep_(sweep), levels_(levels), wanted_(sweep.factors.size(), 0) {
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const Factor& factor = sweep_.factors[i];
      const Value* value = sweep_.baseline.find(factor.name);
      if (value == nullptr) continue;
      const auto level = std::find(factor.levels.begin(), factor.levels.end(), *value);
      wanted_[i] = static_cast<std::uint16_t>(level - factor.levels.begin() + 1);
    }
  }

  std::vector<std::int32_t> pair();

 private:
  using Table = std::unordered_map<std::string, std::int32_t>;

  std::uint16_t level(std::size_t cell, std::size_t factor) const {
    return levels_[cell * wanted_.size() + factor];
  }
  bool is_baseline(std::size_t cell) const;
  Mask mask_of(std::size_t cell) const;
  Mask shared(const Mask& a, const Mask& b) const;
  std::string projection(std::size_t cell, const Mask& mask) const;
  // First baseline cell by its levels under `mask`, of the baselines in `group`.
  const Table& table(const Mask& group, const Mask& mask);

  const Sweep& sweep_;
  const std::vector<std::uint16_t>& levels_;
  std::vector<std::uint16_t> wanted_;  // per factor: the baseline's level + 1, 0: any
  std::map<Mask, std::vector<std::int32_t>> baselines_;
  std::map<std::pair<Mask, Mask>, Table> tables_;
};

bool Pairing::is_baseline(std::size_t cell) const {
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    if (wanted_[i] != 0 && wanted_[i] != level(cell, i)) return false;
  }
  return true;
}

Mask Pairing::mask_of(std::size_t cell) const {
  Mask mask(wanted_.size());
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask[i] = level(cell, i) != 0 && wanted_[i] == 0 && sweep_.factors[i].name != sweep_.replicate;
  }
  return mask;
}

Mask Pairing::shared(const Mask& a, const Mask& b) const {
  Mask both(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) both[i] = a[i] && b[i];
  return both;
}

std::string Pairing::projection(std::size_t cell, const Mask& mask) const {
  std::string out;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (!mask[i]) continue;
    out += static_cast<char>(level(cell, i) & 0xff);
    out += static_cast<char>(level(cell, i) >> 8);
  }
  return out;
}

const Pairing::Table& Pairing::table(const Mask& group, const Mask& mask) {
  const auto [place, is_new] = tables_.try_emplace({group, mask});
  if (is_new) {
    for (const std::int32_t cell : baselines_.at(group)) {
      place->second.emplace(projection(static_cast<std::size_t>(cell), mask), cell);
    }
  }
  return place->second;
}

std::vector<std::int32_t> Pairing::pair() {
  const std::size_t count = levels_.size() / wanted_.size();
  std::vector<std::int32_t> baseline_of(count, -1);
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_baseline(i)) continue;
    baseline_of[i] = static_cast<std::int32_t>(i);
    baselines_[mask_of(i)].push_back(baseline_of[i]);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (baseline_of[i] >= 0) continue;
    const Mask mask = mask_of(i);
    for (const auto& [group, members] : baselines_) {
      const Mask both = shared(mask, group);
      const Table& first = table(group, both);
      const auto found = first.find(projection(i, both));
      if (found == first.end()) continue;
      const bool earlier = baseline_of[i] < 0 || found->second < baseline_of[i];
      if (earlier) baseline_of[i] = found->second;
    }
  }
  return baseline_of;
}

}  // namespace

std::vector<std::int32_t> pair_with_baseline(const Sweep& sweep,
                                             const std::vector<std::uint16_t>& levels) {
  check(!sweep.baseline.empty() && levels.size() % sweep.factors.size() == 0,
        "a sweep with a baseline has factors, and each cell has a level of each");
  return Pairing(sweep, levels).pair();
}

}  // namespace polysweep
