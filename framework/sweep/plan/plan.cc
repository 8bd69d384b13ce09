#include "framework/sweep/plan/plan.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "framework/core/digest.h"
#include "framework/core/error_place.h"
#include "framework/core/utf8.h"
#include "framework/sweep/plan/expansion.h"
#include "framework/sweep/plan/pairing.h"

namespace polysweep {

namespace {

constexpr std::uint64_t kMaxTrials = std::uint64_t{1} << 31;

// What the combinations of a sweep come to, in the order of the expansion.
class Collection {
 public:
  Collection(const Sweep& sweep, DataFolder& data);

  void collect();

  std::vector<TrialId> ids;
  std::vector<std::uint16_t> levels;  // ids.size() x factors
  std::vector<std::string> digests;   // the distinct data digests
  std::vector<std::uint16_t> digest_of;
  std::vector<Exclusion> exclusions;

 private:
  bool left_out();
  std::uint16_t digest_index();
  void take();
  void expect_effects() const;

  const Sweep& sweep_;
  DataFolder& data_;
  Expansion expansion_;
  std::vector<Expansion::Tests> excludes_;
  std::vector<Expansion::Tests> wheres_;
  std::vector<Expansion::Tests> data_when_;
  std::map<std::vector<bool>, std::uint16_t> digest_by_files_;
  std::vector<char> fixed_applies_;
  std::string text_;
  std::string end_;
  Sha256 hash_;
};

Collection::Collection(const Sweep& sweep, DataFolder& data)
    : sweep_(sweep), data_(data), expansion_(sweep), fixed_applies_(sweep.fixed.size(), 0) {
  std::string kept;
  for (const Selection& selection : sweep.excludes) {
    excludes_.push_back(expansion_.compile(selection.conditions));
    exclusions.push_back({"exclude " + selection.text, 0});
  }
  for (const Selection& selection : sweep.wheres) {
    wheres_.push_back(expansion_.compile(selection.conditions));
    kept += (kept.empty() ? "" : " or ") + selection.text;
  }
  if (!wheres_.empty()) exclusions.push_back({"not where " + kept, 0});
  for (const DataSpec& spec : sweep.experiment.data) {
    data_when_.push_back(expansion_.compile(spec.when));
  }
  end_ = fmt::format(",\"version\":{}}}", sweep.experiment.version);
}

bool Collection::left_out() {
  for (std::size_t i = 0; i < excludes_.size(); ++i) {
    if (!expansion_.holds(excludes_[i])) continue;
    ++exclusions[i].count;
    return true;
  }
  const bool kept =
      wheres_.empty() || std::any_of(wheres_.begin(), wheres_.end(),
                                     [&](const auto& tests) { return expansion_.holds(tests); });
  if (!kept) ++exclusions.back().count;
  return !kept;
}

std::uint16_t Collection::digest_index() {
  std::vector<bool> files;
  for (const Expansion::Tests& tests : data_when_) files.push_back(expansion_.holds(tests));
  const auto [place, is_new] = digest_by_files_.try_emplace(files, 0);
  if (is_new) {
    std::string canonical;
    expansion_.append_canonical(canonical);
    std::string digest = data_.digest_for(sweep_.experiment.data, Parameters::from_json(canonical));
    if (sweep_.experiment.command) digest = sweep_.experiment.command->identity_digest(digest);
    auto known = std::find(digests.begin(), digests.end(), digest);
    if (known == digests.end()) known = digests.insert(digests.end(), digest);
    place->second = static_cast<std::uint16_t>(known - digests.begin());
  }
  return place->second;
}

void Collection::take() {
  if (left_out()) return;
  const std::uint16_t digest = digest_index();
  text_ = "{\"data\":\"";
  text_ += digests[digest];
  text_ += "\",\"experiment\":";
  append_json_text(text_, sweep_.experiment.name);
  text_ += ",\"parameters\":";
  expansion_.append_canonical(text_);
  text_ += end_;
  hash_.update(text_);
  const Sha256Bytes bytes = hash_.finish();
  TrialId& id = ids.emplace_back();
  std::copy_n(bytes.begin(), id.bytes.size(), id.bytes.begin());
  digest_of.push_back(digest);
  for (std::size_t i = 0; i < sweep_.factors.size(); ++i) levels.push_back(expansion_.level(i));
  std::size_t fixed = 0;
  for (const auto& [name, value] : sweep_.fixed) {
    if (fixed_applies_[fixed] == 0) fixed_applies_[fixed] = expansion_.present(name);
    ++fixed;
  }
}

void Collection::collect() {
  const std::uint64_t count = expansion_.count();
  if (count > kMaxTrials) {
    fail_at(sweep_.places.at("factors"),
            "the factors have {} combinations or more; a sweep has at most {} trials", count,
            kMaxTrials);
  }
  ids.reserve(count);
  digest_of.reserve(count);
  levels.reserve(count * sweep_.factors.size());
  expansion_.for_each([this] { take(); });
  if (ids.empty()) {
    fail_at(sweep_.places.at("factors"),
            "the sweep is empty: [[exclude]] and [[where]] leave none of {} combinations", count);
  }
  std::erase_if(exclusions, [](const Exclusion& exclusion) { return exclusion.count == 0; });
  expect_effects();
}

// What an override narrows may leave other words without effect; a file by
// itself, and the override's own word, may not.
void Collection::expect_effects() const {
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
    for (std::size_t at = i; at < levels.size() && !applies; at += width) applies = levels[at] != 0;
    if (!applies) fail_at(place, "factor '{}' applies to no trial; leave it out", name);
  }
}

// The order of plan.h over rows of levels.
class RowOrder {
 public:
  RowOrder(const Sweep& sweep, const std::vector<std::uint16_t>& levels)
      : levels_(levels), width_(sweep.factors.size()) {
    for (std::size_t i = 0; i < width_; ++i) {
      const bool is_replicate = sweep.factors[i].name == sweep.replicate;
      columns_.insert(is_replicate ? columns_.begin() : columns_.end(), i);
    }
  }

