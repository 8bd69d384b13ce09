#include "framework/sweep/file/sample_design.h"

#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>

#include "framework/core/error_place.h"
#include "framework/core/random_stream.h"
#include "framework/core/sobol.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/file/distribution.h"
#include "framework/sweep/file/sweep_nodes.h"

namespace polysweep {

namespace {

// The points of one factor in (0, 1), one after the other.
class Coordinates {
 public:
  virtual ~Coordinates() = default;
  virtual double at(std::size_t point) = 0;  // called for 0, 1, 2, ...
};

class SobolCoordinates : public Coordinates {
 public:
  SobolCoordinates(std::size_t dimension, std::uint64_t stream, const std::string& name)
      : dimension_(dimension), scramble_(stream, "sobol " + name) {}

  double at(std::size_t point) override {
    const std::uint32_t bits = scramble_(dimension_.at(static_cast<std::uint32_t>(point)));
    return (static_cast<double>(bits) + 0.5) * 0x1p-32;
  }

 private:
  SobolDimension dimension_;
  OwenScramble scramble_;
};

class LatinCoordinates : public Coordinates {
 public:
  LatinCoordinates(std::size_t n, std::uint64_t stream, const std::string& name)
      : random_(stream, "latin hypercube " + name), cells_(n) {
    std::iota(cells_.begin(), cells_.end(), std::size_t{0});
    random_.shuffle(cells_);
  }

  double at(std::size_t point) override {
    const double within = static_cast<double>(cells_[point]) + random_.uniform();
    return within / static_cast<double>(cells_.size());
  }

 private:
  RandomStream random_;
  std::vector<std::size_t> cells_;
};

class IndependentCoordinates : public Coordinates {
 public:
  IndependentCoordinates(std::uint64_t stream, const std::string& name)
      : random_(stream, "sample " + name) {}

  double at(std::size_t) override { return random_.uniform(); }

 private:
  RandomStream random_;
};

struct DrawnFactor {
  SampledFactor factor;
  Distribution distribution;
  std::unique_ptr<Coordinates> coordinates;
  std::map<Value, std::uint16_t> known;  // the index of each level

  void add(const Value& value, const std::string& place) {
    const auto next = static_cast<std::uint16_t>(factor.levels.size());
    const auto [level, is_new] = known.emplace(value, next);
    if (is_new) factor.levels.push_back({value, place});
    factor.at.push_back(level->second);
  }
};

std::int64_t integer_in(const TomlEntry& entry, std::int64_t least, std::int64_t most) {
  const TomlNode& node = entry.node;
  const bool is_integer =
      node.kind == TomlNode::Kind::kValue && node.value.type() == ValueType::kInteger;
  if (!is_integer || node.value.integer() < least || node.value.integer() > most) {
    fail_at(node.place, "'{}' of [sample] is an integer from {} to {}", entry.name, least, most);
  }
  return node.value.integer();
}

Distribution distribution_in(const TomlEntry& entry) {
  if (entry.node.kind == TomlNode::Kind::kArray) {
    Distribution choice;
    TomlNode table{TomlNode::Kind::kTable, {}, {}, {}, entry.node.place};
    TomlNode name{TomlNode::Kind::kValue, Value("choice"), {}, {}, entry.node.place};
    table.entries = {{"sample", entry.place, name}, {"values", entry.place, entry.node}};
    return read_distribution(table);
  }
  const TomlEntry* sample =
      entry.node.kind == TomlNode::Kind::kTable ? entry.node.find("sample") : nullptr;
  if (sample == nullptr) {
    fail_at(entry.node.place,
            "factor '{0}' of [sample.factors] has no distribution; expected {0} = {{ sample = "
            "\"uniform\", low = 0, high = 1 }}, or a list of values to choose from",
            entry.name);
  }
  std::vector<std::string> known = distribution_keys(distribution_name(sample->node));
  known.insert(known.end(), {"sample", "when"});
  for (const TomlEntry& one : entry.node.entries) {
    if (one.name != "n" && one.name != "stream") continue;
    fail_at(one.place,
            "'{0}' is a key of [sample] here; a factor with {0} of its own belongs in [factors]",
            one.name);
  }
  expect_keys(entry.node, "key of a factor of [sample.factors]", known);
  return read_distribution(entry.node);
}

class SampleReader {
 public:
  explicit SampleReader(const TomlEntry& entry) : entry_(entry) {}

