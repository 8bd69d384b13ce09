#include "framework/sweep/plan/plan.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "framework/core/bytes.h"
#include "framework/core/digest.h"
#include "framework/core/error_place.h"
#include "framework/sweep/plan/pairing.h"
#include "framework/sweep/plan/trial_collection.h"

namespace polysweep {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::size_t replicate_column(const Sweep& sweep) {
  for (std::size_t i = 0; i < sweep.factors.size(); ++i) {
    if (sweep.factors[i].name == sweep.replicate) return i;
  }
  return kNone;
}

// The rows of a table of level indexes, hashed and compared by content.
struct Rows {
  const std::vector<std::uint16_t>& levels;
  std::size_t width;

  const std::uint16_t* begin(std::uint32_t row) const { return levels.data() + row * width; }
  std::size_t operator()(std::uint32_t row) const {
    const char* bytes = reinterpret_cast<const char*>(begin(row));
    return std::hash<std::string_view>()({bytes, width * sizeof(std::uint16_t)});
  }
  bool operator()(std::uint32_t a, std::uint32_t b) const {
    return std::equal(begin(a), begin(a) + width, begin(b));
  }
};

// Factors that decide which parameters a trial has.
std::vector<std::string> deciding_factors(const Sweep& sweep) {
  std::vector<std::string> names;
  const auto decides = [&](const std::string& name) {
    const auto asks = [&](const Condition& condition) { return condition.parameter == name; };
    for (const ParameterSpec& spec : sweep.experiment.schema.specs()) {
      if (std::any_of(spec.when.begin(), spec.when.end(), asks)) return true;
    }
    return false;
  };
  for (const Factor& factor : sweep.factors) {
    if (!factor.when.empty() || decides(factor.name)) names.push_back(factor.name);
  }
  return names;
}

// What trials have without the file giving it. A factor that has no level in a
// trial may have its default there.
Parameters defaults_in(const Plan& plan) {
  const Sweep& sweep = plan.sweep();
  const std::vector<std::string> names = deciding_factors(sweep);
  std::set<std::vector<std::size_t>> seen;
  Parameters defaults;
  const std::size_t different = names.empty() ? 1 : plan.size();
  for (std::size_t i = 0; i < different; ++i) {
    std::vector<std::size_t> levels;
    for (const std::string& name : names) levels.push_back(plan.level(i, name));
    if (!seen.insert(std::move(levels)).second) continue;
    for (const auto& [name, value] : plan.trial(i).parameters) {
      if (sweep.fixed.find(name) != nullptr) continue;
      const bool varied =
          sweep.find_factor(name) != nullptr && plan.level(i, name) != Plan::kAbsent;
      if (!varied) defaults.set(name, value);
    }
  }
  return defaults;
}

// Of some of the factors of a design that was drawn with more of them, points may be equal.
std::size_t distinct_points(const JointSample& sample) {
  std::set<std::vector<std::uint16_t>> points;
  for (std::size_t i = 0; i < sample.points(); ++i) {
    std::vector<std::uint16_t> point;
    for (const std::vector<std::uint16_t>& levels : sample.levels) point.push_back(levels[i]);
    points.insert(std::move(point));
  }
  return points.size();
}

}  // namespace

Plan::Plan(Sweep sweep, DataFolder& data) : sweep_(std::move(sweep)), expansion_(sweep_) {
  TrialCollection collection = collect_trials(sweep_, expansion_, data);
  ids_ = std::move(collection.ids);
  exclusions_ = std::move(collection.exclusions);
  code_digest_ = std::move(collection.code_digest);
  data_digests_ = std::move(collection.data_digests);
  data_digest_of_ = std::move(collection.data_digest_of);
  make_cells(collection.levels);
  pair_cells();
  check_family();
  revision_ = digest();
  check(cell_of_.size() == size() && data_digest_of_.size() == size(),
        "every trial has its cell and its data");
}