  bool operator()(std::uint32_t a, std::uint32_t b) const {
    for (const std::size_t column : columns_) {
      // Absent stands where the first level would.
      const auto x = std::max<std::uint16_t>(levels_[a * width_ + column], 1);
      const auto y = std::max<std::uint16_t>(levels_[b * width_ + column], 1);
      if (x != y) return x < y;
    }
    return false;
  }

 private:
  const std::vector<std::uint16_t>& levels_;
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

void sort_rows(const Sweep& sweep, Collection& collection) {
  std::vector<std::uint32_t> order(collection.ids.size());
  std::iota(order.begin(), order.end(), 0);
  const RowOrder before(sweep, collection.levels);
  if (std::is_sorted(order.begin(), order.end(), before)) return;
  std::sort(order.begin(), order.end(), before);
  collection.ids = reordered(collection.ids, order, 1);
  collection.digest_of = reordered(collection.digest_of, order, 1);
  collection.levels = reordered(collection.levels, order, sweep.factors.size());
}

}  // namespace

Plan::Plan(Sweep sweep, DataFolder& data) : sweep_(std::move(sweep)) {
  Collection collection(sweep_, data);
  collection.collect();
  sort_rows(sweep_, collection);
  ids_ = std::move(collection.ids);
  levels_ = std::move(collection.levels);
  exclusions_ = std::move(collection.exclusions);
  data_digests_ = std::move(collection.digests);
  data_digest_of_ = std::move(collection.digest_of);
  make_cells();
  Sha256 hash;
  for (std::size_t i = 0; i < size(); ++i) {
    char row[20];
    std::copy(ids_[i].bytes.begin(), ids_[i].bytes.end(), row);
    for (unsigned k = 0; k < 4; ++k) row[16 + k] = static_cast<char>(cell_of_[i] >> (8 * k));
    hash.update({row, sizeof row});
  }
  revision_ = to_hex(hash.finish());
}

void Plan::make_cells() {
  const std::size_t width = sweep_.factors.size();
  std::vector<std::uint16_t> cell_levels;
  std::unordered_map<std::string, std::uint32_t> known;
  cell_of_.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) {
    const auto cell = static_cast<std::uint32_t>(cells_.size());
    if (!sweep_.replicate.empty()) {
      std::string key;
      for (std::size_t k = 0; k < width; ++k) {
        if (sweep_.factors[k].name == sweep_.replicate) continue;
        key += static_cast<char>(levels_[i * width + k] & 0xff);
        key += static_cast<char>(levels_[i * width + k] >> 8);
      }
      const auto [place, is_new] = known.try_emplace(std::move(key), cell);
      cell_of_.push_back(place->second);
      if (!is_new) continue;
    } else {
      cell_of_.push_back(cell);
    }
    Cell& made = cells_.emplace_back();
    for (std::size_t k = 0; k < width; ++k) {
      const std::uint16_t level = levels_[i * width + k];
      cell_levels.push_back(level);
      const Factor& factor = sweep_.factors[k];
      if (level > 0 && factor.name != sweep_.replicate) {
        made.levels.set(factor.name, factor.levels[level - 1U]);
      }
    }
  }
  if (sweep_.baseline.empty()) return;
  if (pair_with_baseline(sweep_, cell_levels, cells_) == 0) {
    fail_at(sweep_.places.at("baseline"),
            "the baseline {} names no cell of the plan; [[exclude]], [[where]] or a condition "
            "leaves it out",
            sweep_.baseline.canonical());
  }
}

Trial Plan::trial(std::size_t index) const {
  check(index < size(), "the plan has the trial");
  Parameters given = sweep_.fixed;
  for (std::size_t k = 0; k < sweep_.factors.size(); ++k) {
    const std::uint16_t level = levels_[index * sweep_.factors.size() + k];
    if (level > 0) given.set(sweep_.factors[k].name, sweep_.factors[k].levels[level - 1U]);
  }
  return {ids_[index], sweep_.experiment.name, sweep_.experiment.version,
          data_digests_[data_digest_of_[index]], sweep_.experiment.schema.complete(given)};
}

std::size_t Plan::level(std::size_t index, std::string_view factor) const {
  check(index < size(), "the plan has the trial");
  for (std::size_t k = 0; k < sweep_.factors.size(); ++k) {
    if (sweep_.factors[k].name != factor) continue;
    const std::uint16_t level = levels_[index * sweep_.factors.size() + k];
    return level == 0 ? kAbsent : level - 1U;
  }
  check(false, "the sweep has the factor");
  return kAbsent;
}

}  // namespace polysweep