  SampledFactors read();

 private:
  void read_keys();
  void read_factors(const TomlEntry& factors);
  std::unique_ptr<Coordinates> coordinates_of(const std::string& name) const;
  void draw();

  const TomlEntry& entry_;
  SampleDesign design_ = SampleDesign::kSobol;
  std::size_t n_ = 0;
  std::string n_place_;
  std::uint64_t stream_ = 0;
  std::vector<DrawnFactor> drawn_;
};

void SampleReader::read_keys() {
  expect_table(entry_);
  expect_keys(entry_.node, "key of [sample]", {"n", "design", "stream", "factors"});
  const TomlEntry* n = entry_.node.find("n");
  const TomlEntry* factors = entry_.node.find("factors");
  if (n == nullptr || factors == nullptr) {
    fail_at(entry_.place,
            "[sample] needs n = NUMBER OF POINTS, and [sample.factors] with what is drawn");
  }
  n_ = static_cast<std::size_t>(integer_in(*n, 1, static_cast<std::int64_t>(kMaxLevels)));
  n_place_ = n->node.place;
  if (const TomlEntry* design = entry_.node.find("design")) {
    const std::string& name = text_of(design->node, "'design'");
    design_ = in_place(design->node.place, [&] { return sample_design_from_name(name); });
  }
  if (const TomlEntry* stream = entry_.node.find("stream")) {
    stream_ = static_cast<std::uint64_t>(integer_in(*stream, 0, INT64_MAX));
  }
  read_factors(*factors);
}

void SampleReader::read_factors(const TomlEntry& factors) {
  expect_table(factors);
  const std::vector<TomlEntry>& entries = factors.node.entries;
  if (entries.empty()) fail_at(factors.place, "[sample.factors] is empty");
  if (design_ == SampleDesign::kSobol && entries.size() > kMaxSobolDimensions) {
    fail_at(factors.place,
            "a Sobol design has at most {} factors, and this one {}; design = "
            "\"latin_hypercube\" has no limit",
            kMaxSobolDimensions, entries.size());
  }
  for (const TomlEntry& one : entries) {
    DrawnFactor drawn;
    drawn.distribution = distribution_in(one);
    drawn.coordinates = coordinates_of(one.name);
    drawn.factor = {one.name, one.place, drawn.distribution.kind, {}, {}, one.node.find("when")};
    drawn_.push_back(std::move(drawn));
  }
}

std::unique_ptr<Coordinates> SampleReader::coordinates_of(const std::string& name) const {
  switch (design_) {
    case SampleDesign::kSobol:
      return std::make_unique<SobolCoordinates>(drawn_.size(), stream_, name);
    case SampleDesign::kLatinHypercube:
      return std::make_unique<LatinCoordinates>(n_, stream_, name);
    case SampleDesign::kIndependent:
      break;
  }
  return std::make_unique<IndependentCoordinates>(stream_, name);
}

void SampleReader::draw() {
  const bool is_latin = design_ == SampleDesign::kLatinHypercube;
  const std::size_t most = is_latin ? n_ : 20 * n_ + 10'000;
  std::set<std::vector<Value>> seen;
  for (std::size_t i = 0; i < most && seen.size() < n_; ++i) {
    std::vector<Value> point;
    for (DrawnFactor& each : drawn_) {
      const double u = each.coordinates->at(i);
      point.push_back(in_place(each.factor.place, [&] { return each.distribution.at(u); }));
    }
    if (!seen.insert(point).second) continue;
    for (std::size_t k = 0; k < drawn_.size(); ++k) {
      drawn_[k].add(point[k], drawn_[k].factor.place);
    }
  }
  if (seen.size() == n_ || is_latin) return;
  fail_at(n_place_, "{} different points cannot be drawn: these distributions gave {} in {} draws",
          n_, seen.size(), most);
}

SampledFactors SampleReader::read() {
  read_keys();
  draw();
  SampledFactors out{design_, entry_.place, {}};
  for (DrawnFactor& each : drawn_) out.factors.push_back(std::move(each.factor));
  return out;
}

}  // namespace

SampledFactors read_sample(const TomlEntry& entry) { return SampleReader(entry).read(); }

}  // namespace polysweep