void Plan::make_cells(const std::vector<std::uint16_t>& levels) {
  const std::size_t width = sweep_.factors.size();
  const std::size_t replicate = replicate_column(sweep_);
  cell_of_.reserve(size());
  if (replicate != kNone) replicate_level_.reserve(size());
  // Before a row is known to be a new cell it is the last of cell_levels_.
  const Rows rows{cell_levels_, width};
  std::unordered_set<std::uint32_t, Rows, Rows> known(0, rows, rows);
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < size(); ++i) {
    const auto begin = levels.begin() + static_cast<std::ptrdiff_t>(i * width);
    cell_levels_.insert(cell_levels_.end(), begin, begin + static_cast<std::ptrdiff_t>(width));
    std::uint32_t cell = count;
    if (replicate != kNone) {
      replicate_level_.push_back(levels[i * width + replicate]);
      cell_levels_[count * width + replicate] = 0;
      cell = *known.insert(count).first;
    }
    cell_of_.push_back(cell);
    if (cell == count) {
      ++count;
    } else {
      cell_levels_.resize(count * width);
    }
  }
  check(cell_levels_.size() == count * width, "each cell has a level of each factor");
  baseline_of_.assign(count, -1);
}

void Plan::pair_cells() {
  if (sweep_.baseline.empty()) return;
  baseline_of_ = pair_with_baseline(sweep_, cell_levels_);
  for (std::size_t i = 0; i < cell_count(); ++i) {
    if (baseline_of_[i] == static_cast<std::int32_t>(i)) return;
  }
  fail_at(sweep_.places.at("baseline"),
          "the baseline {} names no cell of the plan; [[exclude]], [[where]] or a condition leaves "
          "it out",
          sweep_.baseline.canonical());
}

void Plan::check_family() const {
  if (sweep_.comparison.family.empty()) return;
  for (std::size_t i = 0; i < cell_count(); ++i) {
    const Cell one = cell(i);
    if (one.baseline >= 0 && sweep_.comparison.in_family(one.levels)) return;
  }
  fail_at(sweep_.places.at("family"),
          "the family names no cell of the plan that has a baseline to be compared with");
}

std::string Plan::digest() const {
  constexpr std::size_t kPiece = 64 * 1024;
  Sha256 hash;
  ByteWriter out;
  const auto hand_over = [&](std::size_t at_least) {
    if (out.size() <= at_least) return;
    hash.update(out.bytes());
    out.clear();
  };
  for (std::size_t i = 0; i < size(); ++i) {
    out.raw({reinterpret_cast<const char*>(ids_[i].bytes.data()), ids_[i].bytes.size()});
    out.u32_fixed(cell_of_[i]);
    hand_over(kPiece);
  }
  // What the ids do not show: which parameters are factors, and which cell is
  // compared with which.
  for (const Factor& factor : sweep_.factors) {
    out.text(factor.name);
    for (const Value& level : factor.levels) out.text(level.canonical());
  }
  for (const std::uint16_t level : cell_levels_) {
    out.varint(level);
    hand_over(kPiece);
  }
  for (const std::int32_t baseline : baseline_of_) {
    out.zigzag(baseline);
    hand_over(kPiece);
  }
  hand_over(0);
  return to_hex(hash.finish());
}

std::vector<std::uint16_t> Plan::levels_of(std::size_t index) const {
  check(index < size(), "the plan has the trial");
  const std::size_t width = sweep_.factors.size();
  const auto begin = cell_levels_.begin() + static_cast<std::ptrdiff_t>(cell_of_[index] * width);
  std::vector<std::uint16_t> levels(begin, begin + static_cast<std::ptrdiff_t>(width));
  const std::size_t replicate = replicate_column(sweep_);
  if (replicate != kNone) levels[replicate] = replicate_level_[index];
  return levels;
}

const std::string& Plan::data_digest(std::size_t index) const {
  return data_digests_[data_digest_of_[index]];
}

Trial Plan::trial(std::size_t index) const {
  const Combination combination = expansion_.combination(levels_of(index));
  return {ids_[index],
          sweep_.experiment.name,
          sweep_.experiment.version,
          data_digest(index),
          expansion_.parameters(combination),
          code_digest_};
}

std::string Plan::identity(std::size_t index) const {
  std::string parameters;
  const int version =
      expansion_.append_identity(expansion_.combination(levels_of(index)), parameters);
  std::string out;
  append_identity_text(
      out, {code_digest_, data_digest(index), sweep_.experiment.name, parameters, version});
  return out;
}

