#include "framework/sweep/plan/trial_collection.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "framework/core/digest.h"
#include "framework/core/error_place.h"
#include "framework/sweep/parameter_history.h"
#include "framework/sweep/plan/enumeration.h"

namespace polysweep {

namespace {

class Collector {
 public:
  Collector(const Sweep& sweep, const Expansion& expansion, DataFolder& data)
      : sweep_(sweep), expansion_(expansion), data_(data), fixed_applies_(sweep.fixed.size(), 0) {}

  TrialCollection collect();

 private:
  void expect_feasible(const Enumeration::Tally& tally) const;
  void set_exclusions(const Enumeration::Tally& tally);
  std::uint16_t digest_index(const Combination& combination);
  void take(const Combination& combination);
  void expect_effects() const;

  const Sweep& sweep_;
  const Expansion& expansion_;
  DataFolder& data_;
  TrialCollection out_;
  // By the data files that are read and the version in the identity.
  std::map<std::pair<std::vector<bool>, int>, std::uint16_t> digest_by_files_;
  std::vector<char> fixed_applies_;
  // Points that differ only in what does not apply, or is overridden, are one.
  std::unordered_set<TrialId> seen_;
  std::uint64_t repeated_ = 0;
  std::string parameters_;
  std::string identity_;
};

TrialCollection Collector::collect() {
  Enumeration enumeration(expansion_);
  const std::string& place = sweep_.places.at("factors");
  const Enumeration::Tally tally = in_place(place, [&] { return enumeration.tally(); });
  expect_feasible(tally);
  if (sweep_.experiment.command) out_.code_digest = sweep_.experiment.command->identity_code();
  out_.ids.reserve(tally.kept);
  out_.data_digest_of.reserve(tally.kept);
  out_.levels.reserve(tally.kept * sweep_.factors.size());
  enumeration.for_each([this](const Combination& combination) { take(combination); });
  check(out_.ids.size() + repeated_ == tally.kept, "the combinations visited are those counted");
  set_exclusions(tally);
  expect_effects();
  return std::move(out_);
}

void Collector::expect_feasible(const Enumeration::Tally& tally) const {
  const std::string& place = sweep_.places.at("factors");
  if (tally.kept == 0) {
    fail_at(place, "the sweep is empty: [[exclude]] and [[where]] leave none of {} combinations",
            tally.all());
  }
  if (tally.kept > kMaxTrials) {
    fail_at(place,
            "the sweep has {} trials or more, and a sweep can have at most {}; use fewer levels, "
            "or keep fewer combinations with [[where]]",
            tally.kept, kMaxTrials);
  }
}

void Collector::set_exclusions(const Enumeration::Tally& tally) {
  std::vector<std::string> reasons;
  for (const Selection& exclude : sweep_.excludes) reasons.push_back("exclude " + exclude.text);
  std::string kept;
  for (const Selection& where : sweep_.wheres) kept += (kept.empty() ? "" : " or ") + where.text;
  if (!kept.empty()) reasons.push_back("not where " + kept);
  check(reasons.size() == tally.left_out.size(), "each exclusion is counted");
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (tally.left_out[i] > 0) out_.exclusions.push_back({reasons[i], tally.left_out[i]});
  }
}

std::uint16_t Collector::digest_index(const Combination& combination) {
  std::vector<bool> files;
  for (std::size_t i = 0; i < expansion_.data_count(); ++i) {
    files.push_back(expansion_.reads(combination.open, i));
  }
  const int version = expansion_.identity_version(combination);
  const auto [place, is_new] = digest_by_files_.try_emplace({files, version}, 0);
  if (is_new) {
    std::string digest =
        data_.digest_for(sweep_.experiment.data, expansion_.parameters(combination));
    if (sweep_.experiment.command) {
      digest = sweep_.experiment.command->identity_digest(
          digest, earlier_parameters(sweep_.experiment.schema, version));
    }
    std::vector<std::string>& digests = out_.data_digests;
    auto known = std::find(digests.begin(), digests.end(), digest);
    if (known == digests.end()) known = digests.insert(digests.end(), digest);
    const auto index = known - digests.begin();
    check(index <= UINT16_MAX, "the distinct sets of data files of a sweep are few");
    place->second = static_cast<std::uint16_t>(index);
  }
  return place->second;
}

void Collector::take(const Combination& combination) {
  const std::uint16_t digest = digest_index(combination);
  parameters_.clear();
  const int version = expansion_.append_identity(combination, parameters_);
  identity_.clear();
  append_identity_text(identity_, {out_.code_digest, out_.data_digests[digest],
                                   sweep_.experiment.name, parameters_, version});
  if (identity_.size() > kMaxIdentityBytes) {
    fail_at(sweep_.places.at("factors"),
            "the parameters of a trial take {} bytes, and can take at most {}; use shorter texts, "
            "as the path of a file",
            identity_.size(), kMaxIdentityBytes);
  }
  const TrialId id = id_of_identity_text(identity_);
  if (sweep_.sample) {
    if (!seen_.insert(id).second) {
      ++repeated_;
      return;
    }
    out_.points.push_back(combination.point);
  }
  out_.ids.push_back(id);
  out_.data_digest_of.push_back(digest);
  for (std::size_t i = 0; i < sweep_.factors.size(); ++i) {
    out_.levels.push_back(expansion_.level(combination, i));
  }
  std::size_t fixed = 0;
  for (const auto& [name, value] : sweep_.fixed) {
    if (fixed_applies_[fixed] == 0) fixed_applies_[fixed] = expansion_.present(combination, name);
    ++fixed;
  }
}

// An override that narrows a factor may leave other lines of the file without
// effect; a file by itself, and the override's own argument, may not.
void Collector::expect_effects() const {
  const auto must = [&](const std::string& place) {
    return sweep_.overrides.empty() || place.starts_with("override ");
  };
  std::size_t fixed = 0;
  for (const auto& [name, value] : sweep_.fixed) {
    const std::string& place = sweep_.places.at("fixed " + name);
    if (fixed_applies_[fixed++] == 0 && must(place)) {
      fail_at(place, "'{}' is fixed but applies to no trial; leave it out", name);
    }
  }
  const std::size_t width = sweep_.factors.size();
  for (std::size_t i = 0; i < width; ++i) {
    const std::string& name = sweep_.factors[i].name;
    const std::string& place = sweep_.places.at("factor " + name);
    bool applies = !must(place);
    for (std::size_t at = i; at < out_.levels.size() && !applies; at += width) {
      applies = out_.levels[at] != 0;
    }
    if (!applies) fail_at(place, "factor '{}' applies to no trial; leave it out", name);
  }
}

bool is_drawn(const Sweep& sweep, const std::string& factor) {
  if (!sweep.sample) return false;
  const std::vector<std::string>& drawn = sweep.sample->factors;
  return std::find(drawn.begin(), drawn.end(), factor) != drawn.end();
}

// The order of plan.h over rows of levels.
class RowOrder {
 public:
  RowOrder(const Sweep& sweep, const TrialCollection& collection)
      : levels_(collection.levels), points_(collection.points), width_(sweep.factors.size()) {
    bool has_points = false;
    for (std::size_t i = 0; i < width_; ++i) {
      const std::string& name = sweep.factors[i].name;
      if (is_drawn(sweep, name)) {
        if (!std::exchange(has_points, true)) columns_.push_back(kPoints);
        continue;
      }
      const bool is_replicate = name == sweep.replicate;
      columns_.insert(is_replicate ? columns_.begin() : columns_.end(), i);
    }
  }