bool Plan::is_taken_over(std::size_t index) const {
  const Combination combination = expansion_.combination(levels_of(index));
  std::string now;
  std::string identity;
  expansion_.append_canonical(combination, now);
  const int version = expansion_.append_identity(combination, identity);
  return version != sweep_.experiment.version || identity != now;
}

std::size_t Plan::level(std::size_t index, std::string_view factor) const {
  check(index < size(), "the plan has the trial");
  const std::size_t width = sweep_.factors.size();
  for (std::size_t k = 0; k < width; ++k) {
    if (sweep_.factors[k].name != factor) continue;
    const std::uint16_t level = factor == sweep_.replicate
                                    ? replicate_level_[index]
                                    : cell_levels_[cell_of_[index] * width + k];
    return level == 0 ? kAbsent : level - 1U;
  }
  check(false, "the sweep has the factor");
  return kAbsent;
}

bool Plan::in_every_cell(std::string_view factor) const {
  const std::size_t width = sweep_.factors.size();
  for (std::size_t k = 0; k < width; ++k) {
    if (sweep_.factors[k].name != factor) continue;
    for (std::size_t cell = 0; cell < cell_count(); ++cell) {
      if (cell_levels_[cell * width + k] == 0) return false;
    }
  }
  return true;
}

Cell Plan::cell(std::size_t index) const {
  check(index < cell_count(), "the plan has the cell");
  const std::size_t width = sweep_.factors.size();
  Cell out;
  for (std::size_t k = 0; k < width; ++k) {
    const std::uint16_t level = cell_levels_[index * width + k];
    if (level > 0) out.levels.set(sweep_.factors[k].name, sweep_.factors[k].levels[level - 1U]);
  }
  out.is_baseline = baseline_of_[index] == static_cast<std::int32_t>(index);
  if (!out.is_baseline) out.baseline = baseline_of_[index];
  return out;
}

PlanDescription describe(const Plan& plan, const std::map<std::string, std::string>& data_digests) {
  const Sweep& sweep = plan.sweep();
  PlanDescription out;
  out.sweep = sweep.name;
  out.experiment = sweep.experiment.name;
  out.experiment_version = sweep.experiment.version;
  out.experiment_doc = sweep.experiment.doc;
  out.clock = sweep.experiment.clock;
  out.file = sweep.file;
  out.text = sweep.text;
  out.overrides = sweep.overrides;
  out.renamed = sweep.renamed;
  out.fixed = sweep.fixed;
  out.defaults = defaults_in(plan);
  for (const ParameterSpec& spec : sweep.experiment.schema.specs()) {
    if (spec.role != Role::kNone) out.roles.emplace(spec.name, spec.role);
  }
  out.replicate = sweep.replicate;
  for (const Factor& factor : sweep.factors) {
    const ParameterSpec& spec = sweep.experiment.schema.at(factor.name);
    FactorInfo info{factor.name, factor.levels, spec.unit, spec.doc, spec.role, spec.axis};
    info.sampling = factor.sampling;
    info.partial = factor.name != sweep.replicate && !plan.in_every_cell(factor.name);
    out.factors.push_back(std::move(info));
  }
  if (sweep.sample)
    out.sample = {sweep.sample->design, distinct_points(*sweep.sample), sweep.sample->factors};
  out.baseline = sweep.baseline;
  out.primary = sweep.primary;
  out.secondary = sweep.secondary;
  out.comparison = sweep.comparison;
  out.metrics = sweep.experiment.metrics;
  out.data_digests = data_digests;
  out.history = history_of(sweep.experiment.schema);
  if (sweep.experiment.command) {
    const std::string runs = sweep.experiment.command->code_digest();
    if (runs != plan.code_digest()) out.code_runs = runs;
  }
  out.code_digest = plan.code_digest();
  if (sweep.experiment.command) {
    for (const InputFile& file : sweep.experiment.command->files) {
      out.code_files.emplace(file.path, file.sha256);
    }
  }
  out.cell_count = plan.cell_count();
  out.exclusions = plan.exclusions();
  return out;
}

}  // namespace polysweep