  bool operator()(std::uint32_t a, std::uint32_t b) const {
    for (const std::size_t column : columns_) {
      if (column == kPoints) {
        if (points_[a] != points_[b]) return points_[a] < points_[b];
        continue;
      }
      // An absent factor sorts as its first level.
      const auto x = std::max<std::uint16_t>(levels_[a * width_ + column], 1);
      const auto y = std::max<std::uint16_t>(levels_[b * width_ + column], 1);
      if (x != y) return x < y;
    }
    return false;
  }

 private:
  static constexpr std::size_t kPoints = static_cast<std::size_t>(-1);

  const std::vector<std::uint16_t>& levels_;
  const std::vector<std::uint16_t>& points_;
  std::size_t width_;
  std::vector<std::size_t> columns_;
};

template <typename T>
std::vector<T> reordered(const std::vector<T>& rows, const std::vector<std::uint32_t>& order,
                         std::size_t width) {
  std::vector<T> out;
  out.reserve(rows.size());
  for (const std::uint32_t row : order) {
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(row * width);
    out.insert(out.end(), begin, begin + static_cast<std::ptrdiff_t>(width));
  }
  return out;
}

void sort_rows(const Sweep& sweep, TrialCollection& collection) {
  std::vector<std::uint32_t> order(collection.ids.size());
  std::iota(order.begin(), order.end(), 0);
  const RowOrder before(sweep, collection);
  if (std::is_sorted(order.begin(), order.end(), before)) return;
  std::sort(order.begin(), order.end(), before);
  collection.ids = reordered(collection.ids, order, 1);
  collection.data_digest_of = reordered(collection.data_digest_of, order, 1);
  collection.levels = reordered(collection.levels, order, sweep.factors.size());
}

}  // namespace

TrialCollection collect_trials(const Sweep& sweep, const Expansion& expansion, DataFolder& data) {
  TrialCollection out = Collector(sweep, expansion, data).collect();
  sort_rows(sweep, out);
  return out;
}

}  // namespace polysweep
